package transport

import (
	"math"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// Statistics are the figures of a chain, in the shape that its predecessors
// print.
type Statistics struct {
	Pools      map[string]PoolStatistics `json:"pools"`       // by endpoint
	TotalPools int                       `json:"total_pools"` // number of endpoints, as in Pools
	// Breakers are those that count signs of death, by endpoint.
	Breakers    map[string]BreakerStatistics `json:"circuit_breakers"`
	Connections ConnectionStatistics         `json:"connections"` // of all endpoints together
}

// PoolStatistics are what was sent to one endpoint.
type PoolStatistics struct {
	CreatedAt   time.Time `json:"created_at"`   // when the chain first met the endpoint
	Requests    int64     `json:"requests"`     // attempts
	Failures    int64     `json:"failures"`     // attempts that a breaker would count
	FailureRate float64   `json:"failure_rate"` // Failures over Requests, 0 to 1, three decimals
	Active      bool      `json:"is_active"`    // no breaker keeps attempts from it
}

// BreakerStatistics are the state of a breaker.
type BreakerStatistics struct {
	Open         bool       `json:"is_open"`       // it keeps attempts away
	FailureCount int64      `json:"failure_count"` // since the chain first met the endpoint
	LastFailure  *time.Time `json:"last_failure"`  // nil if there was none
}

// ConnectionStatistics are those of the pool now; 0 over a transport of the
// caller's.
type ConnectionStatistics struct {
	Used int64 `json:"used"` // with a request on them
	Idle int64 `json:"idle"` // kept for the next request
}

// Statistics returns the figures as of now.
func (c *Chain) Statistics() Statistics {
	s := Statistics{Pools: make(map[string]PoolStatistics), Breakers: make(map[string]BreakerStatistics), Connections: c.base.connections()}
	for _, server := range c.servers.all() {
		requests, failures := server.requests.Load(), server.failures.Load()
		pool := PoolStatistics{CreatedAt: server.created, Requests: requests, Failures: failures, Active: true}
		if requests > 0 {
			pool.FailureRate = math.Round(float64(failures)/float64(requests)*1000) / 1000
		}
		if server.dead != nil {
			state := BreakerStatistics{Open: server.dead.State() == resilience.StateOpen, FailureCount: failures}
			if at := server.lastFailure.Load(); at != 0 {
				t := time.Unix(0, at)
				state.LastFailure = &t
			}
			s.Breakers[server.name] = state
			pool.Active = !state.Open && server.busy.State() != resilience.StateOpen
		}
		s.Pools[server.name] = pool
	}
	s.TotalPools = len(s.Pools)
	return s
}

// Breakers returns the breakers by endpoint: those that count signs of death,
// and those that count silence. They are nil if the chain has none.
func (c *Chain) Breakers() (dead, busy *resilience.Breakers) { return c.servers.dead, c.servers.busy }

// connections are those of the pool now. What is open and serves no request is
// idle; several requests may share a connection of HTTP/2.
func (b *base) connections() ConnectionStatistics {
	if b.pool == nil {
		return ConnectionStatistics{}
	}
	open := b.open.Load()
	used := min(b.busy.Load(), open)
	return ConnectionStatistics{Used: used, Idle: open - used}
}
