package mockserver_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// startInMemory is start for a synctest bubble: over connections that exist in
// memory only. The bubble panics if the test waits for what never comes, and if
// a goroutine is left when all is closed.
func startInMemory(t testing.TB, engine mockserver.Engine, change ...func(*mockserver.Config)) *api {
	t.Helper()
	a := newAPI(t, engine, change...)
	a.url = "http://kuzu.test"
	listener := &memoryListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	a.transport.DialContext = listener.dial
	web := &http.Server{Handler: a.server}
	go func() { _ = web.Serve(listener) }()
	t.Cleanup(func() {
		a.close()
		if err := web.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

type memoryListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{} }
