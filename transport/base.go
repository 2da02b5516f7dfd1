package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Sizes of the connection pool, from the customer's specification.
const (
	maxConnsPerHost     = 100
	maxIdleConnsPerHost = 20
	keepAliveExpiry     = 5 * time.Second
	dialTimeout         = 5 * time.Second
)

// idleConnTimeout is the longest that a connection is kept without use. Servers
// close one that has been idle for 5 s. Retiring ours earlier keeps a request
// from being written into a closing one.
const idleConnTimeout = 4 * time.Second

// pingAfter is the silence on an HTTP/2 connection after which it is asked
// whether it is still there, and for how long an answer may take.
const pingAfter = 15 * time.Second

// BaseSettings set up the connection pool. Start from [DefaultBaseSettings].
type BaseSettings struct {
	// MaxConnsPerHost bounds the connections to one server, and
	// MaxIdleConnsPerHost those of them that are kept without use; 0 for no bound
	// and for none kept.
	MaxConnsPerHost, MaxIdleConnsPerHost int
	// IdleTimeout is how long a connection is kept without use. More than 4 s has
	// the effect of 4 s, since servers close theirs after 5 s.
	IdleTimeout time.Duration
	// DialTimeout bounds the making of a connection, and again its TLS handshake.
	DialTimeout time.Duration
	// MaxAge is from when on a connection is used for one last request, so that
	// changes of DNS are seen; 0 for no limit.
	MaxAge time.Duration
	// UnencryptedHTTP2 speaks HTTP/2 with http:// servers, which must all know it;
	// with https:// ones it is agreed on by ALPN in any case.
	UnencryptedHTTP2 bool
	TLS              TLSSettings // whom to trust, and who we are; the zero value is the system's
}

// DefaultBaseSettings returns the sizes of the specification: 100 connections to
// a server, 20 of them kept idle for 5 s, which has the effect of 4 s. Dialing may
// take 5 s, and a connection is retired after 5 minutes.
func DefaultBaseSettings() BaseSettings {
	return BaseSettings{
		MaxConnsPerHost: maxConnsPerHost, MaxIdleConnsPerHost: maxIdleConnsPerHost,
		IdleTimeout: keepAliveExpiry, DialTimeout: dialTimeout, MaxAge: 5 * time.Minute,
	}
}

// check tells all that is wrong with the settings.
func (s *BaseSettings) check() error {
	var faults []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	refuse(s.MaxConnsPerHost < 0, "Base.MaxConnsPerHost: %d; it must be positive, or 0 for no bound", s.MaxConnsPerHost)
	refuse(s.MaxIdleConnsPerHost < 0, "Base.MaxIdleConnsPerHost: %d; it must not be negative", s.MaxIdleConnsPerHost)
	refuse(s.IdleTimeout < 0, "Base.IdleTimeout: %v; it must not be negative", s.IdleTimeout)
	refuse(s.DialTimeout <= 0, "Base.DialTimeout: %v; it must be positive", s.DialTimeout)
	refuse(s.MaxAge < 0, "Base.MaxAge: %v; it must be positive, or 0 for no limit", s.MaxAge)
	return errors.Join(faults...)
}

// base is the pool at the bottom of a chain.
type base struct {
	http.RoundTripper
	pool   *http.Transport // nil if the transport is the caller's
	traced bool            // it tells of its connections through httptrace
	maxAge time.Duration
	open   atomic.Int64 // connections
	busy   atomic.Int64 // requests that have one
}

func newBase(s BaseSettings, rt http.RoundTripper, logger *slog.Logger) (*base, error) {
	if rt != nil {
		_, traced := rt.(*http.Transport)
		return &base{RoundTripper: rt, traced: traced}, nil
	}
	config, err := s.TLS.config()
	if err := errors.Join(s.check(), err); err != nil {
		return nil, err
	}
	if config.InsecureSkipVerify {
		logger.Warn("TLS certificates of servers are not verified, so that anyone on the way can read the API key; set VERIFY_SSL to true")
	}
	b := &base{maxAge: s.MaxAge, traced: true}
	b.pool = s.pool(config)
	dial := b.pool.DialContext
	b.pool.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		made, err := dial(ctx, network, address)
		if c, ok := made.(*conn); ok && err == nil {
			b.open.Add(1)
			c.ended = func() { b.open.Add(-1) }
		}
		return made, err
	}
	b.RoundTripper = b.pool
	return b, nil
}

// pool makes the pool.
func (s *BaseSettings) pool(config *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: s.DialTimeout, KeepAlive: 30 * time.Second}
	pool := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         watched(dialer.DialContext),
		TLSClientConfig:     config,
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     s.MaxConnsPerHost,
		MaxIdleConnsPerHost: s.MaxIdleConnsPerHost,
		IdleConnTimeout:     min(s.IdleTimeout, idleConnTimeout),
		TLSHandshakeTimeout: s.DialTimeout,
		DisableCompression:  true, // the server never compresses; asking costs a header
		HTTP2:               &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingAfter},
	}
	if s.MaxIdleConnsPerHost == 0 || s.IdleTimeout == 0 {
		pool.DisableKeepAlives = true // to net/http, 0 means 2 and for ever
	}
	if s.UnencryptedHTTP2 {
		pool.Protocols = new(http.Protocols)
		pool.Protocols.SetUnencryptedHTTP2(true)
		pool.Protocols.SetHTTP2(true)
	}
	return pool
}

// gotConn is called before a request goes out on a connection, which an old one
// then serves as its last. It must be called in the goroutine of the request.
func (b *base) gotConn(req *http.Request, info httptrace.GotConnInfo) {
	if b.maxAge == 0 || !info.Reused {
		return
	}
	plain := info.Conn
	if secure, ok := plain.(*tls.Conn); ok {
		plain = secure.NetConn()
	}
	if c, ok := plain.(*conn); ok && time.Since(c.born) >= b.maxAge {
		req.Close = true
	}
}

// CloseIdleConnections closes the pool's idle connections.
func (b *base) CloseIdleConnections() {
	if b.pool != nil {
		b.pool.CloseIdleConnections()
	}
}

// NewBase returns the pooled HTTP transport of [DefaultBaseSettings] for those
// who need no chain. Proxies are taken from the environment as
// [http.DefaultTransport] does.
func NewBase() *http.Transport {
	s := DefaultBaseSettings()
	return s.pool(nil)
}
