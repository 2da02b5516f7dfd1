package resilience_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestFallbackValue(t *testing.T) {
	s := &script{outcome: func(n int) error {
		if n == 1 {
			return nil
		}
		return errDown
	}}
	f := wrap(t, s.fn, resilience.Fallback(42))
	ctx, report := resilience.WithReport(t.Context())
	if got, err := f(ctx); got != 1 || err != nil {
		t.Errorf("good: %v, %v", got, err)
	}
	if use, used := report.Fallback(); used {
		t.Errorf("reported %v without need", use)
	}
	if got, err := f(ctx); got != 42 || err != nil {
		t.Errorf("failing: %v, %v", got, err)
	}
	if use, used := report.Fallback(); !used || use.From != "default value" || !errors.Is(use.Cause, errDown) {
		t.Errorf("reported %+v, %v", use, used)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f(canceled); !errors.Is(err, errDown) {
		t.Errorf("canceled by the caller: %v", err)
	}
}

func TestFallbackOfAnotherTypeIsRefused(t *testing.T) {
	key := func(context.Context) string { return "k" }
	chain, err := resilience.Compose(resilience.Fallback("text"),
		resilience.CacheFallback[int64](resilience.CacheSettings{Key: key, TTL: time.Second, MaxEntries: 1}),
		resilience.Degrade(func(context.Context, error) ([]int, error) { return nil, nil }, time.Second, nil))
	if err != nil {
		t.Fatal(err)
	}
	_, err = resilience.Wrap((&script{}).fn, chain)
	wantProblems(t, err, "Fallback gives string", "CacheFallback gives int64", "Degrade gives []int")
	s := &script{}
	_, err = resilience.Do(t.Context(), chain, s.fn)
	wantProblems(t, err, "Fallback gives string")
	if s.calls != 0 {
		t.Error("the function was called")
	}
	_, err = resilience.Do(t.Context(), resilience.Fallback("text"), (&script{outcome: alwaysDown}).fn)
	wantProblems(t, err, "Fallback gives string")
}

func TestDegrade(t *testing.T) {
	for _, test := range []struct {
		name    string
		cause   error
		degrade func(context.Context, error) (int, error)
		want    int
		took    time.Duration
		errs    []error
	}{
		{"good", nil, nil, 1, 0, nil},
		{"degraded", errDown, func(_ context.Context, cause error) (int, error) {
			if !errors.Is(cause, errDown) {
				return 0, errOther
			}
			return 2, nil
		}, 2, 0, nil},
		{"not for this error", errOther, nil, 0, 0, []error{errOther}},
		{"fails too", errDown, func(context.Context, error) (int, error) { return 7, errOther }, 0, 0, []error{errDown, errOther}},
		{"its own timeout", errDown, func(ctx context.Context, _ error) (int, error) { <-ctx.Done(); return 7, ctx.Err() }, 0, time.Second, []error{errDown, context.DeadlineExceeded}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				degrade := test.degrade
				if degrade == nil {
					degrade = func(context.Context, error) (int, error) { t.Error("called"); return 0, nil }
				}
				s := &script{outcome: func(int) error { return test.cause }}
				ctx, report := resilience.WithReport(t.Context())
				start := time.Now()
				got, err := wrap(t, s.fn, resilience.Degrade(degrade, time.Second, resilience.Is(errDown)))(ctx)
				if got != test.want || (err == nil) != (test.errs == nil) || time.Since(start) != test.took {
					t.Errorf("%v, %v after %v", got, err, time.Since(start))
				}
				for _, want := range test.errs {
					if !errors.Is(err, want) {
						t.Errorf("error %v is not %v", err, want)
					}
				}
				if use, used := report.Fallback(); used != (test.want == 2) || used && use.From != "degraded function" {
					t.Errorf("reported %+v", use)
				}
			})
		})
	}
}

func TestDegradeHasTimeAfterTheCallersDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		degrade := func(ctx context.Context, _ error) (string, error) { return takes(time.Second)(ctx) }
		if got, err := wrap(t, takes(time.Hour), resilience.Degrade(degrade, 2*time.Second, nil))(ctx); got != "done" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestCacheFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := false
		f := wrap(t, func(ctx context.Context) (string, error) {
			if down {
				return "", errDown
			}
			return "of " + resilience.KeyFromContext(ctx), nil
		}, resilience.CacheFallback[string](resilience.CacheSettings{
			Key: resilience.KeyFromContext, TTL: 5 * time.Minute, StaleFor: time.Minute, MaxEntries: 2,
		}))
		call := func(key string) (string, resilience.FallbackUse, error) {
			ctx, report := resilience.WithReport(resilience.WithKey(t.Context(), key))
			got, err := f(ctx)
			use, _ := report.Fallback()
			return got, use, err
		}
		for _, key := range []string{"evicted", "alice", "bob", ""} {
			if _, use, err := call(key); err != nil || use.From != "" {
				t.Fatal(use, err)
			}
		}
		down = true
		pass(time.Minute)
		for _, key := range []string{"alice", "bob"} {
			got, use, err := call(key)
			if got != "of "+key || err != nil || use.From != "cache" || use.Age != time.Minute || use.Stale {
				t.Errorf("%s gets %q, %+v, %v", key, got, use, err)
			}
		}
		for _, key := range []string{"evicted", "never called"} {
			if got, _, err := call(key); !errors.Is(err, resilience.ErrNotCached) || !errors.Is(err, errDown) {
				t.Errorf("%s gets %q, %v", key, got, err)
			}
		}
		if got, _, err := call(""); got != "" || err == nil || errors.Is(err, resilience.ErrNotCached) {
			t.Errorf("without a key: %q, %v", got, err)
		}
		pass(4*time.Minute + time.Second)
		if got, use, err := call("alice"); got != "of alice" || err != nil || !use.Stale {
			t.Errorf("stale: %q, %+v, %v", got, use, err)
		}
		pass(time.Minute)
		if _, _, err := call("alice"); !errors.Is(err, resilience.ErrNotCached) {
			t.Errorf("too old: %v", err)
		}
	})
}

func TestFallbacksRefuseWrongSettings(t *testing.T) {
	_, err := resilience.Compose(
		resilience.CacheFallback[int](resilience.CacheSettings{StaleFor: -1}),
		resilience.Degrade[int](nil, 0, nil))
	wantProblems(t, err, "TTL is 0s", "StaleFor is -1ns", "MaxEntries is 0", "Key is nil", "timeout is 0s", "function is nil")
	if err := attempt(t.Context(), resilience.Degrade[struct{}](nil, 0, nil), nil); err == nil {
		t.Error("a wrong fallback lets calls through")
	}
	if err := attempt(t.Context(), resilience.CacheFallback[struct{}](resilience.CacheSettings{}), nil); err == nil {
		t.Error("a wrong cache lets calls through")
	}
}
