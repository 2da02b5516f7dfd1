package resilience

import "time"

// HealthState is what a [Tracker] makes of a service.
type HealthState uint8

// The states.
const (
	// HealthUnknown: nothing was heard yet.
	HealthUnknown HealthState = iota
	// Healthy: as it should be.
	Healthy
	// Degraded: it answers, but not well enough.
	Degraded
	// Busy: it gives no answer but is there, so it probably works on something.
	// Leave it alone; do not take its work away.
	Busy
	// Down: it cannot be reached, fails, or has been silent for too long.
	Down
)

var healthNames = [...]string{HealthUnknown: "unknown", Healthy: "healthy", Degraded: "degraded", Busy: "busy", Down: "down"}

// String returns unknown, healthy, degraded, busy or down.
func (s HealthState) String() string { return healthNames[s] }

// MarshalText returns what String does, so that JSON shows names.
func (s HealthState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Status is what a [Tracker] knows about a service.
//
// # The health score
//
// HealthScore is 100 x (0.5 C + 0.4 R + 0.1 L), where
//
//   - C is the share of the latest 10 checks that succeeded,
//   - R is the share of the recent calls that succeeded,
//   - L is 1 if the p95 latency is at most LatencyTarget, else LatencyTarget
//     over p95.
//
// Of what is not known the weight is left out, and the sum divided by the
// weights that remain. The score is at most 60 for a busy service, at most 50
// while one of its breakers is not closed, and 0 for one that is down or
// unknown.
//
// Recent are the latest 512 calls and 120 checks, as far as they are no older
// than 15 minutes. Calls that a policy refused or the caller canceled are not
// among them.
type Status struct {
	Name        string      // name it was registered by
	State       HealthState // what the tracker makes of it
	Since       time.Time   // when State was entered
	HealthScore float64     // 0 to 100

	// Availability is the share of the time since registration, in percent,
	// during which the service was not down.
	Availability float64
	// Latencies of recent checks and calls that succeeded; 0 if there are none.
	AvgLatency, P95Latency, P99Latency time.Duration

	Calls, FailedCalls uint64 // since registration
	InFlight           int    // calls under way now
	// ErrorRate is the share of recent calls that failed, 0 to 1, and
	// ErrorRates the same by kind.
	ErrorRate  float64
	ErrorRates map[ErrorKind]float64 // see ErrorRate
	// Errors counts errors of checks and calls by kind, since registration.
	Errors map[ErrorKind]uint64

	Checks, FailedChecks uint64 // since registration
	// CheckSuccessRate is the share of all checks that succeeded, 0 to 1; 0
	// without checks.
	CheckSuccessRate float64
	LastCheck        time.Time // its end; zero before the first
	LastError        string    // of the latest failed check or call, cut to 300 bytes; "" if none failed

	// History has a point for each of the latest 120 checks, oldest first;
	// without a Check, one each Interval in which there were calls.
	History []Point

	Breakers []BreakerStatus // those of the settings, in their order
	Retriers []RetryStatus   // those of the settings, in their order
	Budgets  []BudgetStatus  // those of the settings, in their order
}

// A Point is a service's condition at some time.
type Point struct {
	At      time.Time     // end of the check, or of the interval
	Latency time.Duration // of the check or call, also if it failed
	OK      bool          // it succeeded
	State   HealthState   // what the service was taken for then
	Score   float64       // the health score then, 0 to 100
}

// BreakerStatus is a breaker's part of a [Status].
type BreakerStatus struct {
	Name string // that of the breaker
	Counts
}

// RetryStatus is a retrier's part of a [Status].
type RetryStatus struct {
	Name string // that of the retrier
	RetryCounts
}

// BudgetStatus is a retry budget's part of a [Status].
type BudgetStatus struct {
	Name string // that of the budget
	BudgetCounts
}
