package factory

import (
	"math/rand/v2"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// location is where a graph is, or why it is nowhere. It is never changed: what
// is learned makes a new one.
type location struct {
	ep       *endpoint // nil if the graph is nowhere
	instance string
	source   string // where it was read, for people
	err      *transport.Error
	read     int64 // when the registry said so, by the clock, as those below
	expires  int64
	settled  int64 // when the registry last said so in answer to a doubt; 0: never
	busy     bool  // its instance is loading data
	suspect  bool  // the server said that the graph is not there, or nothing
	stale    bool  // the registry did not answer when it was asked again
}

// Times that the seeds do not give.
const (
	negativeTTL   = 3 * time.Second        // for "there is no such graph"
	transientTTL  = 5 * time.Second        // for a graph that is being created or moved
	ingestionTTL  = 60 * time.Second       // for a master found by its ingestion flag
	staleTTL      = 2 * time.Second        // until the registry is asked again after it failed
	askAgainAfter = 100 * time.Millisecond // about a server that nobody answers at
)

// jittered shortens a time by up to a tenth, so that what was cached together
// does not expire together.
func jittered(d time.Duration) time.Duration {
	return d - time.Duration(rand.Float64()*float64(d)/10)
}

// serves reports whether the location can be used without asking anybody.
func (l *location) serves(now int64) bool {
	if l == nil || now >= l.expires {
		return false
	}
	if l.ep == nil {
		return true
	}
	return !l.doubtful(now) || l.settledLately(now)
}

// after reports whether the registry was asked for l later than for known.
func (l *location) after(known *location) bool {
	return l != nil && (known == nil || l.read > known.read || l.settled > known.settled)
}

// doubtful reports whether what was read once is probably wrong by now.
func (l *location) doubtful(now int64) bool {
	return l.suspect || l.ep != nil && l.ep.dead(now)
}

// settledLately reports whether the registry was asked because of a doubt, and
// stood by what it had said, only a moment ago.
func (l *location) settledLately(now int64) bool { return now-l.settled < int64(askAgainAfter) }

// endpoint is the location for the chain.
func (l *location) endpoint() transport.Endpoint {
	return transport.Endpoint{URL: l.ep.url, Direct: true, Busy: l.busy}
}

// with returns the location with something said against it.
func (l *location) with(change func(*location)) *location {
	changed := *l
	change(&changed)
	return &changed
}
