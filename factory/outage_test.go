package factory_test

import (
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/transport"
)

// outage is a registry that is away while down is set: it fails at once, or is
// silent for as long as it is waited for.
type outage struct {
	direct
	down, silent atomic.Bool
}

func (o *outage) Do(req *http.Request) (*http.Response, error) {
	switch {
	case !o.down.Load():
		return o.direct.Do(req)
	case o.silent.Load():
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	return fault(http.StatusInternalServerError, "InternalServerError"), nil
}

// TestOutageOfAMinute has calls go on for 60 s while the registry is away, of
// graphs whose locations are known and expire meanwhile. Time is virtual.
func TestOutageOfAMinute(t *testing.T) {
	for _, silent := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			db := dynamo.New(dynamo.Registry("test")...)
			db.Put(instances, dynamo.Item{"instance_id": dynamo.String("i-1"), "status": dynamo.String("healthy"), "private_ip": dynamo.String("10.0.0.1")})
			db.Put(graphs, dynamo.Item{"graph_id": dynamo.String(parent), "instance_id": dynamo.String("i-1")})
			registry := &outage{direct: direct{db}}
			registry.silent.Store(silent)
			cfg := factory.DefaultConfig()
			cfg.Environment, cfg.RedisCache, cfg.Logger, cfg.CacheTTL = "test", false, slog.New(slog.DiscardHandler), time.Second
			cfg.AWS = awsFor("http://registry.invalid")
			cfg.AWS.HTTPClient = registry
			f, err := factory.New(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r, err := f.Resolver(parent, factory.Read)
			if err != nil {
				t.Fatal(err)
			}
			resolve := func() (took time.Duration) {
				t.Helper()
				began := time.Now()
				endpoint, err := r.Resolve(t.Context(), transport.Call{Graph: parent}, nil)
				if err != nil || endpoint.URL.Host != "10.0.0.1:8001" {
					t.Fatalf("%v, %v", endpoint, err)
				}
				return time.Since(began)
			}
			resolve()
			registry.down.Store(true)
			var worst time.Duration
			for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(50 * time.Millisecond) { //nolint:forbidigo // in virtual time
				worst = max(worst, resolve())
			}
			if worst > 250*time.Millisecond {
				t.Errorf("a call waited %v for a registry that is away", worst)
			}
			d := f.Explain(t.Context(), parent, factory.Read)
			if !d.Stale || d.Age < time.Minute {
				t.Errorf("explained as %v", d)
			}
			if _, err := f.Client(t.Context(), "kg404", factory.Read); err == nil || errors.Is(err, kuzu.ErrRouting) {
				t.Errorf("a graph that nobody knows: %v", err)
			}

			// The graph moves while nobody can tell; it is found when the registry is back.
			db.Put(instances, dynamo.Item{"instance_id": dynamo.String("i-1"), "status": dynamo.String("healthy"), "private_ip": dynamo.String("10.0.0.2")})
			registry.down.Store(false)
			time.Sleep(5 * time.Second) //nolint:forbidigo // in virtual time
			for range 3 {
				_, _ = r.Resolve(t.Context(), transport.Call{Graph: parent}, nil)
				time.Sleep(3 * time.Second) //nolint:forbidigo // in virtual time
			}
			if endpoint, err := r.Resolve(t.Context(), transport.Call{Graph: parent}, nil); err != nil || endpoint.URL.Host != "10.0.0.2:8001" {
				t.Errorf("after the outage: %v, %v", endpoint, err)
			}
		})
	}
}

// TestBlackHole has an instance at which packets vanish, and of which the calls
// for one graph have told: those for another graph there ask the registry first
// and never go to it.
func TestBlackHole(t *testing.T) {
	w := newWorld(t)
	const other = "kg00000000000000ff"
	w.register("i-1", "http://10.255.255.1:8001", "standard", "writer")
	w.place(parent, "i-1")
	w.place(other, "i-1")
	f := w.factory()
	first, err := f.Resolver(parent, factory.Read)
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Resolver(other, factory.Read)
	if err != nil {
		t.Fatal(err)
	}
	call := transport.Call{}
	dead, err := first.Resolve(t.Context(), call, nil)
	if err != nil {
		t.Fatal(err)
	}
	if known, err := second.Resolve(t.Context(), call, nil); err != nil || known.URL.Host != dead.URL.Host {
		t.Fatalf("%v, %v", known, err)
	}
	w.writer("i-2", "standard", parent, other)
	first.Report(call, dead, transport.OutcomeDead, 5*time.Second) // after the connect timeout, once
	for graph, r := range map[string]transport.Resolver{parent: first, other: second} {
		for range 3 {
			if next, err := r.Resolve(t.Context(), call, nil); err != nil || next.URL.Host == dead.URL.Host {
				t.Errorf("a call for %s goes to %v, %v", graph, next, err)
			}
		}
	}
}
