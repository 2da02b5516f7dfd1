package transport

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// errSick and errSlow are what breakers are fed with.
var (
	errSick = errors.New("the endpoint failed")
	errSlow = errors.New("the endpoint gave no answer")
)

// layerBreaker keeps attempts from endpoints that have failed too often. One
// breaker counts the signs of a dead server. Silence on a standing connection
// is more likely that of a busy one, so that a second breaker with a higher
// threshold counts it.
type layerBreaker struct{ next http.RoundTripper }

func (l layerBreaker) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	a := t.last
	s := a.server
	if s.dead == nil {
		return l.next.RoundTrip(req)
	}
	admitted, err := s.admit(t)
	if err != nil {
		a.open = circuitOpen(s, err)
		closeBody(req)
		return nil, a.open
	}
	settled := false
	defer func() {
		if !settled {
			admitted.settle(a, OutcomeUnknown, false) // a panic on its way: says nothing about the server
		}
	}()
	resp, err := l.next.RoundTrip(req)
	admitted.settle(a, a.outcome, a.sick)
	settled = true
	return resp, err
}

// circuitOpen turns a breaker's refusal into the error of a call.
func circuitOpen(s *server, err error) *Error {
	e := Errorf(KindCircuitOpen, "the server has failed too often lately and is left alone")
	e.Endpoint, e.Err = s.name, err
	if refusal, ok := errors.AsType[*resilience.RefusedError](err); ok {
		e.RetryAfter, e.Err = refusal.RetryAfter, nil
	}
	return e
}

// server is what the chain keeps of an endpoint.
type server struct {
	name    string // scheme://host:port
	host    string
	port    int
	created time.Time

	dead, busy *resilience.CircuitBreaker // nil without breakers
	slow       atomic.Bool                // silence was met since the last answer, so that busy has to be asked

	requests, failures atomic.Int64
	lastFailure        atomic.Int64 // Unix nanoseconds, 0 for none
}

// admission is the leave to make one attempt.
type admission struct {
	dead, busy resilience.Permit
	asked      bool // busy was
}

func (s *server) admit(t *trip) (admission, error) {
	a := admission{}
	var err error
	if a.dead, err = s.dead.Admit(); err != nil {
		return a, err
	}
	if s.slow.Load() {
		if a.busy, err = s.busy.Admit(); err != nil {
			a.dead.Done(t, err) // refused by the other one: tells nothing
			return a, err
		}
		a.asked = true
	}
	return a, nil
}

// settle feeds the breakers. A busy server's silence is expected and told to
// neither.
func (p admission) settle(a *attempt, outcome Outcome, sick bool) {
	s := a.server
	slow := outcome == OutcomeSlow && !a.endpoint.Busy
	switch {
	case sick:
		p.dead.Done(a.trip, errSick)
	case outcome == OutcomeSlow, outcome == OutcomeUnknown, a.refused:
		p.dead.Done(a.trip, errNothing)
	default:
		p.dead.Done(a.trip, nil)
	}
	switch {
	case slow:
		s.slow.Store(true)
		if !p.asked {
			var err error
			if p.busy, err = s.busy.Admit(); err != nil {
				return
			}
		}
		p.busy.Done(context.WithoutCancel(a.trip), errSlow) // also if the caller stopped waiting
	case !p.asked:
	case outcome == OutcomeSlow, outcome == OutcomeUnknown, outcome == OutcomeDead:
		p.busy.Done(a.trip, errNothing)
	default:
		s.slow.Store(false)
		p.busy.Done(a.trip, nil)
	}
}

// errNothing makes a breaker ignore an attempt: to it, another policy refused.
var errNothing = &resilience.RefusedError{Policy: "chain", Reason: errors.New("no verdict")}

// servers holds the endpoints that the chain has sent anything to.
type servers struct {
	dead, busy *resilience.Breakers // nil without breakers
	made       func(*server)

	mu    sync.RWMutex
	byURL map[serverKey]*server // guarded by mu
}

type serverKey struct{ scheme, host string }

func (s *servers) get(u *url.URL) *server {
	key := serverKey{u.Scheme, u.Host}
	s.mu.RLock()
	found := s.byURL[key]
	s.mu.RUnlock()
	if found != nil {
		return found
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found = s.byURL[key]; found != nil {
		return found
	}
	made := &server{name: u.Scheme + "://" + u.Host, host: u.Hostname(), port: portOf(u), created: time.Now()}
	if s.dead != nil {
		made.dead = s.dead.Get(made.name)
		made.busy = s.busy.Get(made.name)
		s.made(made)
	}
	s.byURL[key] = made
	return made
}

// all returns the endpoints in no order.
func (s *servers) all() []*server {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Values(s.byURL))
}

// count books an attempt.
func (s *server) count(a *attempt) {
	s.requests.Add(1)
	if a.sick {
		s.failures.Add(1)
		s.lastFailure.Store(time.Now().UnixNano())
	}
}

// forget drops an endpoint.
func (s *servers) forget(u *url.URL) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byURL, serverKey{u.Scheme, u.Host})
	if s.dead != nil {
		name := u.Scheme + "://" + u.Host
		s.dead.Remove(name)
		s.busy.Remove(name)
	}
}
