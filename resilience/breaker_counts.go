package resilience

import (
	"maps"
	"slices"
	"time"
)

// State is the state of a [CircuitBreaker].
type State uint8

// The states.
const (
	StateClosed   State = iota // all calls pass
	StateOpen                  // none does
	StateHalfOpen              // a few pass, and decide
)

var stateNames = [...]string{StateClosed: "closed", StateOpen: "open", StateHalfOpen: "half-open"}

// String returns closed, open or half-open.
func (s State) String() string { return stateNames[s] }

// MarshalText returns what String does, so that JSON shows names.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Transition is one change of a breaker's state.
type Transition struct {
	From, To State     // the states before and after
	At       time.Time // when it happened
	Why      string    // for people
}

// Counts are the figures of a [CircuitBreaker] since it was made, unless
// something else is said.
type Counts struct {
	Successes, Failures uint64 // calls that counted
	Slow                uint64 // of these, how many were slow
	Refused             uint64 // calls not let through
	Ignored             uint64 // calls that said nothing, such as those canceled by the caller
	Stale               uint64 // results that came after a transition and so did not count
	Panics              uint64 // calls that panicked; they are failures as well, unless stale

	// FailureRate is Failures over Successes and Failures, 0 to 1, since the
	// latest transition.
	FailureRate float64
	// RecoveredCalls and RecoveredSuccesses count since the probes last closed
	// the breaker; 0 while it never did.
	RecoveredCalls, RecoveredSuccesses uint64

	State       State             // as of now
	Forced      bool              // by ForceOpen or ForceClosed
	Since       time.Time         // when State was entered
	Transitions map[string]uint64 // how often each happened, such as "closed to open"
	TimeIn      [3]time.Duration  // by State, up to now
	History     []Transition      // the latest 32, oldest first
}

const maxHistory = 32

// tally is what Counts are made from. It requires external locking.
type tally struct {
	successes, failures, slow             uint64
	refusals, ignoredCalls, stale, panics uint64
	recentCalls, recentFailures           uint64 // since the latest transition
	recovered                             bool   // the present closed state came from half-open
	recoveredCalls, recoveredSuccesses    uint64
	transitions                           map[string]uint64
	timeIn                                [3]time.Duration
	history                               []Transition
}

func (b *CircuitBreaker) count(o outcome, slow bool) {
	if o == ignored {
		b.ignoredCalls++
		return
	}
	if slow {
		b.slow++
	}
	b.recentCalls++
	if b.recovered && b.state == StateClosed {
		b.recoveredCalls++
	}
	if o == failure {
		b.failures++
		b.recentFailures++
		return
	}
	b.successes++
	if b.recovered && b.state == StateClosed {
		b.recoveredSuccesses++
	}
}

// turn records a transition, before state and since are changed.
func (b *CircuitBreaker) turn(t Transition) {
	b.timeIn[t.From] += t.At.Sub(b.since)
	b.recentCalls, b.recentFailures = 0, 0
	if t.To == StateClosed {
		b.recovered = t.From == StateHalfOpen
		b.recoveredCalls, b.recoveredSuccesses = 0, 0
	}
	if b.transitions == nil {
		b.transitions = make(map[string]uint64)
	}
	b.transitions[t.From.String()+" to "+t.To.String()]++
	if len(b.history) == maxHistory {
		b.history = slices.Delete(b.history, 0, 1)
	}
	b.history = append(b.history, t)
}

// Counts returns the breaker's figures as of now. They share nothing with it.
func (b *CircuitBreaker) Counts() Counts {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := Counts{
		Successes: b.successes, Failures: b.failures, Slow: b.slow,
		Refused: b.refusals, Ignored: b.ignoredCalls, Stale: b.stale, Panics: b.panics,
		RecoveredCalls: b.recoveredCalls, RecoveredSuccesses: b.recoveredSuccesses,
		State: b.state, Forced: b.forced, Since: b.since,
		Transitions: maps.Clone(b.transitions),
		TimeIn:      b.timeIn,
		History:     slices.Clone(b.history),
	}
	if b.recentCalls > 0 {
		c.FailureRate = float64(b.recentFailures) / float64(b.recentCalls)
	}
	c.TimeIn[b.state] += time.Since(b.since)
	return c
}
