package transport

import (
	"errors"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/robosystems/kuzuclient/resilience"
)

// layerLimit lets calls in: so many a period in all, and so many at once to a
// graph. A call that is not let in has asked nobody.
type layerLimit struct {
	next   http.RoundTripper
	limits *limits
}

func (l layerLimit) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	if err := l.limits.enter(t); err != nil {
		closeBody(req)
		return nil, t.annotate(notLetIn(t, err))
	}
	return l.next.RoundTrip(req)
}

// notLetIn says which limit of ours kept a call back.
func notLetIn(t *trip, err error) *Error {
	if t.Err() != nil {
		return SendError(t, err)
	}
	e := Errorf(KindThrottled, "a limit of this client, not of the server")
	e.Err = err
	if refusal, ok := errors.AsType[*resilience.RefusedError](err); ok {
		e.RetryAfter = refusal.RetryAfter
	}
	return e
}

// maxQuietGraphs is how many graphs without calls are remembered.
const maxQuietGraphs = 1024

// limits are those of a chain.
type limits struct {
	rate     *resilience.Throttler        // nil for no bound
	settings *resilience.BulkheadSettings // nil for no bound

	mu     sync.RWMutex
	graphs map[string]*graphLimit // guarded by mu
}

// graphLimit bounds the calls to one graph.
type graphLimit struct {
	*resilience.Compartment
	calls atomic.Int64 // in it or waiting; it grows under limits.mu only
}

func newLimits(s ChainSettings) (*limits, error) {
	l := &limits{settings: s.Bulkhead, graphs: make(map[string]*graphLimit)}
	var faults []error
	if s.Rate != nil {
		l.rate = resilience.Throttle(*s.Rate)
		if err := l.rate.Err(); err != nil {
			faults = append(faults, inSetting("Rate", err))
		}
	}
	if s.Bulkhead != nil {
		if err := resilience.Bulkhead(*s.Bulkhead).Err(); err != nil {
			faults = append(faults, inSetting("Bulkhead", err))
		}
	}
	return l, errors.Join(faults...)
}

// enter waits for a turn and for a place, which the trip then holds, and books
// the time if there was anything to wait for.
func (l *limits) enter(t *trip) error {
	if l.rate != nil {
		err := l.rate.Wait(t)
		waited := t.lap()
		t.spent.Queue += waited
		if err != nil {
			return err
		}
		t.chain.observe.queued(t, "rate", waited)
	}
	if l.settings == nil {
		return nil
	}
	g := l.graph(t.Graph)
	if !g.TryEnter() {
		err := g.Enter(t)
		waited := t.lap()
		t.spent.Queue += waited
		if err != nil {
			g.quit()
			return err
		}
		t.chain.observe.queued(t, "bulkhead", waited)
	}
	t.place = g
	return nil
}

// graph returns the limit of a graph, with the call counted.
func (l *limits) graph(id string) *graphLimit {
	l.mu.RLock()
	g := l.graphs[id]
	if g != nil {
		g.calls.Add(1)
	}
	l.mu.RUnlock()
	if g != nil {
		return g
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if g = l.graphs[id]; g == nil {
		if len(l.graphs) >= maxQuietGraphs {
			maps.DeleteFunc(l.graphs, func(_ string, g *graphLimit) bool { return g.calls.Load() == 0 })
		}
		g = &graphLimit{Compartment: resilience.Bulkhead(*l.settings)}
		l.graphs[id] = g
	}
	g.calls.Add(1)
	return g
}

// leave gives the place back.
func (g *graphLimit) leave() {
	g.Leave()
	g.quit()
}

func (g *graphLimit) quit() { g.calls.Add(-1) }
