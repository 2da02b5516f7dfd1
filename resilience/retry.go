package resilience

import (
	"context"
	"errors"
	"time"
)

// A Retrier repeats a function that fails. Make one with [Retry].
type Retrier struct {
	settings RetrySettings
	err      error
	bell     bell[Event]
	figures  retryFigures
}

// Retry returns a policy that repeats what is inside it.
//
// An error that is not worth another attempt is returned as it is, any other in
// a [*RetryError]. A canceled context ends the attempts and the waits, and no
// wait begins that would end past the context's deadline.
func Retry(settings RetrySettings) *Retrier {
	r := &Retrier{settings: settings, err: settings.check()}
	if r.err == nil {
		r.figures.init(settings.MaxAttempts)
	}
	return r
}

// Name returns the name in the settings.
func (r *Retrier) Name() string { return r.settings.Name }

// Err returns what is wrong with the settings.
func (r *Retrier) Err() error { return r.err }

// Notify has hear called with a [RetriesExhausted] event whenever a call ends
// in [ErrExhausted], until stop is called.
func (r *Retrier) Notify(hear func(Event)) (stop func()) { return r.bell.notify(hear) }

func (r *Retrier) limit() (string, time.Duration) {
	return named("retry", r.settings.Name) + " with MaxTime", r.settings.MaxTime
}

func (r *Retrier) run(ctx context.Context, next step) error {
	if r.err != nil {
		return r.err
	}
	if r.settings.MaxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.settings.MaxTime)
		defer cancel()
	}
	attempt, ended := 1, false
	defer func() {
		if !ended {
			r.figures.panicked(attempt)
		}
	}()
	var (
		waited time.Duration
		called error // of the latest attempt that reached the function
	)
	for ; ; attempt++ {
		if attempt > 1 {
			reportRetry(ctx)
		}
		err := next.do(ctx)
		if err == nil {
			ended = true
			r.succeeded(ctx, attempt)
			return nil
		}
		if !refused(err) {
			called = err
		}
		wait, reason := r.decide(ctx, attempt, err)
		if reason == nil {
			began := time.Now()
			if !pause(ctx, wait) {
				reason = ctx.Err()
			}
			delayed := time.Since(began)
			waited += delayed
			r.figures.delay.Add(int64(delayed))
		}
		if reason != nil {
			ended = true
			return r.failed(attempt, waited, reason, err, called)
		}
	}
}

// errNotWorth marks an error that is returned as it is.
var errNotWorth = errors.New("not worth another attempt")

// decide returns how long to wait, or why there is no other attempt.
func (r *Retrier) decide(ctx context.Context, attempt int, err error) (time.Duration, error) {
	s := &r.settings
	switch {
	case s.On == nil && refused(err), !s.On.holds(err):
		return 0, errNotWorth
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return 0, ErrNoTime
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case attempt >= s.MaxAttempts:
		return 0, ErrExhausted
	case !s.Strategy.ShouldRetry(attempt, err):
		if attempt == 1 {
			return 0, errNotWorth
		}
		return 0, ErrExhausted
	}
	wait := min(max(s.Strategy.Delay(attempt, err), 0), maxDuration)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return 0, ErrNoTime
	}
	if s.Budget != nil && !s.Budget.Withdraw(r.key(ctx)) {
		return 0, ErrNoBudget
	}
	return wait, nil
}

func (r *Retrier) key(ctx context.Context) string {
	if r.settings.Key == nil {
		return ""
	}
	return r.settings.Key(ctx)
}

func (r *Retrier) succeeded(ctx context.Context, attempts int) {
	r.figures.succeeded[attempts-1].Add(1)
	if r.settings.Budget != nil {
		r.settings.Budget.Deposit(r.key(ctx))
	}
}

// failed makes the error of all attempts. A refusal after an attempt that was
// made must not pass for one that kept the function from being called at all.
func (r *Retrier) failed(attempts int, waited time.Duration, reason, last, called error) error {
	r.figures.fail(attempts, reason)
	var refusal *RefusedError
	late := called != nil && errors.As(last, &refusal)
	if reason == errNotWorth { //nolint:errorlint // a mark of this file, never wrapped
		if !late {
			return last
		}
		reason = refusal.Reason
	}
	if late {
		last = called
	}
	err := &RetryError{Name: r.settings.Name, Attempts: attempts, Delay: waited, Reason: reason, Last: last}
	if errors.Is(reason, ErrExhausted) {
		r.bell.push(Event{Kind: RetriesExhausted, Source: r.settings.Name, At: time.Now(), Detail: err.Error(), Err: err})
		r.bell.ring()
	}
	return err
}

// pause waits and tells whether it did so to the end.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
