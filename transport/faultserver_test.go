package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// A fault is one way in which an attempt goes wrong.
type fault struct {
	name string
	// ran tells whether the server ran the statement all the same, or may have.
	ran bool
	// answer is what the server does; nil if nothing reaches it.
	answer http.HandlerFunc
	// dial is what dialing ends in instead; nil to connect.
	dial error
}

// answering gives these bytes.
func answering(status int, contentType, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{contentType}
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// reset breaks the connection with a RST, after these bytes of an answer.
func reset(bytes string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = out.WriteString(bytes)
		_ = out.Flush()
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

// hang answers nothing for as long as the client waits.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

var faults = map[string]fault{
	"dial refused":         {dial: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errors.New("connection refused"))}},
	"connect timeout":      {dial: &net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded}},
	"reset before headers": {ran: true, answer: reset("")},
	"reset mid-body":       {ran: true, answer: reset("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"data\":[")},
	"attempt timeout":      {ran: true, answer: hang},
	"408 in 500":           {ran: true, answer: answering(500, asJSON, `{"detail":"Unexpected error: 408: Query execution timeout (30 seconds)"}`)},
	"429 lockout":          {answer: answering(429, asJSON, `{"detail":"Too many failed authentication attempts"}`)},
	"429":                  {answer: answering(429, asJSON, `{"detail":"Too many requests"}`)},
	"429 Retry-After":      {answer: answering(429, asJSON, `{"detail":"Too many requests"}`, "Retry-After", "86400")},
	"500 text":             {ran: true, answer: answering(500, asText, "Internal Server Error")},
	"500 execution":        {ran: true, answer: answering(500, asJSON, `{"detail":"Query execution error: Runtime exception: Found duplicated primary key value 1"}`)},
	"500 syntax":           {answer: answering(500, asJSON, `{"detail":"Query execution failed: Parser exception: Invalid input"}`)},
	"400 syntax":           {answer: answering(400, asJSON, `{"detail":"Query parsing error: Parser exception: Invalid input"}`)},
	"502 HTML":             {ran: true, answer: answering(502, asHTML, "<html>Bad Gateway</html>")},
	"503 admission":        {answer: answering(503, asJSON, `{"detail":{"error":"Server temporarily unavailable","reason":"CPU usage too high","decision":"reject_cpu","retry_after":5}}`)},
	"503 empty":            {ran: true, answer: answering(503, "", "")},
	"504":                  {ran: true, answer: answering(504, asHTML, "<html>Gateway Timeout</html>")},
	"401":                  {answer: answering(401, asJSON, `{"detail":"Invalid API key"}`)},
	"409":                  {answer: answering(409, asJSON, `{"detail":"Database social already exists"}`)},
}

// faulty is a server that has a fault for its first requests, and then works.
type faulty struct {
	*httptest.Server
	fault
	left     atomic.Int64 // faults to come
	dialed   atomic.Int64
	requests atomic.Int64
	ranTimes atomic.Int64
}

// fails starts a server with a fault for so many attempts.
func fails(t testing.TB, f fault, times int64) *faulty {
	t.Helper()
	s := &faulty{fault: f}
	s.left.Store(times)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		if body, err := io.ReadAll(r.Body); err != nil || r.Method == http.MethodPost && len(body) == 0 {
			t.Errorf("a request came with %d bytes: %v", len(body), err)
		}
		if s.dial == nil && s.left.Add(-1) >= 0 {
			if s.ran {
				s.ranTimes.Add(1)
			}
			s.answer(w, r)
			return
		}
		s.ranTimes.Add(1)
		works(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// works answers as a healthy server does.
func works(w http.ResponseWriter, r *http.Request) {
	body := `{"data":[{"a":1}],"columns":["a"],"execution_time_ms":1,"row_count":1,"database":"social"}`
	switch {
	case r.Method == http.MethodDelete:
		body = `{"status":"success","message":"Database social deleted successfully"}`
	case r.URL.Path == "/databases" && r.Method == http.MethodPost:
		body = `{"status":"success","graph_id":"social","database_path":"","schema_applied":true,"execution_time_ms":1}`
	case strings.HasSuffix(r.URL.Path, "/social"):
		body = `{"graph_id":"social","database_path":"","created_at":"","size_bytes":1,"read_only":false,"is_healthy":true,"last_accessed":null}`
	}
	answering(200, asJSON, body)(w, r)
}

// pool is a transport whose dialing fails as the server's fault says.
func (s *faulty) pool(t testing.TB) *http.Transport {
	pool := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		s.dialed.Add(1)
		if s.dial != nil && s.left.Add(-1) >= 0 {
			return nil, s.dial
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}}
	t.Cleanup(pool.CloseIdleConnections)
	return pool
}

// attempts is how often somebody tried to get something from the server.
func (s *faulty) attempts() int64 {
	if s.dial != nil {
		return s.dialed.Load()
	}
	return s.requests.Load()
}

func (s *faulty) String() string {
	return fmt.Sprintf("%d attempts, ran %d times", s.attempts(), s.ranTimes.Load())
}
