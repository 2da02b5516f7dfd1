package factory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// Tracker returns what the factory knows of the health of servers, by what calls
// and health checks came to: each under its address, such as
// http://10.0.1.5:8001, with the breakers that keep calls from it, and the
// registry and Redis under these names. page.Handler of resilience/page shows it
// in a browser and as JSON. Services of one's own may be registered too; the
// factory closes it.
func (f *Factory) Tracker() *resilience.Tracker { return f.tracker }

// What an attempt that got no answer is to the tracker.
var (
	errDead   = errors.New("nobody answers there")
	errSilent = fmt.Errorf("it takes connections and does not answer: %w", context.DeadlineExceeded)
)

// Names of what is no server.
const (
	registryService = "registry"
	redisService    = "redis"
)

// track tells the tracker how an attempt ended.
func (f *fleet) track(ep *endpoint, outcome transport.Outcome, took time.Duration) {
	switch outcome {
	case transport.OutcomeAnswered, transport.OutcomeMisplaced:
		f.tracked(ep, took, nil)
	case transport.OutcomeSlow:
		f.tracked(ep, took, errSilent)
	case transport.OutcomeDead:
		f.tracked(ep, took, errDead)
	}
}

// tracked tells the tracker of a call or check, and of a server that it does not
// know yet.
func (f *fleet) tracked(ep *endpoint, latency time.Duration, err error) {
	if !ep.watched.Load() && !ep.watched.Swap(true) {
		var breakers []*resilience.CircuitBreaker
		if dead, busy := f.chain().Breakers(); dead != nil {
			breakers = append(breakers, dead.Get(ep.name), busy.Get(ep.name))
		}
		f.register(ep.name, breakers...)
	}
	f.tracker.Record(ep.name, latency, err)
}

// register has the tracker follow what calls come to. Two fleets may share a
// server, and then its record.
func (f *fleet) register(name string, breakers ...*resilience.CircuitBreaker) {
	settings := resilience.MiddlewareHealth(nil)
	settings.Breakers = breakers
	if err := f.tracker.Register(name, settings); err != nil {
		f.log.Debug("the tracker does not follow a service", "service", name, "error", err)
	}
}

// forgotten drops what is kept of a server elsewhere.
func (f *fleet) forgotten(ep *endpoint) {
	f.tracker.Unregister(ep.name)
	f.chain().Forget(ep.url)
}
