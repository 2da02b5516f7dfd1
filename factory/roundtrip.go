package factory

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// deadline bounds a call from its beginning to the end of its answer.
type deadline struct {
	next  http.RoundTripper
	after time.Duration
}

func (d *deadline) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), d.after)
	resp, err := d.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	atEnd(resp, cancel)
	return resp, nil
}

// lifetime ends calls when the factory is closed.
type lifetime struct {
	next    http.RoundTripper
	factory *Factory
}

func (l *lifetime) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	stop := context.AfterFunc(l.factory.ctx, func() { cancel(errClosed()) })
	over := func() { stop(); cancel(nil) }
	resp, err := l.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		over()
		return nil, err
	}
	atEnd(resp, over)
	return resp, nil
}

// atEnd has end called once the answer was read or given up. A guarded stream
// keeps its body: hidden in another, it would be guarded and checked twice.
func atEnd(resp *http.Response, end func()) {
	if stream, ok := resp.Body.(*transport.StreamBody); ok {
		stream.OnEnd(func(int64, error) { end() })
		return
	}
	resp.Body = &endingBody{ReadCloser: resp.Body, end: end}
}

// endingBody calls end once the answer was read or given up.
type endingBody struct {
	io.ReadCloser
	once sync.Once
	end  func()
}

func (b *endingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.once.Do(b.end)
	}
	return n, err
}

func (b *endingBody) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(b.end)
	return err
}
