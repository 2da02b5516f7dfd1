package factory_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// service is a factory in the environment of a fleet, of whose instances each
// answers who it is.
type service struct {
	*factory.Factory
	t     *testing.T
	fleet *fleet.Fleet
}

const (
	who  = "RETURN who"
	mark = "CREATE (:Mark)"
)

func newService(t *testing.T, change ...func(*factory.Config)) *service {
	t.Helper()
	cfg := fleet.DefaultConfig()
	cfg.APIKey = "kuzu_test_key"
	cfg.Engine = func(instance string) (mockserver.Engine, error) {
		engine := mockserver.NewScripted()
		engine.Answer(who, []string{"who"}, []any{instance})
		engine.Answer(mark, nil)
		return engine, nil
	}
	servers, err := fleet.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := servers.Close(); err != nil {
			t.Error(err)
		}
	})
	for name, value := range servers.Env() {
		t.Setenv(name, value)
	}
	settings, err := factory.ConfigFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	settings.RetryDelay, settings.Logger = 0, slog.New(slog.DiscardHandler)
	for _, c := range change {
		c(&settings)
	}
	f, err := factory.New(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &service{Factory: f, t: t, fleet: servers}
}

// place puts a graph on a writer of a tier and returns the writer.
func (s *service) place(graph, tier string) *fleet.Instance {
	s.t.Helper()
	i := s.fleet.Writers(tier)[0]
	if err := s.fleet.Place(s.t.Context(), graph, i.ID); err != nil {
		s.t.Fatal(err)
	}
	return i
}

