package transport

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// layerRetry repeats what may be repeated; the rules are in repeat.go. The engine
// is go-retryablehttp, which counts the attempts and waits between them. It comes
// in when the first attempt is to be repeated, which is the first that it hears
// of. It is not given the request but a shim that leads to the trip, and not the
// answer but a stand-in: it would clone headers, follow redirects, buffer bodies,
// drain them without a limit of time, and close idle connections of the whole
// pool.
type layerRetry struct {
	next   http.RoundTripper
	engine *retryablehttp.Client
}

func newLayerRetry(settings RetrySettings, next http.RoundTripper) *layerRetry {
	l := &layerRetry{next: next}
	l.engine = &retryablehttp.Client{
		HTTPClient: &http.Client{Transport: shimTransport{l}},
		// Attempts that are not retries, such as that after a fresh lookup, do not
		// reach the engine.
		RetryMax: settings.MaxRetries,
		CheckRetry: func(ctx context.Context, _ *http.Response, _ error) (bool, error) {
			t := tripOf(ctx)
			if t.known {
				t.known = false
				return true, nil
			}
			return t.repeat(), nil
		},
		Backoff: func(_, _ time.Duration, _ int, standIn *http.Response) time.Duration {
			return tripOf(standIn.Request.Context()).wait
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return l
}

func (l *layerRetry) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	t.req = req
	t.resp, t.err = l.next.RoundTrip(req)
	if t.repeat() {
		if err := l.repeat(t); err != nil {
			return nil, t.interrupted(err)
		}
	}
	if t.err != nil {
		return nil, t.explain(t.err)
	}
	l.settle(t)
	return t.resp, nil
}

// repeat has the engine make the attempts after the first. Its error is that of
// a context that ended while it waited.
func (l *layerRetry) repeat(t *trip) error {
	if !t.stream {
		t.req = t.asked.WithContext(t) // the first attempt may still be reading its own
	}
	shim := t.req.WithContext(t)
	shim.Method, shim.Header = http.MethodGet, http.Header{}
	shim.Body, shim.GetBody, shim.ContentLength = nil, nil, 0
	t.known = true
	_, err := l.engine.Do(&retryablehttp.Request{Request: shim}) //nolint:bodyclose // a stand-in has none
	return err
}

// interrupted says that the caller gave up between two attempts, and what the
// last of these came to.
func (t *trip) interrupted(err error) *Error {
	e := SendError(t, err)
	last := t.last.kind.String()
	if t.last.err != nil {
		last = t.last.err.Error()
	}
	e.Err = fmt.Errorf("%w, while waiting to repeat what ended in: %s", e.Err, strings.TrimPrefix(last, "kuzu: "))
	return t.annotate(e)
}

// explain makes of what ended the last attempt the error of the call.
func (t *trip) explain(err error) error {
	e := SendError(t, err)
	return t.annotate(e)
}

// shimTransport is what the engine takes for the network. It has no
// CloseIdleConnections on purpose: the engine would call it for any failure.
type shimTransport struct{ *layerRetry }

func (s shimTransport) RoundTrip(shim *http.Request) (*http.Response, error) {
	if t := tripOf(shim.Context()); !t.known {
		t.resp, t.err = s.next.RoundTrip(t.req)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: shim}, nil
}
