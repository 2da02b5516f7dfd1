package resilience

import "time"

// EventKind names what happened, in words fit for a log.
type EventKind string

// The events. Those that concern a service's watchers are its alerts as well.
const (
	BreakerOpened     EventKind = "breaker opened"      // a breaker began to refuse calls
	BreakerHalfOpened EventKind = "breaker half-opened" // it lets a few calls through as a test
	BreakerClosed     EventKind = "breaker closed"      // it lets all calls through again
	RetriesExhausted  EventKind = "retries exhausted"   // a call ended in [ErrExhausted]
	BudgetEmpty       EventKind = "budget empty"        // a key's retries are used up
	HealthDegraded    EventKind = "health degraded"     // a service got into a graver state
	HealthRecovered   EventKind = "health recovered"    // a service is healthy again
)

// An Event is something that a policy or a tracker tells those who asked with
// its Notify method.
type Event struct {
	Kind   EventKind // what happened
	Source string    // name of the breaker, retrier, budget or service
	Key    string    // key of the budget that is empty, else ""
	At     time.Time // when it happened
	Detail string    // one sentence for people
	Err    error     // the error behind it, may be nil
}
