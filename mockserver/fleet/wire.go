package fleet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// WireKind is what goes wrong on a connection.
type WireKind uint8

// The kinds; the zero value is that nothing does.
const (
	// WireReset resets the connection instead of sending what is due.
	WireReset WireKind = iota + 1
	// WireTruncate sends half of what is due and ends the connection in order.
	WireTruncate
	// WireBlackhole sends nothing from then on, and the connection stands until
	// one side ends it.
	WireBlackhole
	// WireDelay sends what is due late.
	WireDelay
)

// Wire is how connections of an instance go wrong; the zero value is that they do
// not.
type Wire struct {
	Kind WireKind // what goes wrong
	// Share is how often, of all pieces that a server sends: above 0, at most 1. A
	// piece is an answer of up to 4 KiB, a part of a larger one or a chunk of a
	// stream; over TLS also a record of the handshake.
	Share float64
	// Delay is for WireDelay.
	Delay time.Duration
	// Seed begins the random numbers that choose the pieces.
	Seed uint64
}

// wire spoils the connections of a host.
type wire struct {
	mu     sync.Mutex
	now    Wire       // guarded by mu
	random *rand.Rand // guarded by mu
}

func (w *wire) spoil(as Wire) error {
	switch {
	case as.Kind > WireDelay:
		return fmt.Errorf("fleet: Wire.Kind is %d; it must be one of the constants", as.Kind)
	case as.Kind != 0 && !(as.Share > 0 && as.Share <= 1):
		return fmt.Errorf("fleet: Wire.Share is %v; it must be above 0 and at most 1", as.Share)
	case as.Delay < 0:
		return fmt.Errorf("fleet: Wire.Delay is %v; it must not be negative", as.Delay)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now, w.random = as, rand.New(rand.NewPCG(as.Seed, 0))
	return nil
}

// strikes tells what becomes of a piece; a Kind of 0 is nothing.
func (w *wire) strikes() Wire {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now.Kind == 0 || w.random.Float64() >= w.now.Share {
		return Wire{}
	}
	return w.now
}

// spoiledListener hands out connections that the wire spoils.
type spoiledListener struct {
	net.Listener
	wire *wire
}

func (l spoiledListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &spoiledConn{Conn: conn, wire: l.wire, closed: make(chan struct{})}, nil
}

// spoiledConn hides all methods of the connection but those of net.Conn, or the
// server would find ways around Write.
type spoiledConn struct {
	net.Conn
	wire   *wire
	silent bool // used by the one that writes
	once   sync.Once
	closed chan struct{}
}

var errSpoiled = errors.New("fleet: the connection was spoiled")

func (c *spoiledConn) Write(b []byte) (int, error) {
	if c.silent {
		return len(b), nil
	}
	switch w := c.wire.strikes(); w.Kind {
	case WireReset:
		if tcp, ok := c.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = c.Close()
		return 0, errSpoiled
	case WireTruncate:
		_, _ = c.Conn.Write(b[:len(b)/2])
		_ = c.Close()
		return 0, errSpoiled
	case WireBlackhole:
		c.silent = true
		return len(b), nil
	case WireDelay:
		timer := time.NewTimer(w.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.closed:
		}
	}
	return c.Conn.Write(b)
}

// Close ends a delay, too.
func (c *spoiledConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// NetConn is the connection beneath, which a fault of the mock server may have to
// reset.
func (c *spoiledConn) NetConn() net.Conn { return c.Conn }

// CloseWrite lets net/http end its side first, so that a last answer is not lost.
func (c *spoiledConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