// share makes sec, on the master and its replicas.
func (s *service) share() {
	s.t.Helper()
	if err := s.fleet.Master().Engine.Create(s.t.Context(), "sec"); err != nil {
		s.t.Fatal(err)
	}
	if err := s.fleet.SyncReplicas(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// answers returns who answers a client.
func (s *service) answers(c *kuzu.Client, err error) (string, error) {
	s.t.Helper()
	if err != nil {
		return "", err
	}
	names, err := kuzu.QueryAs[string](s.t.Context(), c, who, nil)
	if err != nil {
		return "", err
	}
	return names[0], nil
}

// expect fails the test unless one of the instances answers.
func (s *service) expect(c *kuzu.Client, err error, instances ...*fleet.Instance) {
	s.t.Helper()
	name, err := s.answers(c, err)
	if err != nil {
		s.t.Fatal(err)
	}
	if !slices.ContainsFunc(instances, func(i *fleet.Instance) bool { return i.ID == name }) {
		s.t.Errorf("%s answered", name)
	}
}

// TestFleetRoutes sends a call of every row of the routing table through the
// whole chain, with the environment alone to go by.
func TestFleetRoutes(t *testing.T) {
	s := newService(t)
	s.share()
	ctx := t.Context()
	for n, tier := range []string{"standard", "enterprise", "premium"} {
		id := fmt.Sprintf("kg%016x", n)
		i := s.place(id, tier)
		for _, op := range []factory.Op{factory.Read, factory.Write} {
			c, err := s.Client(ctx, id, op)
			s.expect(c, err, i)
		}
		if err := i.Engine.Create(ctx, id+"_dev"); err != nil {
			t.Fatal(err)
		}
		c, err := s.Client(ctx, id+"_dev", factory.Write)
		s.expect(c, err, i)
		c, err = s.ClientForInstance(i.URL, factory.WithKuzu(kuzu.WithGraph(id)))
		s.expect(c, err, i)
	}
	c, err := s.Client(ctx, "sec", factory.Write)
	s.expect(c, err, s.fleet.Master())
	c, err = s.SharedMaster(ctx, "sec")
	s.expect(c, err, s.fleet.Master())
	c, err = s.Client(ctx, "sec", factory.Read, factory.FromMaster())
	s.expect(c, err, s.fleet.Master())
	c, err = s.Client(ctx, "sec", factory.Read)
	for range 4 {
		s.expect(c, err, s.fleet.Replicas()...)
	}
	for _, tier := range []string{"standard", "enterprise", "premium"} {
		if _, err := s.CreateGraph(ctx, "kgaaaaaaaaaaaaaaaa", tier, factory.GraphSpec{}); tier == "standard" && err != nil || tier != "standard" && err == nil {
			t.Errorf("a graph in the tier %s: %v", tier, err)
		}
	}
}

// TestFleetLosesAnInstance kills or freezes the instance of a graph that then
// moves, for clients that read and that write.
func TestFleetLosesAnInstance(t *testing.T) {
	for name, lose := range map[string]func(*fleet.Instance){"killed": (*fleet.Instance).Kill, "frozen": (*fleet.Instance).Freeze} {
		for _, op := range []factory.Op{factory.Read, factory.Write} {
			t.Run(name+", "+op.String(), func(t *testing.T) {
				s := newService(t, func(c *factory.Config) { c.Timeout = 200 * time.Millisecond })
				from := s.place(parent, "standard")
				c, err := s.Client(t.Context(), parent, op)
				s.expect(c, err, from)
				lose(from)
				to := s.fleet.Writers("standard")[1]
				if err := s.fleet.Move(t.Context(), parent, to.ID); err != nil {
					t.Fatal(err)
				}
				if op == factory.Write {
					// What a server made of a write before it fell silent nobody knows,
					// so that it is not repeated. The call after it must arrive.
					if _, err := c.Query(t.Context(), mark, nil); err != nil && !errors.Is(err, kuzu.ErrTimeout) && !errors.Is(err, kuzu.ErrUnavailable) {
						t.Fatal(err)
					}
					if _, err := c.Query(t.Context(), mark, nil); err != nil {
						t.Fatal(err)
					}
				}
				s.expect(c, nil, to)
				if d := s.Explain(t.Context(), parent, op); d.Instance != to.ID {
					t.Errorf("explained as %v", d)
				}
			})
		}
	}
}

// TestFleetInstanceComesBack kills an instance and restarts it, without a word in
// the registry.
func TestFleetInstanceComesBack(t *testing.T) {
	s := newService(t, func(c *factory.Config) { c.MaxRetries, c.Breakers = 1, false }) // a breaker would wait for a minute
	i := s.place(parent, "standard")
	c, err := s.Client(t.Context(), parent, factory.Read)
	s.expect(c, err, i)
	i.Kill()
	for range 3 {
		if _, err := s.answers(c, nil); !errors.Is(err, kuzu.ErrUnavailable) {
			t.Errorf("a dead instance: %v", err)
		}
	}
	if err := i.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.expect(c, nil, i)
}

// TestFleetLosesReplicas kills one, then all, and brings them back.
func TestFleetLosesReplicas(t *testing.T) {
	s := newService(t, func(c *factory.Config) { c.ReplicaHealthTTL = 0 }) // every read checks
	s.share()
	c, err := s.Client(t.Context(), "sec", factory.Read)
	s.expect(c, err, s.fleet.Replicas()...)
	s.fleet.Replicas()[0].Kill()
	for range 4 { // the balancer answers one of them with 502 at most
		s.expect(c, nil, s.fleet.Replicas()[1], s.fleet.Master())
	}
	s.fleet.KillReplicas()
	for range 4 {
		s.expect(c, nil, s.fleet.Master())
	}
	for _, i := range s.fleet.Replicas() {
		if err := i.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.fleet.CheckReplicas(t.Context())
	s.expect(c, nil, s.fleet.Replicas()...)
}

// TestFleetWithoutMasterReads has no substitute for replicas.
func TestFleetWithoutMasterReads(t *testing.T) {
	s := newService(t, func(c *factory.Config) { c.MasterReads = false })
	s.share()
	c, err := s.Client(t.Context(), "sec", factory.Read)
	s.expect(c, err, s.fleet.Replicas()...)
	s.fleet.KillReplicas()
	for range 3 {
		if name, err := s.answers(c, nil); !errors.Is(err, kuzu.ErrUnavailable) {
			t.Errorf("%q, %v", name, err)
		}
	}
}

// TestFleetWithoutRegistry takes the registry away in every way, for graphs that
// are known and for one that is not.
func TestFleetWithoutRegistry(t *testing.T) {
	for name, away := range map[string]func(*fleet.Fleet){
		"throttles": (*fleet.Fleet).ThrottleRegistry,
		"fails":     (*fleet.Fleet).FailRegistry,
		"hangs":     func(f *fleet.Fleet) { f.SlowRegistry(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, func(c *factory.Config) { c.CacheTTL = time.Millisecond }) // what is known is old at once
			i := s.place(parent, "standard")
			s.share()
			mine, err := s.Client(t.Context(), parent, factory.Read)
			s.expect(mine, err, i)
			shared, err := s.Client(t.Context(), "sec", factory.Write)
			s.expect(shared, err, s.fleet.Master())
			away(s.fleet)
			for range 5 {
				s.expect(mine, nil, i)
				s.expect(shared, nil, s.fleet.Master())
			}
			if _, err := s.Client(t.Context(), "kg404", factory.Read); !errors.Is(err, kuzu.ErrUnavailable) && !errors.Is(err, kuzu.ErrCircuitOpen) && !errors.Is(err, kuzu.ErrTimeout) {
				t.Errorf("an unknown graph: %v", err)
			}
			if s.Stats().Lookups.Stale == 0 {
				t.Error("no last known location served")
			}
			s.fleet.RestoreRegistry()
			to := s.fleet.Writers("standard")[1]
			if err := s.fleet.Move(t.Context(), parent, to.ID); err != nil {
				t.Fatal(err)
			}
			// The old instance answers that it does not have the graph.
			eventually(t, func() bool { name, err := s.answers(mine, nil); return err == nil && name == to.ID })
		})
	}
}

// TestFleetWithoutRedis takes Redis away, and gives it back.
func TestFleetWithoutRedis(t *testing.T) {
	for name, away := range map[string]func(*fleet.Fleet){
		"refuses": (*fleet.Fleet).StopRedis,
		"hangs":   func(f *fleet.Fleet) { f.SlowRedis(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			i := s.place(parent, "standard")
			s.share()
			away(s.fleet)
			c, err := s.Client(t.Context(), parent, factory.Read)
			s.expect(c, err, i)
			c, err = s.Client(t.Context(), "sec", factory.Read)
			s.expect(c, err, s.fleet.Replicas()...)
			if err := s.fleet.StartRedis(); err != nil {
				t.Fatal(err)
			}
			eventually(t, func() bool {
				id := fmt.Sprintf("kg%016x", time.Now().UnixNano())
				i := s.fleet.Writers("standard")[1]
				if err := s.fleet.Place(t.Context(), id, i.ID); err != nil {
					t.Fatal(err)
				}
				c, err := s.Client(t.Context(), id, factory.Read)
				s.expect(c, err, i)
				return s.fleet.RedisKey("kuzu:test:location:"+id) != ""
			})
		})
	}
}
