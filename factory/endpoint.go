package factory

import (
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// endpoint is a server that the factory has found, with what its calls told.
// There is one for each address, for all graphs that are there.
type endpoint struct {
	url     *url.URL
	name    string // its address
	created time.Time

	requests, failures atomic.Uint64
	watched            atomic.Bool  // the tracker knows it
	deadSince          atomic.Int64 // by the clock; 0: not known to be dead
}

// deadFor is for how long nobody having listened is held against an address that
// nobody has tried again.
const deadFor = 30 * time.Second

func (e *endpoint) dead(now int64) bool {
	since := e.deadSince.Load()
	return since != 0 && now-since < int64(deadFor)
}

// report counts how an attempt ended.
func (e *endpoint) report(outcome transport.Outcome) {
	e.requests.Add(1)
	switch outcome {
	case transport.OutcomeDead:
		e.failures.Add(1)
		e.deadSince.Store(clock())
	case transport.OutcomeSlow:
		e.failures.Add(1)
		e.alive() // a connection stands
	case transport.OutcomeAnswered, transport.OutcomeMisplaced:
		e.alive()
	}
}

func (e *endpoint) alive() {
	if e.deadSince.Load() != 0 { // writing what is there already would slow down every call
		e.deadSince.Store(0)
	}
}

// endpoints holds them by address.
type endpoints struct {
	mu    sync.RWMutex
	byURL map[string]*endpoint
	byPtr sync.Map // *url.URL to *endpoint: what a report of an attempt has

	forgotten func(*endpoint) // is called without a lock
}

// maxEndpoints bounds what is remembered in a fleet that changes for months.
const maxEndpoints = 4096

// get returns the endpoint of an address.
func (s *endpoints) get(u *url.URL) *endpoint {
	key := u.String()
	s.mu.RLock()
	e := s.byURL[key]
	s.mu.RUnlock()
	if e != nil {
		return e
	}
	e, oldest := s.make(key, u)
	if oldest != nil {
		s.forgotten(oldest)
	}
	return e
}

// make adds an endpoint, unless somebody was faster, and takes the oldest one out
// if there are too many. Locations that name that one go on using it; its figures
// then belong to nobody.
func (s *endpoints) make(key string, u *url.URL) (made, oldest *endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.byURL[key]; e != nil {
		return e, nil
	}
	if len(s.byURL) >= maxEndpoints {
		for _, e := range s.byURL {
			if oldest == nil || e.created.Before(oldest.created) {
				oldest = e
			}
		}
		s.byPtr.Delete(oldest.url)
		delete(s.byURL, oldest.name)
	}
	made = &endpoint{url: u, name: key, created: time.Now()}
	s.byURL[key] = made
	s.byPtr.Store(u, made)
	return made, oldest
}

// of returns the endpoint that an attempt went to, nil if it is forgotten.
func (s *endpoints) of(u *url.URL) *endpoint {
	if e, ok := s.byPtr.Load(u); ok {
		return e.(*endpoint)
	}
	return nil
}
