package resilience

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const maxAttempts = 100

// RetrySettings set up a [Retrier]. Start from a preset.
type RetrySettings struct {
	// Name is for errors, events and the page; it may be empty.
	Name string
	// MaxAttempts counts the first attempt too; 1 to 100.
	MaxAttempts int
	// MaxTime bounds all attempts and waits together, by a deadline on the
	// context; 0: only the caller's own deadline does.
	MaxTime  time.Duration
	Strategy Strategy // says how long to wait, and may end the attempts; required
	// On tells the errors that are worth another attempt; nil: all but those of
	// policies further in that refused the call, for those fail at once anyway.
	On Match
	// Budget limits the retries of many calls together; nil: no limit.
	Budget *Budget
	// Key names the bucket of the budget that a call draws from, as an endpoint;
	// nil: all calls draw from one. See [KeyFromContext].
	Key func(context.Context) string
}

// MiddlewareRetry returns the defaults of the robustness middleware: 3 attempts,
// waits of 1 s and 2 s (doubling up to 60 s), each up to 10 % longer by chance.
func MiddlewareRetry() RetrySettings {
	return RetrySettings{
		MaxAttempts: 3,
		Strategy:    Exponential{Initial: time.Second, Max: time.Minute, Factor: 2, Jitter: 0.1},
	}
}

// ClientRetry returns the defaults of the client factory, whose 3 are retries:
// 4 attempts, waits of 1, 2 and 4 s, each up to 10 % longer by chance.
func ClientRetry() RetrySettings {
	s := MiddlewareRetry()
	s.MaxAttempts = 4
	return s
}

func (s *RetrySettings) check() error {
	p := problems{of: named("retry", s.Name)}
	p.countTo("MaxAttempts", s.MaxAttempts, 1, maxAttempts)
	p.durationOrZero("MaxTime", s.MaxTime)
	checkStrategy(&p, s.Strategy)
	if s.Key != nil && s.Budget == nil {
		p.addf("Key chooses a bucket of a budget, but Budget is nil")
	}
	if s.Budget != nil && s.Budget.Err() != nil {
		p.errs = append(p.errs, s.Budget.Err())
	}
	return p.err()
}

// Why retries ended; see [RetryError].
var (
	// ErrExhausted: all attempts that the settings or the strategy allow failed.
	ErrExhausted = errors.New("attempts exhausted")
	// ErrNoBudget: the retry budget is empty.
	ErrNoBudget = errors.New("retry budget empty")
	// ErrNoTime: the next wait would go past the deadline or MaxTime.
	ErrNoTime = errors.New("no time for another attempt")
)

// A RetryError says that an error was worth another attempt but got none. It
// wraps both the reason and the error of the last attempt.
type RetryError struct {
	Name     string        // of the settings
	Attempts int           // made, 1 or more, with those that a policy further in refused
	Delay    time.Duration // waited between them in all
	Reason   error         // ErrExhausted, ErrNoBudget, ErrNoTime, the context's error, or such as ErrOpen
	Last     error         // of the last attempt, if one got that far the last that reached the function
}

// Error names the reason, what was tried and the last error.
func (e *RetryError) Error() string {
	return fmt.Sprintf("resilience: %s: %v after attempt %d (%v of waiting): %v",
		named("retry", e.Name), e.Reason, e.Attempts, e.Delay.Round(time.Millisecond), e.Last)
}

// Unwrap returns the reason and the last error.
func (e *RetryError) Unwrap() []error { return []error{e.Reason, e.Last} }
