package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// pipes is a listener for connections within the process, for virtual time.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error {
	close(p)
	return nil
}

func (pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

// mute is a server's end of a connection that can go silent, as one does whose
// other end has lost its way here.
type mute struct {
	net.Conn
	silent *atomic.Bool
}

func (m mute) Write(p []byte) (int, error) {
	if m.silent.Load() {
		return len(p), nil
	}
	return m.Conn.Write(p)
}

// TestPings: an HTTP/2 connection that has gone silent is found out, also where a
// call has no limit of time; a server that only works for long is not given up.
func TestPings(t *testing.T) {
	for _, silence := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			authority := newAuthority(t)
			var silent atomic.Bool
			listener := make(pipes)
			server := &http.Server{
				Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.ProtoMajor != 2 {
						t.Errorf("asked in %s", r.Proto)
					}
					silent.Store(silence)
					select {
					case <-time.After(10 * time.Minute):
					case <-r.Context().Done():
					}
					works(w, r)
				}),
				TLSConfig: &tls.Config{Certificates: []tls.Certificate{authority.sign(t, &x509.Certificate{DNSNames: []string{"graphs.example"}})}},
			}
			go func() { _ = server.ServeTLS(listener, "", "") }()
			pool := transport.NewBase()
			pool.Proxy = nil
			pool.TLSClientConfig = &tls.Config{RootCAs: authority.pool}
			pool.DialContext = func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				listener <- mute{theirs, &silent}
				return ours, nil
			}
			c := chain(t, noRetries, func(s *transport.ChainSettings) { s.Transport = pool })
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://ignored/tasks/t/monitor", nil)
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			resp, err := c.For(static(t, "https://graphs.example")).RoundTrip(req)
			took := time.Since(begun)
			switch {
			case silence && (!errors.Is(err, transport.ErrUnavailable) || took != 30*time.Second):
				t.Errorf("silent: %v after %v", err, took)
			case !silence && (err != nil || took != 10*time.Minute):
				t.Errorf("at work: %v after %v", err, took)
			}
			if resp != nil {
				resp.Body.Close()
			}
			pool.CloseIdleConnections()
			_ = server.Close()
		})
	}
}

// TestHTTP2ConnectionsAge as those of HTTP/1.1 do.
func TestHTTP2ConnectionsAge(t *testing.T) {
	authority := newAuthority(t)
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(works))
	server.EnableHTTP2, server.TLS = true, &tls.Config{Certificates: []tls.Certificate{authority.loopback(t)}}
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.StartTLS()
	defer server.Close()
	c := chain(t, base(func(b *transport.BaseSettings) { b.TLS.RootsFile, b.MaxAge = authority.file, 1 }))
	for range 6 {
		if _, err := get(t.Context(), c.For(static(t, server.URL))); err != nil {
			t.Fatal(err)
		}
	}
	if opened.Load() != 3 {
		t.Errorf("6 requests took %d connections, want 3", opened.Load())
	}
}

// names is a DNS server that knows an address for every name, or none.
type names struct {
	net.PacketConn
	gone  atomic.Bool
	asked atomic.Int64 // for addresses of IPv4
}

func newNames(t *testing.T) *names {
	t.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{PacketConn: socket}
	t.Cleanup(func() { _ = n.Close() })
	go n.serve()
	return n
}

func (n *names) serve() {
	query := make([]byte, 1500)
	for {
		size, from, err := n.ReadFrom(query)
		if err != nil {
			return
		}
		const header, typeA, answer, notFound = 12, 1, 0x8180, 0x8183
		end := header + slices.Index(query[header:size], 0) + 1 // of the name
		reply := slices.Clone(query[:end+4])                    // with type and class, without what follows
		clear(reply[8:header])
		flags := answer
		if binary.BigEndian.Uint16(query[end:]) == typeA {
			n.asked.Add(1)
			if n.gone.Load() {
				flags = notFound
			} else {
				binary.BigEndian.PutUint16(reply[6:], 1)
				reply = append(reply, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1)
			}
		}
		binary.BigEndian.PutUint16(reply[2:], uint16(flags))
		_, _ = n.WriteTo(reply, from)
	}
}

// TestNamesAreLookedUpAgain when a connection is old, so that a change of DNS is
// seen; without a limit to its age a connection in use outlives its name.
func TestNamesAreLookedUpAgain(t *testing.T) {
	dns := newNames(t)
	before := net.DefaultResolver
	defer func() { net.DefaultResolver = before }()
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", dns.LocalAddr().String())
	}}
	server := httptest.NewServer(http.HandlerFunc(works))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, age := range []time.Duration{0, 1} {
		dns.gone.Store(false)
		dns.asked.Store(0)
		c := chain(t, base(func(b *transport.BaseSettings) { b.MaxAge = age }))
		rt := c.For(static(t, "http://graphs.example:"+u.Port()))
		for call := range 4 {
			dns.gone.Store(call > 0)
			// The second call is the last one of a connection that is old.
			_, err := get(t.Context(), rt)
			if fails := age > 0 && call > 1; (err != nil) != fails {
				t.Errorf("age %v, call %d: %v", age, call, err)
			}
		}
		if asked := dns.asked.Load(); age == 0 && asked != 1 || age > 0 && asked < 3 {
			t.Errorf("age %v: the name was looked up %d times", age, asked)
		}
	}
}
