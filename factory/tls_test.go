package factory_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/kuzu"
)

// secure puts TLS in front of a node, and registers it as unhealthy, so that it
// is probed before it is called.
func (w *world) secure(n *node, tier, nodeType string) *httptest.Server {
	s := httptest.NewTLSServer(n.Config.Handler)
	w.t.Cleanup(s.Close)
	w.register(n.id, s.URL, tier, nodeType, "status", "unhealthy")
	return s
}

// TestTLS has an instance and a load balancer that speak TLS, with a certificate
// that the system does not trust.
func TestTLS(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*factory.Config, *x509.CertPool)
		works  bool // or else the call fails
		warns  bool
	}{
		"a certificate that nobody trusts": {change: func(*factory.Config, *x509.CertPool) {}},
		"its authority is known": {change: func(c *factory.Config, roots *x509.CertPool) {
			c.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
		}, works: true},
		"certificates are not verified": {change: func(c *factory.Config, _ *x509.CertPool) { c.VerifyTLS = false }, works: true, warns: true},
		"certificates are not verified, as the TLS settings say": {change: func(c *factory.Config, _ *x509.CertPool) {
			c.TLS = &tls.Config{InsecureSkipVerify: true}
		}, works: true, warns: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.secure(w.writer("i-1", "standard", parent), "standard", "writer")
			balancer := httptest.NewTLSServer(w.start("alb", server.NodeTypeSharedReplica, "sec").Config.Handler)
			t.Cleanup(balancer.Close)
			w.cfg.ReplicaURL, w.cfg.ReplicaReads, w.cfg.MasterReads = balancer.URL, true, false
			roots := x509.NewCertPool()
			roots.AddCert(s.Certificate())
			test.change(&w.cfg, roots)
			f := w.factory()
			if strings.Contains(w.log.String(), "not verified") != test.warns {
				t.Errorf("warned: %v", w.log)
			}
			for _, graph := range []string{parent, "sec"} {
				c, err := f.Client(t.Context(), graph, factory.Read)
				if test.works {
					mustQuery(t, c, err)
				} else if d := f.Explain(t.Context(), graph, factory.Read); !errors.Is(err, kuzu.ErrUnavailable) || !strings.Contains(d.String(), "certificate") {
					t.Errorf("%v, explained as %v", err, d)
				}
			}
		})
	}
}

// TestRedisOverTLS has a Redis that speaks TLS.
func TestRedisOverTLS(t *testing.T) {
	for name, test := range map[string]struct {
		query  string
		change func(*factory.Config, *x509.CertPool)
		works  bool
	}{
		"a certificate that nobody trusts": {change: func(*factory.Config, *x509.CertPool) {}},
		"its authority is known": {change: func(c *factory.Config, roots *x509.CertPool) {
			c.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
		}, works: true},
		"certificates are not verified": {change: func(c *factory.Config, _ *x509.CertPool) { c.VerifyTLS = false }, works: true},
		"the URL says not to verify":    {query: "?skip_verify=true", change: func(*factory.Config, *x509.CertPool) {}, works: true},
		"with a password":               {change: func(c *factory.Config, roots *x509.CertPool) { c.RedisToken, c.VerifyTLS = "token", false }, works: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.writer("i-1", "standard", parent)
			web := httptest.NewTLSServer(nil)
			defer web.Close()
			cache := miniredis.NewMiniRedis()
			if err := cache.StartTLS(web.TLS); err != nil {
				t.Fatal(err)
			}
			defer cache.Close()
			cache.DB(8)
			roots := x509.NewCertPool()
			roots.AddCert(web.Certificate())
			test.change(&w.cfg, roots)
			if w.cfg.RedisToken != "" {
				cache.RequireAuth(string(w.cfg.RedisToken))
			}
			w.cfg.RedisURL = factory.Secret("rediss://" + cache.Addr() + test.query)
			f := w.factory()
			if err := f.Warm(t.Context(), parent); err != nil {
				t.Fatal(err)
			}
			if test.works {
				eventually(t, func() bool { return cache.DB(8).Exists("kuzu:test:location:" + parent) })
			} else {
				// A slow machine may lose the first handshakes to the time that Redis has.
				eventually(t, func() bool {
					d := f.Explain(t.Context(), "kg404", factory.Read)
					return strings.Contains(d.String(), "redis: no answer: x509: certificate signed by unknown authority")
				})
			}
		})
	}
}

// TestRedisDoesNotPrint fails all that go-redis prints of a Redis that is away: it
// goes to the process's stderr, of which a library keeps clear.
func TestRedisDoesNotPrint(t *testing.T) {
	var printed printer
	redis.SetLogger(&printed)
	defer logging.Enable()
	w := newWorld(t)
	w.redis.Away(&w.cfg)
	w.writer("i-1", "standard", parent)
	f := w.factory()
	eventually(t, func() bool {
		return strings.Contains(f.Explain(t.Context(), "kg404", factory.Read).String(), "circuit")
	})
	f.Close()
	if text := printed.String(); text != "" {
		t.Errorf("printed:\n%s", text)
	}
}

// printer keeps what go-redis would print.
type printer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *printer) Printf(_ context.Context, format string, v ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(&p.text, format+"\n", v...)
}

func (p *printer) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}
