package resilience

import (
	"errors"
	"slices"
)

// A Match tells whether an error is one of those meant. It must be safe for
// concurrent use. Where settings take one, nil stands for every error.
type Match func(error) bool

// Is matches errors for which [errors.Is] holds with one of the targets.
func Is(targets ...error) Match {
	targets = slices.Clone(targets)
	return func(err error) bool {
		return slices.ContainsFunc(targets, func(target error) bool { return errors.Is(err, target) })
	}
}

// As matches errors in whose tree [errors.As] finds an E.
func As[E error]() Match {
	return func(err error) bool {
		var target E
		return errors.As(err, &target)
	}
}

// AnyOf matches what one of the matches does.
func AnyOf(matches ...Match) Match {
	matches = slices.Clone(matches)
	return func(err error) bool {
		return slices.ContainsFunc(matches, func(m Match) bool { return m(err) })
	}
}

// Not matches what m does not.
func Not(m Match) Match {
	return func(err error) bool { return !m(err) }
}

// holds treats nil as a match for every error.
func (m Match) holds(err error) bool { return m == nil || m(err) }
