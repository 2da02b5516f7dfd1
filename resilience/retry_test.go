package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// retryFixed retries after a second, without jitter.
func retryFixed(attempts int) resilience.RetrySettings {
	return resilience.RetrySettings{MaxAttempts: attempts, Strategy: resilience.Constant{Wait: time.Second}}
}

func TestRetryOutcomes(t *testing.T) {
	listed := retryFixed(3)
	listed.On = resilience.Is(errDown)
	short := retryFixed(10)
	short.MaxTime = 2500 * time.Millisecond
	refusal := &resilience.RefusedError{Policy: "breaker", Reason: resilience.ErrOpen}
	refusals := retryFixed(3)
	refusals.On = resilience.Is(resilience.ErrOpen)
	for _, test := range []struct {
		name     string
		settings resilience.RetrySettings
		outcomes []error // the last one repeats
		calls    int
		took     time.Duration
		want     []error // what errors.Is finds; nil: success
	}{
		{"success", retryFixed(3), []error{nil}, 1, 0, nil},
		{"success after retry", retryFixed(3), []error{errDown, errOther, nil}, 3, 2 * time.Second, nil},
		{"exhausted", retryFixed(3), []error{errDown, errDown, errOther}, 3, 2 * time.Second, []error{resilience.ErrExhausted, errOther}},
		{"one attempt", retryFixed(1), []error{errDown}, 1, 0, []error{resilience.ErrExhausted, errDown}},
		{"not listed", listed, []error{errOther}, 1, 0, []error{errOther}},
		{"not listed later", listed, []error{errDown, errOther}, 2, time.Second, []error{errOther}},
		{"listed, wrapped", listed, []error{fmt.Errorf("x: %w", errDown), nil}, 2, time.Second, nil},
		{"maximum time", short, []error{errDown}, 3, 2 * time.Second, []error{resilience.ErrNoTime, errDown}},
		{"refusals are final", retryFixed(3), []error{refusal}, 1, 0, []error{resilience.ErrOpen}},
		{"unless listed", refusals, []error{refusal, nil}, 2, time.Second, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{outcome: func(n int) error { return test.outcomes[min(n, len(test.outcomes))-1] }}
				start := time.Now()
				_, err := wrap(t, s.fn, resilience.Retry(test.settings))(t.Context())
				if took := time.Since(start); s.calls != test.calls || took != test.took {
					t.Errorf("%d calls in %v, want %d in %v", s.calls, took, test.calls, test.took)
				}
				if (err == nil) != (test.want == nil) {
					t.Errorf("error is %v", err)
				}
				for _, want := range test.want {
					if !errors.Is(err, want) {
						t.Errorf("error %v is not %v", err, want)
					}
				}
			})
		})
	}
}

// After an attempt that was made, nobody may think that the function was not
// called.
func TestRetryRefusedAfterACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := resilience.ClientBreaker()
		s.FailureThreshold = 2
		inner, outer := resilience.Breaker("inner", s), resilience.Breaker("outer", resilience.ClientBreaker())
		for _, settings := range []resilience.RetrySettings{retryFixed(5), {
			MaxAttempts: 3, Strategy: resilience.Constant{}, On: resilience.Is(errDown, resilience.ErrOpen),
		}} {
			inner.Release()
			f := &script{outcome: alwaysDown}
			_, err := wrap(t, f.fn, outer, resilience.Retry(settings), inner)(t.Context())
			var refusal *resilience.RefusedError
			if f.calls != 2 || !errors.Is(err, errDown) || errors.As(err, &refusal) {
				t.Errorf("after %d calls: %v", f.calls, err)
			}
		}
		if n := outer.Counts().Failures; n != 2 {
			t.Errorf("a breaker outside counts %d failures, want 2", n)
		}
		_, err := wrap(t, (&script{}).fn, resilience.Retry(retryFixed(5)), inner)(t.Context())
		if _, ok := errors.AsType[*resilience.RefusedError](err); !ok {
			t.Errorf("never called: %v", err)
		}
	})
}

func TestRetryNeverSleepsPastTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		s := &script{outcome: alwaysDown}
		start := time.Now()
		_, err := wrap(t, s.fn, resilience.Retry(retryFixed(10)))(ctx)
		if took := time.Since(start); took != 2*time.Second || s.calls != 3 {
			t.Errorf("gave up after %v and %d calls, want 2s and 3", took, s.calls)
		}
		var re *resilience.RetryError
		if !errors.As(err, &re) || !errors.Is(err, resilience.ErrNoTime) || !errors.Is(err, errDown) || re.Attempts != 3 || re.Delay != 2*time.Second {
			t.Errorf("error is %#v", err)
		}
	})
}

func TestRetryCancelEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		s := &script{outcome: alwaysDown}
		start := time.Now()
		_, err := wrap(t, s.fn, resilience.Retry(retryFixed(10)))(ctx)
		if took := time.Since(start); took != 500*time.Millisecond || s.calls != 1 {
			t.Errorf("ended after %v and %d calls", took, s.calls)
		}
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errDown) {
			t.Errorf("error %v lacks the cancel or the cause", err)
		}
		if _, err := wrap(t, s.fn, resilience.Retry(retryFixed(10)))(ctx); !errors.Is(err, context.Canceled) || s.calls != 2 {
			t.Errorf("canceled before: %v after %d calls", err, s.calls)
		}
	})
}

func TestRetryCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := resilience.Retry(retryFixed(3))
		var events []resilience.Event
		r.Notify(func(e resilience.Event) { events = append(events, e) })
		for _, failures := range []int{0, 0, 1, 2, 3} {
			s := &script{outcome: func(n int) error {
				if n <= failures {
					return errDown
				}
				return nil
			}}
			_, _ = wrap(t, s.fn, r)(t.Context())
		}
		c := r.Counts()
		if c.Operations != 5 || c.Attempts != 1+1+2+3+3 || !slices.Equal(c.ByAttempts, []uint64{2, 1, 2}) {
			t.Errorf("operations: %+v", c)
		}
		if c.SucceededFirst != 2 || c.SucceededAfterRetry != 2 || c.FailedAfterRetry != 1 || c.Exhausted != 1 || c.Delay != 5*time.Second {
			t.Errorf("outcomes: %+v", c)
		}
		if len(events) != 1 || events[0].Kind != resilience.RetriesExhausted || !errors.Is(events[0].Err, errDown) {
			t.Errorf("events: %v", events)
		}
	})
}

func TestRetryReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, report := resilience.WithReport(t.Context())
		s := &script{outcome: alwaysDown}
		_, _ = wrap(t, s.fn, resilience.Retry(retryFixed(3)))(ctx)
		if report.Retries() != 2 {
			t.Errorf("%d retries reported, want 2", report.Retries())
		}
	})
}
