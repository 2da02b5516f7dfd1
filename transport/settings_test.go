package transport_test

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// TestWrongSettings are all refused at once, each by its name.
func TestWrongSettings(t *testing.T) {
	s := transport.ChainSettings{
		Operations: []transport.Operation{{ID: "a", Method: "GET", Path: "/a"}, {ID: "a", Method: "", Path: "b", Access: 9}},
		Timeout:    -time.Second,
		Timeouts:   map[string]transport.Timeouts{"a": {Attempt: -1}, "unknown": {}},
		Retry:      transport.RetrySettings{MaxRetries: -1, Delay: -1, Factor: 0.5, Jitter: 2, MaxDelay: -2, Writes: 7, Budget: &resilience.BudgetSettings{}},
		Breaker:    &resilience.BreakerSettings{},
		Busy:       &resilience.BreakerSettings{},
		Rate:       &resilience.ThrottleSettings{},
		Bulkhead:   &resilience.BulkheadSettings{},
		Base: transport.BaseSettings{
			MaxConnsPerHost: -1, MaxIdleConnsPerHost: -1, IdleTimeout: -1, MaxAge: -1,
			TLS: transport.TLSSettings{RootsFile: "/no/such/roots.pem", CertificateFile: "/no/such/cert.pem"},
		},
	}
	_, err := transport.NewChain(s)
	if !errors.Is(err, transport.ErrConfiguration) {
		t.Fatalf("got %v", err)
	}
	for _, name := range []string{
		"Timeout: ", "Timeouts: ", `"unknown"`, "Retry.MaxRetries", "Retry.Delay", "Retry.Factor", "Retry.Jitter", "Retry.MaxDelay", "Retry.Writes", "Retry.Budget",
		"Breaker: ", "Busy: ", "Rate: ", "Bulkhead: ", "Operations[1]", "Base.MaxConnsPerHost", "Base.MaxIdleConnsPerHost", "Base.IdleTimeout",
		"Base.DialTimeout", "Base.MaxAge", "Base.TLS.RootsFile", "Base.TLS.CertificateFile and Base.TLS.KeyFile",
	} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q is not in\n%v", name, err)
		}
	}
	half := transport.DefaultChainSettings(operations())
	half.Busy = nil
	if _, err := transport.NewChain(half); err == nil || !strings.Contains(err.Error(), "Breaker and Busy") {
		t.Errorf("one breaker of two: %v", err)
	}
}

// TestWrongAddresses are refused without a word of what they hide.
func TestWrongAddresses(t *testing.T) {
	_, err := transport.NewStatic("http://h/path", "http://h?query=1", "http://user:"+plantedKey+"@h", "ftp://h", "http://", "http://h:99999", "http://h:"+plantedKey, "http://h#f", "http://good:8001")
	seen.note(err)
	if !errors.Is(err, transport.ErrConfiguration) || strings.Count(err.Error(), "base URL") != 8 {
		t.Errorf("got %v", err)
	}
	if _, err := transport.NewStatic(); !errors.Is(err, transport.ErrConfiguration) {
		t.Errorf("no address: %v", err)
	}
}

// pemFile writes a block into a file of the test.
func pemFile(t *testing.T, kind string, der []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), kind+".pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func base(change func(*transport.BaseSettings)) func(*transport.ChainSettings) {
	return func(s *transport.ChainSettings) {
		s.Retry.MaxRetries = 0
		change(&s.Base)
	}
}

// TestTLS: a server is trusted if the settings say so, speaks HTTP/2, and is
// never repeated to if it is not trusted.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Protocol", r.Proto)
		works(w, r)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	server.StartTLS()
	defer server.Close()
	roots := pemFile(t, "CERTIFICATE", server.Certificate().Raw)

	c := chain(t, base(func(b *transport.BaseSettings) { b.TLS.RootsFile = roots }))
	resp, err := get(t.Context(), c.For(static(t, server.URL)))
	if err != nil || resp.Header.Get("X-Protocol") != "HTTP/2.0" {
		t.Errorf("trusted: %v, %v", resp, err)
	}
	c = chain(t, func(s *transport.ChainSettings) { s.Retry.Delay = 0 })
	_, err = get(t.Context(), c.For(static(t, server.URL)))
	if e := transport.SendError(t.Context(), err); !errors.Is(err, transport.ErrUnavailable) || len(e.Attempts) != 1 || e.Attempts[0].Sent {
		t.Errorf("not trusted: %v", err)
	}
	var log bytes.Buffer
	c = chain(t, base(func(b *transport.BaseSettings) { b.TLS.SkipVerify = true }), func(s *transport.ChainSettings) {
		s.Observe.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	if _, err = get(t.Context(), c.For(static(t, server.URL))); err != nil || !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "VERIFY_SSL") {
		t.Errorf("not verified: %v, %s", err, &log)
	}
	old := httptest.NewUnstartedServer(http.HandlerFunc(works))
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
	old.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	old.StartTLS()
	defer old.Close()
	if _, err = get(t.Context(), c.For(static(t, old.URL))); !errors.Is(err, transport.ErrUnavailable) {
		t.Errorf("TLS 1.1: %v", err)
	}
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := transport.DefaultChainSettings(operations())
	s.Base.TLS = transport.TLSSettings{RootsFile: junk, CertificateFile: junk, KeyFile: junk}
	if _, err := transport.NewChain(s); err == nil || !strings.Contains(err.Error(), "no certificate in PEM") || !strings.Contains(err.Error(), "CertificateFile and") {
		t.Errorf("junk for certificates: %v", err)
	}
}

// TestUnencryptedHTTP2 when asked for.
func TestUnencryptedHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Protocol", r.Proto)
		works(w, r)
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	defer server.Close()
	for asked, want := range map[bool]string{true: "HTTP/2.0", false: "HTTP/1.1"} {
		c := chain(t, base(func(b *transport.BaseSettings) { b.UnencryptedHTTP2 = asked }))
		if resp, err := get(t.Context(), c.For(static(t, server.URL))); err != nil || resp.Header.Get("X-Protocol") != want {
			t.Errorf("asked %v: %v, %v", asked, resp, err)
		}
	}
}

// TestConnectionsAge: an old connection serves one last request.
func TestConnectionsAge(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*transport.BaseSettings)
		want   int64
	}{
		{"young", func(*transport.BaseSettings) {}, 1},
		{"old at once", func(b *transport.BaseSettings) { b.MaxAge = 1 }, 3},
		{"none kept", func(b *transport.BaseSettings) { b.MaxIdleConnsPerHost = 0 }, 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			var opened atomic.Int64
			server := countConnections(t, &opened)
			c := chain(t, base(test.change))
			for range 6 {
				resp, err := get(t.Context(), c.For(static(t, server)))
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
			}
			if opened.Load() != test.want {
				t.Errorf("6 requests took %d connections, want %d", opened.Load(), test.want)
			}
			if now := c.Statistics().Connections; now.Used != 0 || now.Idle > 1 {
				t.Errorf("figures are %+v", now)
			}
		})
	}
}
