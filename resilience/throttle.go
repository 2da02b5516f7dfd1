package resilience

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// ThrottleSettings set up a [Throttler].
type ThrottleSettings struct {
	// Name is for errors; it may be empty.
	Name string
	// Calls may be made each Period.
	Calls  int
	Period time.Duration // the time that Calls are counted over
	// Burst of these may come at once after a quiet time; 1 to Calls. 1 spaces
	// all calls evenly. No Period sees more than Calls + Burst.
	Burst int
	// MaxWait is how long a call waits for its turn; 0: it is refused at once.
	MaxWait time.Duration
}

func (s *ThrottleSettings) check() error {
	p := problems{of: named("throttle", s.Name)}
	p.count("Calls", s.Calls, 1)
	p.duration("Period", s.Period)
	p.count("Burst", s.Burst, 1)
	p.durationOrZero("MaxWait", s.MaxWait)
	if s.Burst > s.Calls && s.Calls > 0 {
		p.addf("Burst is %d; it may be at most Calls, %d", s.Burst, s.Calls)
	}
	return p.err()
}

// A Throttler limits calls per period. Make one with [Throttle].
type Throttler struct {
	settings        ThrottleSettings
	err             error
	limiter         *rate.Limiter
	passed, refused atomic.Uint64
	waiting         atomic.Int64
}

// Throttle returns a policy that limits how often what is inside it is called,
// by all callers together. Those that wait do so in the order of their coming.
// A call whose turn would come after MaxWait or its deadline is refused at
// once, with [ErrThrottled] in a [*RefusedError] that says when to come back.
func Throttle(settings ThrottleSettings) *Throttler {
	t := &Throttler{settings: settings, err: settings.check()}
	if t.err == nil {
		perSecond := float64(settings.Calls) / settings.Period.Seconds()
		t.limiter = rate.NewLimiter(rate.Limit(perSecond), settings.Burst)
	}
	return t
}

// Err returns what is wrong with the settings.
func (t *Throttler) Err() error { return t.err }

// Wait returns when a call may be made, or why not; for code that is not a
// function to wrap.
func (t *Throttler) Wait(ctx context.Context) error {
	if t.err != nil {
		return t.err
	}
	if err := ctx.Err(); err != nil {
		return t.refuse(err, 0)
	}
	now := time.Now()
	turn := t.limiter.ReserveN(now, 1)
	wait := turn.DelayFrom(now)
	deadline, limited := ctx.Deadline()
	if wait > t.settings.MaxWait || limited && wait > 0 && deadline.Sub(now) <= wait {
		turn.CancelAt(now)
		return t.refuse(ErrThrottled, wait)
	}
	t.waiting.Add(1)
	defer t.waiting.Add(-1)
	if !pause(ctx, wait) {
		turn.Cancel()
		return t.refuse(ctx.Err(), 0)
	}
	t.passed.Add(1)
	return nil
}

func (t *Throttler) refuse(reason error, after time.Duration) error {
	t.refused.Add(1)
	return &RefusedError{Policy: "throttle", Name: t.settings.Name, Reason: reason, RetryAfter: after}
}

func (t *Throttler) run(ctx context.Context, next step) error {
	if err := t.Wait(ctx); err != nil {
		return err
	}
	return next.do(ctx)
}

// ThrottleCounts are the figures of a [Throttler] since it was made.
type ThrottleCounts struct {
	Passed, Refused uint64 // calls let through, and calls refused
	Waiting         int    // now
}

// Counts returns the throttler's figures as of now.
func (t *Throttler) Counts() ThrottleCounts {
	return ThrottleCounts{Passed: t.passed.Load(), Refused: t.refused.Load(), Waiting: int(t.waiting.Load())}
}
