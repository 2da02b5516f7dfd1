package resilience

import "time"

// EventKind names what happened, in words fit for a log.
type EventKind string

// The events. Those that concern a service's watchers are its alerts as well.
const (
	BreakerOpened     EventKind = "breaker opened"
	BreakerHalfOpened EventKind = "breaker half-opened"
	BreakerClosed     EventKind = "breaker closed"
	RetriesExhausted  EventKind = "retries exhausted"
	BudgetEmpty       EventKind = "budget empty"
	HealthDegraded    EventKind = "health degraded"
	HealthRecovered   EventKind = "health recovered"
)

// An Event is something that a policy or a tracker tells those who asked with
// its Notify method.
type Event struct {
	Kind   EventKind
	Source string // name of the breaker, retrier, budget or service
	Key    string // key of the budget that is empty, else ""
	At     time.Time
	Detail string // one sentence for people
	Err    error  // the error behind it, may be nil
}
