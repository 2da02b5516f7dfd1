package transport

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// hop is what is known of the way that the last attempt at a stream took. Layers
// below add to it through the context.
type hop struct {
	mu     sync.Mutex
	direct bool  // guarded by mu
	conn   *conn // guarded by mu; nil if it cannot be watched
	wrote  bool  // guarded by mu; the request has left as a whole
}

type hopKey struct{}

// trace makes the hop learn which connection a request takes.
func (h *hop) trace(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, hopKey{}, h)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.conn, _ = info.Conn.(*conn)
			h.wrote = false
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.wrote = info.Err == nil
		},
	})
}

// setDirect tells the stream that a request may become whether the endpoint that
// it is sent to now is one of [Endpoint.Direct].
func setDirect(ctx context.Context, direct bool) {
	if h, ok := ctx.Value(hopKey{}).(*hop); ok {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.direct = direct
	}
}

// hold keeps other requests off the connection of a stream until release, so
// that how it ends is about the stream. It reports whether the end would say
// anything: not behind a proxy, not over HTTP/2, and not if it was announced.
func (h *hop) hold(to *url.URL, resp *http.Response) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.direct || !h.wrote || h.conn == nil || resp.ProtoMajor != 1 || resp.Close || h.conn.address != hostPort(to) {
		return false
	}
	h.conn.hold()
	return true
}

// hostPort is what is dialed for a URL of http.
func hostPort(u *url.URL) string {
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), "80")
	}
	return u.Host
}

func (h *hop) release() { h.conn.release() }

// staysOpen reports whether the server keeps the connection open for a time. No
// means that it was closed, by either side, or that nobody would have noticed.
func (h *hop) staysOpen(ctx context.Context, d time.Duration) bool { return h.conn.staysOpen(ctx, d) }
