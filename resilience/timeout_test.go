package resilience_test

import (
	"context"
	"errors"
	"math"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// takes returns a function that works for d and heeds its context.
func takes(d time.Duration) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		select {
		case <-time.After(d):
			return "done", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := wrap(t, takes(2*time.Second), resilience.Timeout(time.Second))
		start := time.Now()
		_, err := f(t.Context())
		var timeout *resilience.TimeoutError
		var netError net.Error
		if !errors.As(err, &timeout) || timeout.After != time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %#v", err)
		}
		if !errors.As(err, &netError) || !netError.Timeout() {
			t.Error("it is no timeout to those who look for one of package net")
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
		if got, err := wrap(t, takes(time.Second), resilience.Timeout(2*time.Second))(t.Context()); got != "done" || err != nil {
			t.Errorf("in time: %q, %v", got, err)
		}
	})
}

func TestTimeoutLeavesTheCallersDeadlineAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := wrap(t, takes(time.Minute), resilience.Timeout(2*time.Second))(ctx)
		var timeout *resilience.TimeoutError
		if errors.As(err, &timeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v, want the caller's deadline", err)
		}
	})
}

func TestTimeoutKeepsALateValueAndAnEarlyError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		deaf := func(context.Context) (string, error) { pass(time.Minute); return "late", nil }
		if got, err := wrap(t, deaf, resilience.Timeout(time.Second))(t.Context()); got != "late" || err != nil {
			t.Errorf("late: %q, %v", got, err)
		}
		s := &script{outcome: alwaysDown}
		if _, err := wrap(t, s.fn, resilience.Timeout(time.Second))(t.Context()); err != errDown { //nolint:errorlint // as it is
			t.Errorf("early error: %v", err)
		}
	})
}

func TestTimeoutPerAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		f := wrap(t, func(ctx context.Context) (string, error) {
			if calls++; calls == 1 {
				return takes(time.Hour)(ctx)
			}
			return "second", nil
		}, resilience.Retry(retryFixed(2)), resilience.Timeout(time.Second))
		if got, err := f(t.Context()); got != "second" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestTimeBudget(t *testing.T) {
	seed := []resilience.Share{{Stage: "db", Part: 0.3}, {Stage: "api", Part: 0.5}, {Stage: "processing", Part: 0.2}}
	rest := []resilience.Share{{Stage: "db", Part: 0.3}, {Stage: "processing", Part: resilience.Rest}}
	type stage struct {
		name  string
		takes time.Duration
	}
	for _, test := range []struct {
		name   string
		shares []resilience.Share
		stages []stage
		want   string // in the error of the last stage, "" is none
		took   time.Duration
	}{
		{"fits", seed, []stage{{"db", 9*time.Second - 1}, {"api", 15*time.Second - 1}, {"processing", 6*time.Second - 1}}, "", 30*time.Second - 3},
		{"spent in the first stage", seed, []stage{{"db", time.Minute}}, `stage "db" used up its 9s; spent: db 9s of 9s`, 9 * time.Second},
		{"spent in the second stage", seed, []stage{{"db", time.Second}, {"api", time.Minute}}, `stage "api" used up its 15s; spent: db 1s of 9s, api 15s of 15s`, 16 * time.Second},
		{"rest", rest, []stage{{"db", time.Second}, {"processing", 28 * time.Second}}, "", 29 * time.Second},
		{"rest spent", rest, []stage{{"db", time.Second}, {"processing", time.Minute}}, `stage "processing" used up its 29s; spent: db 1s of 9s, processing 29s of 29s`, 30 * time.Second},
		{"nothing left", []resilience.Share{{Stage: "a", Part: 1}, {Stage: "b"}}, []stage{{"a", 30 * time.Second}, {"b", time.Second}}, `it was not called`, 30 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				budget := resilience.SplitTimeout(resilience.OperationTimeout, test.shares...)
				ctx, end := budget.Start(t.Context())
				defer end()
				start := time.Now()
				var err error
				for _, s := range test.stages {
					_, err = wrap(t, takes(s.takes), budget.Stage(s.name))(ctx)
				}
				if took := time.Since(start); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				var timeout *resilience.TimeoutError
				if test.want == "" && err != nil || test.want != "" && (!errors.As(err, &timeout) || !strings.Contains(err.Error(), test.want)) {
					t.Errorf("error is %v, want %q", err, test.want)
				}
			})
		})
	}
}

func TestTimeBudgetRefusesWrongPlans(t *testing.T) {
	for _, test := range []struct {
		name   string
		budget *resilience.TimeBudget
		want   []string
	}{
		{"nothing", resilience.SplitTimeout(0), []string{"total is 0s", "no stages"}},
		{"parts", resilience.SplitTimeout(time.Second, resilience.Share{Stage: "a", Part: 0.7}, resilience.Share{Stage: "b", Part: 0.4}), []string{"add up to 1.1"}},
		{"numbers", resilience.SplitTimeout(-1, resilience.Share{Stage: "a", Part: math.NaN()}, resilience.Share{Stage: "a", Part: -1}),
			[]string{"total is -1ns", "is NaN", "is -1", "twice"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantProblems(t, test.budget.Err(), test.want...)
			wantProblems(t, test.budget.Stage("a").Err(), test.want...)
			ctx, end := test.budget.Start(t.Context())
			defer end()
			wantProblems(t, attempt(ctx, test.budget.Stage("a"), nil), test.want...)
		})
	}
	good := resilience.SplitTimeout(time.Second, resilience.Share{Stage: "a", Part: 0.1}, resilience.Share{Stage: "b", Part: 0.2}, resilience.Share{Stage: "c", Part: 0.7})
	if good.Err() != nil {
		t.Error(good.Err())
	}
	wantProblems(t, good.Stage("z").Err(), `no stage "z"`)
	wantProblems(t, attempt(t.Context(), good.Stage("a"), nil), "does not come from its Start")
}
