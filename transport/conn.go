package transport

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// conn is a connection whose end can be observed after its last response. The
// pool reads from an idle connection to learn that the server has closed it, and
// then closes it as well; what counts is what that read has seen.
type conn struct {
	*net.TCPConn
	address string        // host:port that was dialed
	done    chan struct{} // closed once either side has closed
	born    time.Time
	ended   func() // called once either side has closed; nil if nobody counts

	mu      sync.Mutex
	over    bool          // guarded by mu; done is closed
	gone    bool          // guarded by mu; the server has closed, or reading failed
	reading bool          // guarded by mu; somebody would see the server close
	held    chan struct{} // guarded by mu; writes wait until it is closed; nil if they need not
}

// dialFunc is the type of [net/http.Transport.DialContext].
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// watched makes connections of dial observable, as far as they are of TCP.
func watched(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		plain, err := dial(ctx, network, address)
		if tcp, ok := plain.(*net.TCPConn); ok {
			return &conn{TCPConn: tcp, address: address, done: make(chan struct{}), born: time.Now()}, err
		}
		return plain, err
	}
}

// Read notes what ends the connection.
func (c *conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	c.reading = true
	c.mu.Unlock()
	n, err := c.TCPConn.Read(p)
	c.mu.Lock()
	c.reading = false
	c.mu.Unlock()
	if err != nil {
		c.end(true)
	}
	return n, err
}

// Write waits while the connection is held. It writes nothing into a connection
// that the server has closed, so that the pool can take another one.
func (c *conn) Write(p []byte) (int, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	return c.TCPConn.Write(p)
}

// ReadFrom is what sends a file; see Write.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	return c.TCPConn.ReadFrom(r)
}

func (c *conn) wait() error {
	c.mu.Lock()
	held := c.held
	c.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-c.done:
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return &net.OpError{Op: "write", Net: "tcp", Addr: c.RemoteAddr(), Err: net.ErrClosed}
	}
	return nil
}

// Close closes the connection from our side.
func (c *conn) Close() error {
	c.end(false)
	return c.TCPConn.Close()
}

func (c *conn) end(byServer bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.over, c.gone = true, byServer
		close(c.done)
		if c.ended != nil {
			c.ended()
		}
	}
}

func (c *conn) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = make(chan struct{})
	}
}

func (c *conn) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil {
		close(c.held)
		c.held = nil
	}
}

// staysOpen waits for a time, and reports whether the connection was still open
// at its end and the server's closing it would have been seen. The time is taken
// in two parts: a process that was kept from running for the first looks at the
// connection before it has waited for the second.
func (c *conn) staysOpen(ctx context.Context, d time.Duration) bool {
	for _, part := range [...]time.Duration{d - d/5, d / 5} {
		timer := time.NewTimer(part)
		select {
		case <-timer.C:
		case <-c.done:
			timer.Stop()
			return false
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reading && !c.over
}
