package resilience

import (
	"fmt"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/mercari/go-circuitbreaker"
)

// newMachine returns the state machine of b. What the library does not do, b
// does around it: it limits the calls of the half-open state, drops results
// from before a transition, and looks at rates. Its counters' reset interval is
// negative, for a positive one forgets failures in a row every interval and
// keeps a goroutine.
//
// Every call of the machine is made under b.mu, so its hook and its trip
// function run under b.mu too.
func newMachine(b *CircuitBreaker) *circuitbreaker.CircuitBreaker {
	return circuitbreaker.New(
		circuitbreaker.WithCounterResetInterval(-1),
		circuitbreaker.WithOpenTimeout(b.settings.OpenTimeout),
		circuitbreaker.WithHalfOpenMaxSuccesses(int64(b.settings.SuccessThreshold)),
		circuitbreaker.WithTripFunc(b.shouldTrip),
		circuitbreaker.WithOnStateChangeHookFn(func(from, to circuitbreaker.State) {
			if !b.forced {
				b.enter(states[to], b.why(states[from], states[to]))
			}
		}),
		circuitbreaker.WithClock(timers{Clock: clock.New(), b: b}),
	)
}

var states = map[circuitbreaker.State]State{
	circuitbreaker.StateClosed:   StateClosed,
	circuitbreaker.StateOpen:     StateOpen,
	circuitbreaker.StateHalfOpen: StateHalfOpen,
}

// timers is the machine's clock. It brings the end of the open state under
// b.mu like everything else, and drops a timer that fired just as its opening
// was ended by other means: the library would half-open a closed breaker.
type timers struct {
	clock.Clock
	b *CircuitBreaker
}

// AfterFunc is called under b.mu, as the machine opens.
func (t timers) AfterFunc(d time.Duration, halfOpen func()) *clock.Timer {
	b := t.b
	b.openings++
	opening := b.openings
	return t.Clock.AfterFunc(d, func() {
		b.mu.Lock()
		if b.openings == opening && b.state == StateOpen && !b.forced {
			halfOpen()
		}
		b.told = false
		b.mu.Unlock()
		b.bell.ring()
	})
}

// feed tells the machine the outcome of a call of the present generation. It
// requires the lock.
func (b *CircuitBreaker) feed(o outcome, slow bool) {
	if b.window != nil {
		b.window.add(time.Now(), o == failure, slow)
	}
	failed := o == failure
	if slow {
		// The machine looks at its trip function on failures only.
		failed = failed || b.state == StateHalfOpen || b.shouldTrip(&circuitbreaker.Counters{})
	}
	switch {
	case failed:
		b.row = true
		b.machine.Fail()
	case b.row || b.state != StateClosed:
		b.row = false
		b.machine.Success()
	}
}

// shouldTrip is the machine's trip function. It requires the lock.
func (b *CircuitBreaker) shouldTrip(c *circuitbreaker.Counters) bool {
	s := &b.settings
	if b.window == nil {
		if c.ConsecutiveFailures < int64(s.FailureThreshold) {
			return false
		}
		b.tripped = fmt.Sprintf("%d failures in a row", c.ConsecutiveFailures)
		return true
	}
	seen := b.window.sum(time.Now())
	enough := seen.calls >= s.MinCalls
	switch {
	case s.FailureThreshold > 0 && seen.failures >= s.FailureThreshold:
		b.tripped = fmt.Sprintf("%d failures within %v", seen.failures, s.Window)
	case enough && s.FailureRate > 0 && seen.share(seen.failures) >= s.FailureRate:
		b.tripped = fmt.Sprintf("%d of %d calls failed within %v", seen.failures, seen.calls, s.Window)
	case enough && s.SlowRate > 0 && seen.share(seen.slow) >= s.SlowRate:
		b.tripped = fmt.Sprintf("%d of %d calls were slow within %v", seen.slow, seen.calls, s.Window)
	default:
		return false
	}
	return true
}

func (b *CircuitBreaker) why(from, to State) string {
	switch {
	case from == StateClosed:
		return b.tripped
	case to == StateHalfOpen:
		return "the open timeout is over"
	case to == StateOpen:
		return "a probe failed"
	default:
		return "the probes succeeded"
	}
}

// enter notes a transition and leaves its event in the bell. It requires the
// lock.
func (b *CircuitBreaker) enter(to State, why string) {
	now := time.Now()
	from := b.state
	b.generation++
	b.probes, b.wave = 0, now
	if b.window != nil {
		b.window.reset()
	}
	if from == to {
		return // forced or released without a change
	}
	b.turn(Transition{From: from, To: to, At: now, Why: why})
	b.state, b.since = to, now
	b.bell.push(Event{Kind: transitionKinds[to], Source: b.name, At: now, Detail: why})
	b.told = true
}

var transitionKinds = [...]EventKind{StateClosed: BreakerClosed, StateOpen: BreakerOpened, StateHalfOpen: BreakerHalfOpened}
