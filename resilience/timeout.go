package resilience

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Timeouts of the robustness middleware.
const (
	OperationTimeout = 30 * time.Second // for a whole operation
	APITimeout       = 10 * time.Second // for a call to an API
	QueryTimeout     = 60 * time.Second // for a query of a database
)

// A TimeoutError says that a time limit ended a call. [errors.Is] holds with
// [context.DeadlineExceeded] and with what the function made of it.
type TimeoutError struct {
	Stage string        // of a [TimeBudget], "" for a [Timeout]
	After time.Duration // the limit
	Spent []StageTime   // how a time budget was spent up to here, else nil
	Err   error         // the function's error
}

// Error names the limit, the stage and how the budget was spent.
func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("resilience: timeout after %v", e.After)
	if e.Stage != "" {
		text = fmt.Sprintf("resilience: stage %q used up its %v", e.Stage, e.After)
	}
	if len(e.Spent) > 0 {
		stages := make([]string, len(e.Spent))
		for i, s := range e.Spent {
			stages[i] = s.String()
		}
		text += "; spent: " + strings.Join(stages, ", ")
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns the function's error and [context.DeadlineExceeded].
func (e *TimeoutError) Unwrap() []error { return []error{e.Err, context.DeadlineExceeded} }

type timeout struct {
	after time.Duration
	err   error
}

// Timeout ends the context of what is inside it after a time, and waits for it
// to return. If that fails because of it, its error is a [*TimeoutError]; a
// value that comes in spite of the end is returned as any other. A deadline of
// the caller that comes first stays a deadline of the caller.
func Timeout(after time.Duration) Policy {
	p := problems{of: "timeout"}
	p.duration("the time", after)
	return &timeout{after: after, err: p.err()}
}

func (t *timeout) Err() error { return t.err }

func (t *timeout) limit() (string, time.Duration) { return "timeout", t.after }

func (t *timeout) run(ctx context.Context, next step) error {
	if t.err != nil {
		return t.err
	}
	limited, cancel := context.WithTimeout(ctx, t.after)
	defer cancel()
	err := next.do(limited)
	if err == nil || !ranOut(ctx, limited) {
		return err
	}
	return &TimeoutError{After: t.after, Err: err}
}

// ranOut tells whether the inner context's own deadline ended it.
func ranOut(outer, inner context.Context) bool {
	return errors.Is(inner.Err(), context.DeadlineExceeded) && outer.Err() == nil
}
