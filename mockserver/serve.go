package mockserver

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	idleTimeout         = 2 * time.Minute
	deployedIdleTimeout = 5 * time.Second // with QuirkIdleClose
	closingTime         = 5 * time.Second
)

// Serve answers requests that come in on l, which it closes, until ctx ends or
// accepting fails; that is its error. Then it closes the server, see
// [Server.Close], and gives requests that are under way five seconds to end.
//
// It adds to the handler what only connections show: one that idles is closed
// after two minutes, or after five seconds with [QuirkIdleClose], and what is
// not HTTP is answered in the deployed server's words.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	web := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	if s.quirks.Has(QuirkIdleClose) {
		web.IdleTimeout = deployedIdleTimeout
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(wordedListener{l}) }()
	select {
	case err := <-served:
		_ = s.Close()
		return err
	case <-ctx.Done():
	}
	_ = s.Close() // ends event streams, which Shutdown would wait for
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), closingTime)
	defer cancel()
	err := web.Shutdown(grace)
	if err != nil {
		_ = web.Close()
	}
	if closed := <-served; !errors.Is(closed, http.ErrServerClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// wordedListener hands out connections that refuse what is not HTTP in the
// deployed server's words instead of net/http's, which cannot be told them.
type wordedListener struct{ net.Listener }

func (l wordedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wordedConn{conn}, nil
}

type wordedConn struct{ net.Conn }

// NetConn is the connection beneath, which a fault may have to reset.
func (c *wordedConn) NetConn() net.Conn { return c.Conn }

// How net/http begins and goes on when it answers without a handler. The
// answers of handlers have other headers between.
var (
	statusStart  = []byte("HTTP/1.1 ")
	withoutWords = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")
)

const notHTTP = "Invalid HTTP request received."

func (c *wordedConn) Write(b []byte) (int, error) {
	if line := bytes.Index(b, []byte("\r\n")); line < 0 || !bytes.HasPrefix(b, statusStart) || !bytes.HasPrefix(b[line:], withoutWords) {
		return c.Conn.Write(b)
	}
	answer := "HTTP/1.1 400 Bad Request\r\nServer: " + serverName + "\r\nContent-Length: " + strconv.Itoa(len(notHTTP)) +
		string(withoutWords) + notHTTP
	if _, err := c.Conn.Write([]byte(answer)); err != nil {
		return 0, err
	}
	return len(b), nil
}

// CloseWrite lets net/http end its side first, so that the answer is not lost.
func (c *wordedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
