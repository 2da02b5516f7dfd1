package chaos_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/transport"
)

const (
	shared = "sec"
	bucket = "loads"
)

// world is a fleet and the services that use it.
type world struct {
	t        *testing.T
	fleet    *fleet.Fleet
	engines  map[string]*engine // by instance
	graphs   []string           // of users
	sequence map[string]*atomic.Int64
	services []*service
	data     string // where the bucket is

	trusted, rogue *authority
	identities     map[string]*identity // of the instances that speak TLS
	keyFile        string
	keys           int // rotations so far
}

func newWorld(t *testing.T, services int, maker func(*world, *service) maker) *world {
	t.Helper()
	w := &world{
		t: t, engines: make(map[string]*engine), sequence: make(map[string]*atomic.Int64), data: t.TempDir(),
		trusted: newAuthority(t), rogue: newAuthority(t), identities: make(map[string]*identity), keyFile: filepath.Join(t.TempDir(), "key"),
	}
	if err := os.Mkdir(filepath.Join(w.data, bucket), 0o755); err != nil {
		t.Fatal(err)
	}
	w.writeKey("kuzu_chaos_0")
	cfg := fleet.DefaultConfig()
	cfg.Logger = slog.New(slog.NewTextHandler(logged{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	cfg.APIKey, cfg.DataRoot, cfg.Writers["standard"] = "kuzu_chaos_0", w.data, 3
	cfg.Engine = func(instance string) (mockserver.Engine, error) {
		w.engines[instance] = newEngine()
		return w.engines[instance], nil
	}
	cfg.TLS = func(instance string) *tls.Config {
		if len(w.engines)%2 == 0 { // every other one
			return nil
		}
		w.identities[instance] = new(identity)
		w.certify(instance, w.trusted)
		return w.identities[instance].config()
	}
	var err error
	if w.fleet, err = fleet.Start(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.fleet.Close(); err != nil {
			t.Error(err)
		}
	})
	w.place()
	for n := range services {
		s := &service{world: w, name: string(rune('A' + n)), n: n}
		s.start()
		s.maker = s.fromFactory
		if maker != nil {
			s.maker = maker(w, s)
		}
		t.Cleanup(func() { s.factory.Load().Close() })
		w.services = append(w.services, s)
	}
	return w
}

// place makes the graphs: four that move between the standard writers, one that
// stays, and the shared one.
func (w *world) place() {
	w.t.Helper()
	standard := w.fleet.Writers("standard")
	for n := range 5 {
		graph, at := fmt.Sprintf("kg%016x", n+1), standard[n%len(standard)]
		if n == 4 {
			at = w.fleet.Writers("premium")[0]
		}
		if err := w.fleet.Place(w.t.Context(), graph, at.ID); err != nil {
			w.t.Fatal(err)
		}
		w.graphs = append(w.graphs, graph)
		w.sequence[graph] = new(atomic.Int64)
	}
	w.sequence[shared] = new(atomic.Int64)
	if err := w.fleet.Master().Engine.Create(w.t.Context(), shared); err != nil {
		w.t.Fatal(err)
	}
	if err := w.fleet.SyncReplicas(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// writeKey puts a key into the file where the services look for it.
func (w *world) writeKey(key string) {
	w.t.Helper()
	if err := os.WriteFile(w.keyFile+".new", []byte(key), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(w.keyFile+".new", w.keyFile); err != nil {
		w.t.Fatal(err)
	}
}

// certify gives an instance a new certificate.
func (w *world) certify(instance string, by *authority) {
	w.t.Helper()
	certificate, err := by.issue()
	if err != nil {
		w.t.Fatal(err)
	}
	w.identities[instance].now.Store(certificate)
}

// instances are all of them.
func (w *world) instances() []*fleet.Instance {
	all := append(w.fleet.Writers("standard"), w.fleet.Writers("enterprise")...)
	all = append(all, w.fleet.Writers("premium")...)
	return append(append(all, w.fleet.Master()), w.fleet.Replicas()...)
}

// home is the instance that has a user's graph, as the registry says.
func (w *world) home(graph string) *fleet.Instance {
	_, graphs := w.fleet.Tables()
	return w.fleet.Instance(w.fleet.Registry().Get(graphs, graph)["instance_id"].Text())
}

// applied returns what the data of all graphs has from first on.
func (w *world) applied(first int64) map[string]map[int64]int {
	all := map[string]map[int64]int{shared: w.engines[w.fleet.Master().ID].times(shared, first)}
	for _, graph := range w.graphs {
		all[graph] = w.engines[w.home(graph).ID].times(graph, first)
	}
	return all
}

// maker makes the client for a call.
type maker func(ctx context.Context, graph string, op factory.Op, options ...factory.ClientOption) (*kuzu.Client, error)

// service is a process that uses the fleet; of those that run side by side each
// has other settings.
type service struct {
	world   *world
	name    string
	n       int
	factory atomic.Pointer[factory.Factory]
	maker   maker

	mu   sync.Mutex
	kept map[string]*kuzu.Client // guarded by mu
}

// start makes the factory of the process.
func (s *service) start() {
	w := s.world
	w.t.Helper()
	f, err := factory.New(w.t.Context(), s.config())
	if err != nil {
		w.t.Fatal(err)
	}
	s.factory.Store(f)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = make(map[string]*kuzu.Client)
}

func (s *service) config() factory.Config {
	w := s.world
	w.t.Helper()
	cfg, err := factory.ConfigFrom(w.fleet.Lookup)
	if err != nil {
		w.t.Fatal(err)
	}
	cfg.AWS = &aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("loopback", "loopback", "")}
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.APIKey = ""
	if cfg.Keys, err = transport.NewFileKey(w.keyFile); err != nil {
		w.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(w.trusted.certificate)
	cfg.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	// As a service that is impatient: what takes a minute by default has to be
	// over in seconds here.
	cfg.Timeout, cfg.ConnectTimeout, cfg.RetryDelay, cfg.BreakerTimeout = 700*time.Millisecond, 500*time.Millisecond, 20*time.Millisecond, 700*time.Millisecond
	switch s.n % 3 {
	case 1:
		cfg.CacheTTL, cfg.ReplicaHealthTTL = time.Second, time.Second
	case 2:
		cfg.RedisCache = false
	}
	return cfg
}

// restart ends the process in the middle of its calls, and begins a new one.
func (s *service) restart() {
	old := s.factory.Load()
	s.start()
	old.Close()
}

func (s *service) fromFactory(ctx context.Context, graph string, op factory.Op, options ...factory.ClientOption) (*kuzu.Client, error) {
	return s.factory.Load().Client(ctx, graph, op, options...)
}

// client makes a client, or takes one that was kept.
func (s *service) client(ctx context.Context, keep bool, graph string, op factory.Op, options ...factory.ClientOption) (*kuzu.Client, error) {
	if !keep {
		return s.maker(ctx, graph, op, options...)
	}
	key := fmt.Sprint(graph, op, len(options))
	s.mu.Lock()
	c := s.kept[key]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := s.maker(ctx, graph, op, options...)
	if err == nil {
		s.mu.Lock()
		s.kept[key] = c
		s.mu.Unlock()
	}
	return c, err
}

// logged passes on what the servers log.
type logged struct{ t *testing.T }

func (l logged) Write(text []byte) (int, error) {
	l.t.Logf("a server logs: %s", text)
	return len(text), nil
}
