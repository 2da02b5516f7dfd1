package mockserver

import (
	"fmt"
	"net"
	"net/http"
)

// onConnection serves requests whose connection can be had, and answers others
// with the reason why the fault cannot strike.
func (r *rule) onConnection(s *Server, serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		inner, ok := connection(w)
		if ok {
			serve(w, req)
			return
		}
		reason := fmt.Sprintf("the fault %s of rule %s has to break the connection, and a request over %s whose http.ResponseWriter is a %T does not give it away; serve over HTTP/1.1",
			r.Fault.Kind, r.Name, req.Proto, inner)
		s.log.Error("fault cannot strike", "rule", r.Name, "reason", reason)
		writeDetail(w, http.StatusInternalServerError, reason)
	}
}

// connection reports whether the connection of an answer can be taken over, and
// returns the writer at the bottom.
func connection(w http.ResponseWriter) (inner http.ResponseWriter, ok bool) {
	for {
		outer, wrapped := w.(interface{ Unwrap() http.ResponseWriter })
		if !wrapped {
			_, ok := w.(http.Hijacker)
			return w, ok
		}
		w = outer.Unwrap()
	}
}

// reset breaks the connection with a TCP RST.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // the handler has taken and closed it already
	}
	for { // to the bottom: no goodbye of TLS either
		outer, wrapped := conn.(interface{ NetConn() net.Conn })
		if !wrapped {
			break
		}
		conn = outer.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // makes Close send a RST
	}
	_ = conn.Close()
}

// hold sends what has been written and waits for the client or the server to go.
// Then it breaks off, so that nobody takes the body for whole.
func (s *Server) hold(w http.ResponseWriter, req *http.Request) {
	_ = flush(http.NewResponseController(w))
	select {
	case <-req.Context().Done():
	case <-s.ctx.Done():
	}
	panic(http.ErrAbortHandler)
}
