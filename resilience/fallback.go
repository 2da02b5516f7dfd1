package resilience

import (
	"context"
	"errors"
	"time"
)

// A FallbackError says that the fallback failed too.
type FallbackError struct {
	From  string // "cache" or "degraded function"
	Cause error  // why the function's own value is missing
	Err   error  // of the fallback
}

// Error gives both errors.
func (e *FallbackError) Error() string {
	return "resilience: " + e.Cause.Error() + "; and no fallback from the " + e.From + ": " + e.Err.Error()
}

// Unwrap returns both errors.
func (e *FallbackError) Unwrap() []error { return []error{e.Cause, e.Err} }

// Fallback gives value whenever what is inside it fails, except when the caller
// canceled. All callers get the same value, so none may change what it points
// to. T is the type that the function returns.
//
// A [Report] tells a caller that it got a fallback, as with [Degrade] and
// [CacheFallback].
func Fallback[T any](value T) Policy {
	return &fallback[T]{value: value}
}

type fallback[T any] struct{ value T }

func (f *fallback[T]) Err() error { return nil }

func (f *fallback[T]) fits(t target) error {
	return fits[T]("Fallback", t)
}

func (f *fallback[T]) run(ctx context.Context, next step) error {
	cause := next.do(ctx)
	if cause == nil || gaveUp(ctx) {
		return cause
	}
	give(next, f.value)
	reportFallback(ctx, FallbackUse{From: "default value", Cause: cause})
	return nil
}

// gaveUp tells whether the caller no longer wants an answer. A deadline is
// different: whoever sets one may still be glad of a fallback.
func gaveUp(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// Degrade calls f for a lesser answer when what is inside it fails with an
// error that on matches (nil: any), except when the caller canceled. f gets
// that error, and its own time: a context that ends after the timeout, even if
// the caller's deadline has passed already. If f fails, the error is a
// [*FallbackError] with both. A fallback should depend on nothing that can fail
// together with the service.
func Degrade[T any](f func(ctx context.Context, cause error) (T, error), timeout time.Duration, on Match) Policy {
	p := problems{of: "degraded fallback"}
	p.duration("the timeout", timeout)
	if f == nil {
		p.addf("the function is nil")
	}
	return &degraded[T]{f: f, timeout: timeout, on: on, err: p.err()}
}

type degraded[T any] struct {
	f       func(context.Context, error) (T, error)
	timeout time.Duration
	on      Match
	err     error
}

func (d *degraded[T]) Err() error { return d.err }

func (d *degraded[T]) fits(t target) error {
	return fits[T]("Degrade", t)
}

func (d *degraded[T]) run(ctx context.Context, next step) error {
	if d.err != nil {
		return d.err
	}
	cause := next.do(ctx)
	if cause == nil || gaveUp(ctx) || !d.on.holds(cause) {
		return cause
	}
	base := ctx
	if ctx.Err() != nil {
		base = context.WithoutCancel(ctx)
	}
	own, cancel := context.WithTimeout(base, d.timeout)
	defer cancel()
	value, err := d.f(own, cause)
	if err != nil {
		if ranOut(base, own) {
			err = &TimeoutError{After: d.timeout, Err: err}
		}
		return &FallbackError{From: "degraded function", Cause: cause, Err: err}
	}
	give(next, value)
	reportFallback(ctx, FallbackUse{From: "degraded function", Cause: cause})
	return nil
}
