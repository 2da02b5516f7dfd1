package resilience

import (
	"slices"
	"strings"
	"sync"
)

// Breakers holds breakers by name, such as db_read and db_write, or one an
// endpoint.
type Breakers struct {
	settings BreakerSettings
	mu       sync.RWMutex
	byName   map[string]*CircuitBreaker // guarded by mu
}

// NewBreakers returns an empty registry whose breakers will all have these
// settings. It fails if they are wrong, so that none of its breakers can be.
func NewBreakers(settings BreakerSettings) (*Breakers, error) {
	if err := settings.check("of a registry"); err != nil {
		return nil, err
	}
	return &Breakers{settings: settings, byName: make(map[string]*CircuitBreaker)}, nil
}

// Get returns the breaker of that name, which it makes at the first request.
// Names must come from a bounded set, or leave it again by Remove.
func (r *Breakers) Get(name string) *CircuitBreaker {
	r.mu.RLock()
	b := r.byName[name]
	r.mu.RUnlock()
	if b != nil {
		return b
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if b := r.byName[name]; b != nil {
		return b
	}
	b = Breaker(name, r.settings)
	r.byName[name] = b
	return b
}

// Remove forgets a breaker. Who holds it may go on using it; Get makes a new
// one.
func (r *Breakers) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byName, name)
}

// All returns the breakers by name in ascending order.
func (r *Breakers) All() []*CircuitBreaker {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]*CircuitBreaker, 0, len(r.byName))
	for _, b := range r.byName {
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b *CircuitBreaker) int { return strings.Compare(a.name, b.name) })
	return all
}
