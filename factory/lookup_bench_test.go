package factory_test

import (
	"fmt"
	"log/slog"
	"runtime"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/transport"
)

// TestWarmLookupAllocatesNothing holds what a call costs once its graph is known.
func TestWarmLookupAllocatesNothing(t *testing.T) {
	w := newWorld(t)
	w.writer("i-1", "standard", parent)
	r, err := w.factory().Resolver(parent, factory.Read)
	if err != nil {
		t.Fatal(err)
	}
	call := transport.Call{Operation: "queryDatabase", Graph: parent}
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := r.Resolve(t.Context(), call, nil); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestWarmClientAllocatesLittle: a client for each call has to be cheap.
func TestWarmClientAllocatesLittle(t *testing.T) {
	w := newWorld(t)
	w.writer("i-1", "standard", parent)
	f := w.factory(func(cfg *factory.Config) { cfg.Logger = slog.New(slog.DiscardHandler) })
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := f.Client(t.Context(), parent, factory.Read); err != nil {
			t.Fatal(err)
		}
	}); n > 22 { // 20 without the race detector
		t.Errorf("%v allocations", n)
	}
}

// TestCacheMemory keeps 10,000 graphs on 500 instances in a tenth of the 64 MiB
// that 100,000 may take; bench/factory measures those.
func TestCacheMemory(t *testing.T) {
	const count, servers = 10_000, 500
	db := dynamo.New(dynamo.Registry("test")...)
	for i := range servers {
		db.Put(instances, dynamo.Item{"instance_id": dynamo.String(fmt.Sprintf("i-%08x", i)), "status": dynamo.String("healthy"),
			"private_ip": dynamo.String(fmt.Sprintf("10.0.%d.%d", i/250, 1+i%250))})
	}
	ids := make([]string, count)
	for i := range ids {
		ids[i] = fmt.Sprintf("kg%016x", i)
		db.Put(graphs, dynamo.Item{"graph_id": dynamo.String(ids[i]), "instance_id": dynamo.String(fmt.Sprintf("i-%08x", i%servers)), "status": dynamo.String("active")})
	}
	cfg := factory.DefaultConfig()
	cfg.Environment, cfg.RedisCache, cfg.Logger = "test", false, slog.New(slog.DiscardHandler)
	cfg.AWS = awsFor("http://registry.invalid")
	cfg.AWS.HTTPClient = direct{db}
	f, err := factory.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	before := heap()
	if err := f.Warm(t.Context(), ids...); err != nil {
		t.Fatal(err)
	}
	if grown := heap() - before; grown > 64<<20/10 {
		t.Errorf("the cache takes %d bytes, %d a graph", grown, grown/count)
	} else {
		t.Logf("%d bytes a graph", grown/count)
	}
	runtime.KeepAlive(ids)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkWarmLookup(b *testing.B) {
	db := dynamo.New(dynamo.Registry("test")...)
	db.Put(instances, dynamo.Item{"instance_id": dynamo.String("i-1"), "private_ip": dynamo.String("10.0.0.1")})
	db.Put(graphs, dynamo.Item{"graph_id": dynamo.String(parent), "instance_id": dynamo.String("i-1")})
	cfg := factory.DefaultConfig()
	cfg.Environment, cfg.RedisCache, cfg.Logger = "test", false, slog.New(slog.DiscardHandler)
	cfg.AWS = awsFor("http://registry.invalid")
	cfg.AWS.HTTPClient = direct{db}
	f, err := factory.New(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r, err := f.Resolver(parent, factory.Read)
	if err != nil {
		b.Fatal(err)
	}
	ctx, call := b.Context(), transport.Call{Graph: parent}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Resolve(ctx, call, nil); err != nil {
			b.Fatal(err)
		}
	}
}
