package factory_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/kuzu"
)

// figures takes the metrics of factories, of which it keeps how often each
// instrument was told which values.
type figures struct {
	noop.MeterProvider
	mu     sync.Mutex
	counts map[string]int
}

func (f *figures) Meter(string, ...metric.MeterOption) metric.Meter { return meter{figures: f} }

type meter struct {
	noop.Meter
	figures *figures
}

func (m meter) Int64Counter(name string, _ ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return &counter{name: name, figures: m.figures}, nil
}

func (m meter) Float64Histogram(name string, _ ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return &histogram{name: name, figures: m.figures}, nil
}

type counter struct {
	noop.Int64Counter
	name    string
	figures *figures
}

func (*counter) Enabled(context.Context) bool { return true }

func (c *counter) Add(_ context.Context, n int64, options ...metric.AddOption) {
	set := metric.NewAddConfig(options).Attributes()
	c.figures.count(c.name, set, int(n))
}

type histogram struct {
	noop.Float64Histogram
	name    string
	figures *figures
}

func (h *histogram) Record(_ context.Context, _ float64, options ...metric.RecordOption) {
	set := metric.NewRecordConfig(options).Attributes()
	h.figures.count(h.name, set, 1)
}

func (f *figures) count(name string, attributes attribute.Set, n int) {
	for _, a := range attributes.ToSlice() {
		name += " " + a.Value.String()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[name] += n
}

// of returns how often an instrument was told these values, in the order of the
// attributes' names.
func (f *figures) of(name string, values ...string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts[strings.Join(append([]string{name}, values...), " ")]
}

// TestMetrics counts what happens to calls while a graph is found, is known, is
// known for want of a better answer, and is lost.
func TestMetrics(t *testing.T) {
	w := newWorld(t)
	figures := &figures{counts: map[string]int{}}
	w.cfg.Observe.MeterProvider = figures
	w.writer("i-1", "standard", parent)
	balancer := w.start("alb", server.NodeTypeSharedReplica, "sec")
	w.cfg.ReplicaURL, w.cfg.ReplicaReads = balancer.URL, true
	master := w.start("i-m", server.NodeTypeSharedMaster, "sec")
	w.register("i-m", master.URL, "shared", "shared_master")
	f := w.factory()

	want := func(count int, name string, values ...string) {
		t.Helper()
		if got := figures.of(name, values...); got != count {
			t.Errorf("%s of %v is %d, want %d", name, values, got, count)
		}
	}
	c, err := f.Client(t.Context(), parent, factory.Read)
	mustQuery(t, c, err)
	want(1, "kuzu.client.cache.lookups", "process", "miss")
	want(1, "kuzu.client.cache.lookups", "redis", "miss")
	want(1, "kuzu.client.cache.lookups", "process", "hit")
	want(1, "kuzu.client.lookup.duration", "registry")
	want(2, "kuzu.client.routes", "ok", "user_graph")

	eventually(t, func() bool { _, err := w.redis.Get("kuzu:test:location:" + parent); return err == nil })
	if err := w.factory().Warm(t.Context(), parent); err != nil { // another process
		t.Fatal(err)
	}
	want(1, "kuzu.client.cache.lookups", "redis", "hit")
	want(1, "kuzu.client.lookup.duration", "redis")

	c, err = f.Client(t.Context(), "sec", factory.Read)
	mustQuery(t, c, err)
	want(2, "kuzu.client.routes", "ok", "shared_replica_alb")
	balancer.Close()
	mustQuery(t, c, nil)
	want(1, "kuzu.client.routes", "elsewhere", "shared_master")
	mustQuery(t, c, nil)
	want(1, "kuzu.client.routes", "fallback", "shared_master")

	if _, err := f.Client(t.Context(), "kg404", factory.Read); !errors.Is(err, kuzu.ErrRouting) {
		t.Fatal(err)
	}
	want(1, "kuzu.client.lookup.duration", "nowhere")
	want(1, "kuzu.client.routes", "failed", "user_graph")

	old := w.factory(func(c *factory.Config) { c.CacheTTL = 0 }) // what it knows is old at once
	if err := old.Warm(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	w.spy.intercept(func(string) *http.Response { return fault(500, "InternalServerError") }, nil)
	if err := old.Warm(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return figures.of("kuzu.client.lookup.duration", "last known") == 1 })
	want(1, "kuzu.client.registry.errors", "unavailable")
	if n := figures.of("kuzu.client.last_known.age"); n < 1 || n > 2 { // once when a caller grew tired of waiting, and once when the registry had failed
		t.Errorf("the age of what is known was told %d times", n)
	}

	w.redis.Away(&w.cfg)
	away := w.factory()
	eventually(t, func() bool {
		_, err := away.Client(t.Context(), "kg405", factory.Read)
		return err != nil && figures.of("kuzu.client.breaker.transitions", "registry", "breaker opened") > 0
	})
	if figures.of("kuzu.client.cache.lookups", "redis", "error") == 0 || !strings.Contains(w.log.String(), `msg="kuzu breaker opened" breaker=registry`) {
		t.Error("Redis that is away, or the registry's breaker, is not seen")
	}
}
