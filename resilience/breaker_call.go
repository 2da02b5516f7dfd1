package resilience

import (
	"context"
	"errors"
	"time"
)

// A permit is the leave to make one call.
type permit struct {
	generation uint64
	start      time.Time // zero if slowness does not matter
}

func (b *CircuitBreaker) admit() (permit, error) {
	if b.err != nil {
		return permit{}, b.err
	}
	b.mu.Lock()
	if b.state != StateClosed && !b.takeProbe() {
		b.refusals++
		err := &RefusedError{Policy: "breaker", Name: b.name, Reason: ErrOpen, RetryAfter: b.remaining()}
		b.mu.Unlock()
		return permit{}, err
	}
	p := permit{generation: b.generation}
	b.mu.Unlock()
	if b.settings.SlowCall > 0 {
		p.start = time.Now()
	}
	return p, nil
}

// takeProbe gives out one of the places of the half-open state. Places that
// were taken and not heard of for the open timeout are given out again, or one
// hanging call would keep the breaker half-open for good.
func (b *CircuitBreaker) takeProbe() bool {
	if b.state != StateHalfOpen {
		return false
	}
	if b.probes >= b.settings.HalfOpenRequests {
		now := time.Now()
		if now.Sub(b.wave) < b.settings.OpenTimeout {
			return false
		}
		b.probes, b.wave = 0, now
	}
	b.probes++
	return true
}

// remaining is how long callers do well to stay away.
func (b *CircuitBreaker) remaining() time.Duration {
	if b.forced || b.state != StateOpen {
		return 0 // it is up to people, or to the probes
	}
	return max(0, b.settings.OpenTimeout-time.Since(b.since))
}

// outcome is what a call means to a breaker.
type outcome uint8

const (
	success outcome = iota
	failure
	ignored // says nothing about the service
)

// judge runs the caller's predicate and so must not be called under the lock.
func (b *CircuitBreaker) judge(ctx context.Context, err error) outcome {
	switch {
	case err == nil:
		return success
	case errors.Is(ctx.Err(), context.Canceled):
		return ignored // the caller gave up, whatever error came of it
	case refused(err):
		return ignored // a policy further in refused: the service was not asked
	case b.settings.Failure.holds(err):
		return failure
	default:
		return success
	}
}

func (b *CircuitBreaker) settle(ctx context.Context, p permit, err error) {
	b.record(p, b.judge(ctx, err), b.settings.SlowCall > 0 && time.Since(p.start) >= b.settings.SlowCall, false)
}

func (b *CircuitBreaker) panicked(p permit) { b.record(p, failure, false, true) }

func (b *CircuitBreaker) record(p permit, o outcome, slow, panicked bool) {
	b.mu.Lock()
	if panicked {
		b.panics++
	}
	switch {
	case p.generation != b.generation:
		b.stale++ // it began under conditions that are gone
	case b.forced:
		b.count(o, slow)
	case o == ignored:
		b.count(o, slow)
		if b.state == StateHalfOpen && b.probes > 0 {
			b.probes-- // the place is free for one that tells something
		}
	default:
		b.count(o, slow)
		b.feed(o, slow)
	}
	told := b.told
	b.told = false
	b.mu.Unlock()
	if told {
		b.bell.ring()
	}
}
