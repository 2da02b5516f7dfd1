package factory

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// dialRedis returns a dialer that never fails: a connection that did not come
// about is one that breaks at the first use. The pool of go-redis prints failures
// to dial to the process's stderr by a logger that all clients share; whoever
// embeds this library would see a line for each call while Redis is away. This
// way its errors come back from the call, and reach our own logger.
func dialRedis(timeout time.Duration, config *tls.Config) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second}
	dial := dialer.DialContext
	if config != nil {
		dial = (&tls.Dialer{NetDialer: dialer, Config: config}).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return unmade{err}, nil //nolint:nilerr // the first use returns it
		}
		return c, nil
	}
}

// unmade is a connection that did not come about.
type unmade struct{ err error }

func (u unmade) Read([]byte) (int, error)         { return 0, u.err }
func (u unmade) Write([]byte) (int, error)        { return 0, u.err }
func (u unmade) Close() error                     { return nil }
func (u unmade) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (u unmade) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (u unmade) SetDeadline(time.Time) error      { return nil }
func (u unmade) SetReadDeadline(time.Time) error  { return nil }
func (u unmade) SetWriteDeadline(time.Time) error { return nil }
