package transport

import (
	"net"
	"net/http"
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
