package factory

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/robosystems/kuzuclient/resilience"
)

// Stats are the figures of a [Factory], in the shape that the Python services
// report.
type Stats struct {
	Pools      map[string]PoolStats `json:"pools"`            // by address of the server
	Breakers   BreakerStats         `json:"circuit_breakers"` // the factory's own
	TotalPools int                  `json:"total_pools"`      // number of servers, as in Pools
	Lookups    LookupStats          `json:"lookups"`          // who answered where graphs are
}

// PoolStats are the figures of the calls to one server.
type PoolStats struct {
	CreatedAt   time.Time `json:"created_at"`   // when the factory first met the server
	Requests    uint64    `json:"requests"`     // attempts, to be exact
	Failures    uint64    `json:"failures"`     // attempts that found it dead or silent
	FailureRate float64   `json:"failure_rate"` // 0 to 1, three decimals
	IsActive    bool      `json:"is_active"`    // it is not known to be dead
}

// BreakerStats are those of the factory's own breakers.
type BreakerStats struct {
	ALB    BreakerStat `json:"alb"`    // health of the replicas' load balancer
	Master BreakerStat `json:"master"` // discovery of the shared master
}

// BreakerStat is the state of one of them.
type BreakerStat struct {
	IsOpen       bool       `json:"is_open"`       // open or half-open: the factory does not ask freely
	FailureCount uint64     `json:"failure_count"` // since the factory was made
	LastFailure  *time.Time `json:"last_failure"`  // nil if there was none
}

// LookupStats counts how often each layer answered where a graph is.
type LookupStats struct {
	Redis    uint64 `json:"redis"`    // Redis had a location
	Registry uint64 `json:"registry"` // DynamoDB had one
	Stale    uint64 `json:"stale"`    // neither answered, and the last known location served
	Nowhere  uint64 `json:"nowhere"`  // there is no such graph, or no instance to use
	Failed   uint64 `json:"failed"`   // nobody could tell
}

// Stats returns the figures as of now, of the factory's own environment.
func (f *Factory) Stats() Stats {
	in := f.home
	s := Stats{Pools: map[string]PoolStats{}, Lookups: in.counts.read()}
	now := clock()
	for _, e := range in.endpoints.all() {
		p := PoolStats{CreatedAt: e.created, Requests: e.requests.Load(), Failures: e.failures.Load(), IsActive: !e.dead(now)}
		if p.Requests > 0 {
			p.FailureRate = math.Round(float64(p.Failures)/float64(p.Requests)*1000) / 1000
		}
		s.Pools[e.url.String()] = p
	}
	s.TotalPools = len(s.Pools)
	s.Breakers = BreakerStats{ALB: breakerStat(in.alb, &in.albFailed), Master: breakerStat(in.masters, &in.masterFailed)}
	return s
}

func breakerStat(b *resilience.CircuitBreaker, failed *atomic.Int64) BreakerStat {
	counts := b.Counts()
	stat := BreakerStat{IsOpen: counts.State != resilience.StateClosed, FailureCount: counts.Failures}
	if at := failed.Load(); at != 0 {
		last := time.Unix(0, at)
		stat.LastFailure = &last
	}
	return stat
}

// all returns the endpoints that are known.
func (s *endpoints) all() []*endpoint {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]*endpoint, 0, len(s.byURL))
	for _, e := range s.byURL {
		list = append(list, e)
	}
	return list
}

// lookupCounts are the figures behind LookupStats.
type lookupCounts struct {
	redis, registry, stale, nowhere, failed atomic.Uint64
}

// looked books a lookup beyond the process.
func (f *fleet) looked(ctx context.Context, l *location, err error, took time.Duration) {
	var outcome string
	c := &f.counts
	switch {
	case err != nil:
		outcome = "failed"
		c.failed.Add(1)
	case l.stale:
		outcome = "last known"
		c.stale.Add(1)
		f.metrics.lastKnown.Record(ctx, age(l.read).Seconds())
	case l.ep == nil:
		outcome = "nowhere"
		c.nowhere.Add(1)
	case l.source == "redis":
		outcome = "redis"
		c.redis.Add(1)
	default:
		outcome = "registry"
		c.registry.Add(1)
	}
	f.metrics.lookup.Record(ctx, took.Seconds(), metric.WithAttributes(attribute.String("kuzu.lookup.outcome", outcome)))
}

func (c *lookupCounts) read() LookupStats {
	return LookupStats{Redis: c.redis.Load(), Registry: c.registry.Load(), Stale: c.stale.Load(), Nowhere: c.nowhere.Load(), Failed: c.failed.Load()}
}
