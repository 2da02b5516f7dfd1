package transport_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/internal/planted"
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
	half := transport.DefaultChainSettings(operations.Table())
	half.Busy = nil
	if _, err := transport.NewChain(half); err == nil || !strings.Contains(err.Error(), "Breaker and Busy") {
		t.Errorf("one breaker of two: %v", err)
	}
}

// TestWrongAddresses are refused without a word of what they hide.
func TestWrongAddresses(t *testing.T) {
	_, err := transport.NewStatic("http://h/path", "http://h?query=1", "http://user:"+planted.Key+"@h", "ftp://h", "http://", "http://h:99999", "http://h:"+planted.Key, "http://h#f", "http://good:8001")
	planted.Note(err)
	if !errors.Is(err, transport.ErrConfiguration) || strings.Count(err.Error(), "base URL") != 8 {
		t.Errorf("got %v", err)
	}
	if _, err := transport.NewStatic(); !errors.Is(err, transport.ErrConfiguration) {
		t.Errorf("no address: %v", err)
	}
}

func base(change func(*transport.BaseSettings)) func(*transport.ChainSettings) {
	return func(s *transport.ChainSettings) {
		s.Retry.MaxRetries = 0
		change(&s.Base)
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
