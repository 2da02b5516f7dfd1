package resilience

import (
	"errors"
	"fmt"
	"time"
)

// Why a call was refused; see [RefusedError].
var (
	// ErrOpen: the breaker is open, or half-open with all its probes under way.
	ErrOpen = errors.New("circuit open")
	// ErrThrottled: the calls of the period are used up.
	ErrThrottled = errors.New("throttled")
	// ErrFull: the bulkhead and its queue are full.
	ErrFull = errors.New("bulkhead full")
	// ErrQueueTimeout: no place in the bulkhead came free in time.
	ErrQueueTimeout = errors.New("queue timeout")
)

// A RefusedError says that a policy did not let a call through: the function
// was not called, so whatever it would have done is not done.
type RefusedError struct {
	Policy     string        // breaker, throttle or bulkhead
	Name       string        // name of the policy, "" if it has none
	Reason     error         // ErrOpen, ErrThrottled, ErrFull or ErrQueueTimeout
	RetryAfter time.Duration // when it may let one through again, 0 if unknown
}

// Error names the policy, the reason and when to come back.
func (e *RefusedError) Error() string {
	text := "resilience: " + named(e.Policy, e.Name) + ": " + e.Reason.Error()
	if e.RetryAfter > 0 {
		text += "; retry after " + e.RetryAfter.String()
	}
	return text
}

// Unwrap returns Reason.
func (e *RefusedError) Unwrap() error { return e.Reason }

// refused tells whether the function was not called in this attempt.
func refused(err error) bool {
	var r *RefusedError
	return errors.As(err, &r)
}

func named(what, name string) string {
	if name == "" {
		return what
	}
	return fmt.Sprintf("%s %q", what, name)
}
