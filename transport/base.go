package transport

import (
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

// Sizes of the connection pool, from the customer's specification.
const (
	maxConnsPerHost     = 100
	maxIdleConnsPerHost = 20
	// The server closes a connection that has been idle for 5 s. Retiring ours
	// earlier keeps a request from being written into a closing one.
	idleConnTimeout = 4 * time.Second
	dialTimeout     = 5 * time.Second
)

// BaseSettings set up the connection pool. Start from [DefaultBaseSettings].
type BaseSettings struct {
	MaxConnsPerHost     int // to one server; 0 for no bound
	MaxIdleConnsPerHost int
	// IdleTimeout is how long a connection is kept without use. More than 4 s
	// has the effect of 4 s, since servers close theirs after 5 s.
	IdleTimeout time.Duration
	DialTimeout time.Duration
	// MaxAge is from when on a connection is used for one last request, so that
	// changes of DNS are seen; 0 for no limit.
	MaxAge time.Duration
}

// DefaultBaseSettings returns the sizes of the specification: 100 connections to
// a server, 20 of them idle for at most 5 s, which has the effect of 4 s.
func DefaultBaseSettings() BaseSettings {
	return BaseSettings{
		MaxConnsPerHost: maxConnsPerHost, MaxIdleConnsPerHost: maxIdleConnsPerHost,
		IdleTimeout: 5 * time.Second, DialTimeout: dialTimeout, MaxAge: 5 * time.Minute,
	}
}

// base is the pool at the bottom of a chain.
type base struct {
	http.RoundTripper
	pool *http.Transport // nil if the transport is the caller's
}

func newBase(rt http.RoundTripper) *base {
	if rt != nil {
		return &base{RoundTripper: rt}
	}
	pool := NewBase()
	return &base{RoundTripper: pool, pool: pool}
}

func (b *base) gotConn(_ *http.Request, _ httptrace.GotConnInfo) {}

// CloseIdleConnections closes the pool's idle connections.
func (b *base) CloseIdleConnections() {
	if b.pool != nil {
		b.pool.CloseIdleConnections()
	}
}

// NewBase returns the pooled HTTP transport at the bottom of the chain: at most
// 100 connections to an endpoint, 20 of them idle and for no longer than 4 s.
// Proxies are taken from the environment as [http.DefaultTransport] does.
func NewBase() *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         watched(dialer.DialContext),
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     maxConnsPerHost,
		MaxIdleConnsPerHost: maxIdleConnsPerHost,
		IdleConnTimeout:     idleConnTimeout,
		TLSHandshakeTimeout: 10 * time.Second,
		DisableCompression:  true, // the server never compresses; asking costs a header
	}
}
