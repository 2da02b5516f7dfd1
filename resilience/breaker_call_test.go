package resilience_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestBreakerHooksMayDoAnything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Breaker("test", resilience.ClientBreaker())
		var seen []string
		stop := b.Notify(func(e resilience.Event) {
			seen = append(seen, fmt.Sprintf("%s (%s): now %v after %d failures", e.Kind, e.Detail, b.State(), b.Counts().Failures))
			if e.Kind == resilience.BreakerHalfOpened {
				_ = attempt(t.Context(), b, nil) // causes the next event
			}
		})
		for range 5 {
			_ = attempt(t.Context(), b, errDown)
		}
		pass(time.Minute)
		stop()
		b.ForceOpen()
		want := []string{
			"breaker opened (5 failures in a row): now open after 5 failures",
			"breaker half-opened (the open timeout is over): now half-open after 5 failures",
			"breaker closed (the probes succeeded): now closed after 5 failures",
		}
		if !slices.Equal(seen, want) {
			t.Errorf("hook saw %q, want %q", seen, want)
		}
	})
}

func TestBreakerGoesOnAfterAHookPanics(t *testing.T) {
	b := resilience.Breaker("test", resilience.ClientBreaker())
	told := 0
	b.Notify(func(resilience.Event) {
		if told++; told == 1 {
			panic("hook")
		}
	})
	func() {
		defer func() { _ = recover() }()
		b.ForceOpen()
	}()
	b.Release()
	if told != 2 {
		t.Errorf("hook was called %d times, want 2", told)
	}
}

func TestBreakerWhatCounts(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	expired, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	expected := resilience.ClientBreaker()
	expected.Failure = resilience.Is(errDown)
	for _, test := range []struct {
		name     string
		settings resilience.BreakerSettings
		ctx      context.Context
		err      error
		want     resilience.Counts
	}{
		{"success", resilience.ClientBreaker(), t.Context(), nil, resilience.Counts{Successes: 50}},
		{"canceled by the caller", resilience.ClientBreaker(), canceled, context.Canceled, resilience.Counts{Ignored: 50}},
		{"connection closed by the cancel", resilience.ClientBreaker(), canceled, errDown, resilience.Counts{Ignored: 50}},
		{"canceled by the service", resilience.ClientBreaker(), t.Context(), context.Canceled, resilience.Counts{Failures: 5, Refused: 45}},
		{"deadline", resilience.ClientBreaker(), expired, context.DeadlineExceeded, resilience.Counts{Failures: 5, Refused: 45}},
		{"expected", expected, t.Context(), fmt.Errorf("wrapped: %w", errDown), resilience.Counts{Failures: 5, Refused: 45}},
		{"not expected", expected, t.Context(), errOther, resilience.Counts{Successes: 50}},
		{"refused further in", resilience.ClientBreaker(), t.Context(), &resilience.RefusedError{Policy: "bulkhead", Reason: resilience.ErrFull}, resilience.Counts{Ignored: 50}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := resilience.Breaker("test", test.settings)
			for range 50 {
				_ = attempt(test.ctx, b, test.err)
			}
			got := b.Counts()
			if got.Successes != test.want.Successes || got.Failures != test.want.Failures ||
				got.Ignored != test.want.Ignored || got.Refused != test.want.Refused {
				t.Errorf("counts are %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestBreakerCanceledProbeFreesItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := opened(t, resilience.ClientBreaker())
		pass(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = attempt(ctx, b, context.Canceled)
		wantState(t, b, resilience.StateHalfOpen)
		if err := attempt(t.Context(), b, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestBreakerCountsPanicsAndLetsThemPass(t *testing.T) {
	b := resilience.Breaker("test", resilience.ClientBreaker())
	r := resilience.Retry(resilience.MiddlewareRetry())
	f := wrap(t, func(context.Context) (int, error) { panic("boom") }, r, b)
	for range 5 {
		func() {
			defer func() {
				if got := recover(); got != "boom" {
					t.Errorf("recovered %v", got)
				}
			}()
			_, _ = f(t.Context())
		}()
	}
	if c := r.Counts(); c.Panics != 5 || c.Operations != 5 {
		t.Errorf("the retrier counts %+v", c)
	}
	if c := b.Counts(); c.Panics != 5 || c.Failures != 5 || c.State != resilience.StateOpen {
		t.Errorf("counts are %+v", c)
	}
}

func TestBreakerCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Breaker("test", resilience.ClientBreaker())
		pass(10 * time.Second)
		for range 5 {
			_ = attempt(t.Context(), b, errDown)
		}
		pass(time.Minute + 5*time.Second)
		_ = attempt(t.Context(), b, nil)
		for i := range 4 {
			var err error
			if i == 0 {
				err = errDown
			}
			_ = attempt(t.Context(), b, err)
		}
		pass(20 * time.Second)
		c := b.Counts()
		if want := [3]time.Duration{resilience.StateClosed: 30 * time.Second, resilience.StateOpen: time.Minute, resilience.StateHalfOpen: 5 * time.Second}; c.TimeIn != want {
			t.Errorf("time in states is %v, want %v", c.TimeIn, want)
		}
		if c.RecoveredCalls != 4 || c.RecoveredSuccesses != 3 || c.FailureRate != 0.25 {
			t.Errorf("after recovery: %d of %d, failure rate %v", c.RecoveredSuccesses, c.RecoveredCalls, c.FailureRate)
		}
		if len(c.History) != 3 || c.Transitions["closed to open"] != 1 || c.Transitions["open to half-open"] != 1 || c.Transitions["half-open to closed"] != 1 {
			t.Errorf("history is %v, transitions %v", c.History, c.Transitions)
		}
	})
}

func TestBreakerAcquireCountsOnce(t *testing.T) {
	b := resilience.Breaker("test", resilience.ClientBreaker())
	done, err := b.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		done(errDown)
	}
	if n := b.Counts().Failures; n != 1 {
		t.Errorf("%d failures, want 1", n)
	}
}
