package resilience

import (
	"context"
	"errors"
	"fmt"
)

// A Policy decides whether, when and how often a function is called, and what
// is returned in its place. Those of this package are all there are. A policy
// may be used in many chains at once and keeps one state for all of them.
type Policy interface {
	// Err returns all that is wrong with the policy's settings, or nil. A policy
	// with wrong settings refuses every call with this error.
	Err() error

	// run calls next as often as the policy allows, in this goroutine.
	run(ctx context.Context, next step) error
}

// Wrap returns fn behind the policies, the first being the outermost. It fails
// if settings are wrong or the policies cannot work together, and then names
// everything at once.
//
// The function returned gives the zero value along with an error.
func Wrap[T any](fn func(context.Context) (T, error), policies ...Policy) (func(context.Context) (T, error), error) {
	chain, err := Compose(policies...)
	if fn == nil {
		err = errors.Join(err, errors.New("resilience: the function is nil"))
	}
	if err := errors.Join(err, chain.fits(&invocation[T]{})); err != nil {
		return nil, err
	}
	return func(ctx context.Context) (T, error) {
		return call(ctx, chain, &invocation[T]{fn: fn})
	}, nil
}

// Do calls fn behind p, which may be a [Chain]. Use it for functions that are
// made anew for each call; where fn stays the same, [Wrap] finds mistakes
// earlier.
func Do[T any](ctx context.Context, p Policy, fn func(context.Context) (T, error)) (T, error) {
	inv := &invocation[T]{fn: fn}
	err := p.Err()
	if t, ok := p.(typed); ok {
		err = errors.Join(err, t.fits(inv))
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return call(ctx, p, inv)
}

func call[T any](ctx context.Context, p Policy, inv *invocation[T]) (T, error) {
	if err := p.run(ctx, step{target: inv}); err != nil {
		var zero T
		return zero, err
	}
	return inv.value, nil
}

// A step is what a policy has inside itself: the policies further in and the
// function. It is passed by value so that a call costs no closures.
type step struct {
	rest   []Policy
	target target
}

func (s step) do(ctx context.Context) error {
	if len(s.rest) == 0 {
		return s.target.invoke(ctx)
	}
	return s.rest[0].run(ctx, step{rest: s.rest[1:], target: s.target})
}

// target hides the type of the function's value from policies that do not
// look at it.
type target interface {
	invoke(context.Context) error
}

// An invocation is one call of a wrapped function, with the value of its latest
// attempt. It belongs to one goroutine.
type invocation[T any] struct {
	fn    func(context.Context) (T, error)
	value T
}

func (i *invocation[T]) invoke(ctx context.Context) error {
	var err error
	i.value, err = i.fn(ctx)
	return err
}

// typed is a policy that returns values of its own, and so goes only with
// functions of one type. It runs only with a target that it said fits.
type typed interface {
	fits(target) error
}

// fits tells whether a policy that gives values of type T may leave them in t.
func fits[T any](policy string, t target) error {
	if _, ok := t.(*invocation[T]); ok {
		return nil
	}
	var gives *T
	return fmt.Errorf("resilience: %s gives %s, which is not what the function returns: give its exact type",
		policy, fmt.Sprintf("%T", gives)[1:])
}

// give leaves a policy's value in the place of the function's.
func give[T any](next step, value T) {
	next.target.(*invocation[T]).value = value
}
