package transport

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// RetryWrites says what happens to a write of which nobody knows whether the
// server ran it.
type RetryWrites uint8

// The policies.
const (
	// RetryWritesSafe: it is not repeated, unless that leaves the same state.
	RetryWritesSafe RetryWrites = iota
	// RetryWritesAlways: it is repeated, and may then run more than once.
	RetryWritesAlways
)

// RetrySettings say how often and when a failed attempt is repeated; what may be
// repeated is not a setting, but for Writes. Start from [DefaultChainSettings].
type RetrySettings struct {
	MaxRetries int           // after the first attempt; 0 for none
	Delay      time.Duration // before the first retry at the same endpoint
	Factor     float64       // of each further delay to the one before; at least 1
	Jitter     float64       // by up to which share a delay is longer by chance; 0 to 1
	MaxDelay   time.Duration // of one wait, also if the server asks for more
	Writes     RetryWrites   // what becomes of a write that may have run
	// Budget bounds the retries to an endpoint; nil for no bound.
	Budget *resilience.BudgetSettings
}

// repeat decides after an attempt whether there is another, and prepares it: the
// endpoint if it is known, and the wait.
func (t *trip) repeat() bool {
	a := t.last
	if a == nil || t.err != nil && a.open != nil || t.err != nil && a.kind == 0 {
		return false // nothing was asked: no route, no key, a breaker
	}
	c := t.chain
	if a.kind == 0 {
		if c.budget != nil {
			c.budget.Deposit(a.server.name)
		}
		return false
	}
	if t.Err() != nil || !t.worth(a) {
		return false
	}
	retries := len(t.attempts) - 1 - t.extra
	switch {
	case retries >= c.retry.MaxRetries:
		if c.retry.MaxRetries > 0 {
			t.end = "no retries left"
		}
		return false
	case !t.rewindable():
		t.end = "not repeated, for the request body cannot be had again"
		return false
	}
	t.wait = 0
	target := a.server.name
	if other, ok := t.elsewhere(); ok {
		t.planned, target = other, other.name()
	} else {
		t.wait = c.retry.delay(t.waits, a.retryAfter)
		t.waits++
	}
	if deadline, ok := t.Deadline(); ok && t.wait > 0 && time.Until(deadline) <= t.wait {
		t.end = "no time left for another attempt"
		return false
	}
	if c.budget != nil && !c.budget.Withdraw(target) {
		t.end = "the retry budget of the endpoint is used up"
		return false
	}
	t.spent.Backoff += t.wait
	c.observe.retrying(t, a)
	return true
}

// worth tells whether another attempt may end better and can do no harm.
func (t *trip) worth(a *attempt) bool {
	switch a.kind {
	case KindThrottled:
		return true // and it was not begun
	case KindUnavailable, KindTimeout, KindServer:
	default:
		return false
	}
	if a.hopeless {
		return false
	}
	return a.refused || !a.sent() || t.repeatable() || t.chain.retry.Writes == RetryWritesAlways
}

// elsewhere names an endpoint that was not tried yet. Only the first failover
// of a call is immediate, or a whole fleet would be asked in one breath.
func (t *trip) elsewhere() (Endpoint, bool) {
	if t.moved {
		return Endpoint{}, false
	}
	other, err := t.resolve()
	if err != nil || slices.ContainsFunc(t.tried, other.same) {
		return Endpoint{}, false
	}
	t.moved = true
	return other, true
}

// delay returns the wait before a retry at the same endpoint: Delay x Factor^n
// and a little by chance, or longer if the server asks for it.
func (s *RetrySettings) delay(n int, asked time.Duration) time.Duration {
	delay := float64(s.Delay) * math.Pow(s.Factor, float64(n)) * (1 + s.Jitter*rand.Float64())
	return time.Duration(min(max(delay, float64(asked)), float64(s.MaxDelay)))
}
