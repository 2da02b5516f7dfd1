package resilience

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Chain is several policies as one.
type Chain struct {
	policies []Policy
	typed    []typed
	err      error
}

// Compose puts policies one within the other, the first being the outermost.
// Its error joins all that is wrong with any of them and what cannot work
// together, such as a timeout inside a shorter one, which it can never reach.
// The chain is never nil.
func Compose(policies ...Policy) (*Chain, error) {
	c := &Chain{}
	var errs []error
	for i, p := range policies {
		if p == nil {
			errs = append(errs, fmt.Errorf("resilience: policy %d is nil", i+1))
			continue
		}
		errs = append(errs, p.Err())
		if inner, ok := p.(*Chain); ok {
			c.policies = append(c.policies, inner.policies...)
		} else {
			c.policies = append(c.policies, p)
		}
	}
	for _, p := range c.policies {
		if t, ok := p.(typed); ok {
			c.typed = append(c.typed, t)
		}
	}
	errs = append(errs, checkLimits(c.policies)...)
	c.err = errors.Join(errs...)
	return c, c.err
}

// Err returns what Compose returned.
func (c *Chain) Err() error { return c.err }

// run is never inside another policy: Compose takes chains apart.
func (c *Chain) run(ctx context.Context, next step) error {
	return step{rest: c.policies, target: next.target}.do(ctx)
}

func (c *Chain) fits(t target) error {
	var errs []error
	for _, p := range c.typed {
		errs = append(errs, p.fits(t))
	}
	return errors.Join(errs...)
}

// limited is a policy that ends what runs inside it after some time.
type limited interface {
	limit() (what string, after time.Duration) // after is 0 without a limit
}

// checkLimits finds time limits that can never be reached.
func checkLimits(policies []Policy) []error {
	var (
		errs    []error
		around  string
		tightly time.Duration
	)
	for _, p := range policies {
		l, ok := p.(limited)
		if !ok {
			continue
		}
		what, after := l.limit()
		switch {
		case after <= 0: // none, or refused already
		case tightly > 0 && after > tightly:
			errs = append(errs, fmt.Errorf("resilience: %s of %v can never be reached inside %s of %v: shorten it or put it outside",
				what, after, around, tightly))
		default:
			around, tightly = what, after
		}
	}
	return errs
}
