package resilience_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// Outside in: a retry outside a breaker makes it see every attempt, one inside
// only the last outcome.
func TestWrapOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer, inner := resilience.Breaker("outer", resilience.ClientBreaker()), resilience.Breaker("inner", resilience.ClientBreaker())
		f := wrap(t, (&script{outcome: alwaysDown}).fn, outer, resilience.Retry(resilience.MiddlewareRetry()), inner)
		if _, err := f(t.Context()); !errors.Is(err, errDown) {
			t.Error(err)
		}
		if outer.Counts().Failures != 1 || inner.Counts().Failures != 3 {
			t.Errorf("outer breaker saw %d failures, inner %d; want 1 and 3", outer.Counts().Failures, inner.Counts().Failures)
		}
	})
}

func TestWrapPassesContextAndValue(t *testing.T) {
	type key struct{}
	f := wrap(t, func(ctx context.Context) (any, error) { return ctx.Value(key{}), nil },
		resilience.Retry(resilience.MiddlewareRetry()), resilience.Timeout(time.Second), resilience.Breaker("b", resilience.ClientBreaker()))
	if got, err := f(context.WithValue(t.Context(), key{}, "v")); got != "v" || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWrapGivesZeroWithAnError(t *testing.T) {
	f := wrap(t, func(context.Context) (int, error) { return 7, errDown })
	if got, err := f(t.Context()); got != 0 || !errors.Is(err, errDown) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWrapTellsEverythingAtOnce(t *testing.T) {
	_, err := resilience.Wrap[int](nil, nil, resilience.Timeout(0), resilience.Retry(resilience.RetrySettings{}),
		resilience.Breaker("b", resilience.BreakerSettings{}))
	wantProblems(t, err, "function is nil", "policy 1 is nil", "timeout: the time is 0s", "MaxAttempts is 0", "Strategy is nil", "never open")
}

func TestWrapRefusesLimitsThatAreNeverReached(t *testing.T) {
	retry := resilience.MiddlewareRetry()
	retry.MaxTime = 20 * time.Second
	budget := resilience.SplitTimeout(30*time.Second, resilience.Share{Stage: "db", Part: 0.3})
	for _, test := range []struct {
		name     string
		policies []resilience.Policy
		want     string // "" is none
	}{
		{"timeout in timeout", []resilience.Policy{resilience.Timeout(10 * time.Second), resilience.Timeout(time.Minute)}, "timeout of 1m0s can never be reached inside timeout of 10s"},
		{"timeout in retry", []resilience.Policy{resilience.Retry(retry), resilience.Timeout(time.Minute)}, "inside retry with MaxTime of 20s"},
		{"timeout in stage", []resilience.Policy{budget.Stage("db"), resilience.Timeout(10 * time.Second)}, `inside stage "db" of 9s`},
		{"narrowing", []resilience.Policy{resilience.Timeout(30 * time.Second), resilience.Retry(retry), resilience.Timeout(10 * time.Second)}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := resilience.Compose(test.policies...)
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantProblems(t, err, test.want)
		})
	}
}

func TestChains(t *testing.T) {
	b := resilience.Breaker("b", resilience.ClientBreaker())
	inner, err := resilience.Compose(resilience.Timeout(time.Second), b)
	if err != nil {
		t.Fatal(err)
	}
	outer, err := resilience.Compose(resilience.Timeout(time.Minute), inner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resilience.Do(t.Context(), outer, func(ctx context.Context) (string, error) {
		if d, ok := ctx.Deadline(); !ok || time.Until(d) > time.Second {
			t.Error("the inner timeout is missing")
		}
		return "", errDown
	}); !errors.Is(err, errDown) {
		t.Error(err)
	}
	if b.Counts().Failures != 1 {
		t.Error("the breaker was not asked")
	}
	wrong, err := resilience.Compose(resilience.Timeout(-1))
	if err == nil {
		t.Fatal("no error")
	}
	if err := attempt(t.Context(), wrong, nil); err == nil {
		t.Error("a wrong chain lets calls through")
	}
}
