package kuzu_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// memory is a server that is reached over pipes, so that nothing of it waits for
// the world outside of a testing/synctest bubble.
type memory struct {
	url   string
	pool  *http.Transport
	conns chan net.Conn
	done  chan struct{}

	mu     sync.Mutex
	states map[net.Conn]http.ConnState // guarded by mu
}

// inMemory starts a server for the length of the test, and its pool.
func inMemory(t *testing.T, handler http.HandlerFunc) *memory {
	t.Helper()
	m := &memory{
		url: "http://memory:8001", pool: transport.NewBase(), conns: make(chan net.Conn), done: make(chan struct{}),
		states: make(map[net.Conn]http.ConnState),
	}
	m.pool.Proxy = nil
	m.pool.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		client, server := net.Pipe()
		select {
		case m.conns <- server:
			return client, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	srv := &http.Server{Handler: handler, ConnState: func(c net.Conn, state http.ConnState) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.states[c] = state
	}}
	go func() { _ = srv.Serve(m) }()
	t.Cleanup(func() {
		m.pool.CloseIdleConnections()
		_ = srv.Close()
	})
	return m
}

// client returns a client for the graph "social".
func (m *memory) client(t *testing.T, opts ...kuzu.Option) *kuzu.Client {
	t.Helper()
	return connect(t, m.url, append(opts, kuzu.WithTransport(m.pool))...)
}

// count returns how many connections are in a state.
func (m *memory) count(state http.ConnState) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, s := range m.states {
		if s == state {
			n++
		}
	}
	return n
}

// Accept, Close and Addr make it a net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case conn := <-m.conns:
		return conn, nil
	case <-m.done:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	close(m.done)
	return nil
}

func (m *memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "pipe"} }
