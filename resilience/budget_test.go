package resilience_test

import (
	"context"
	"errors"
	"math"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestBudgetIsRefilledBySuccessesAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.NewBudget(resilience.DefaultBudget())
		drain := func() (n int) {
			for b.Withdraw("k") {
				n++
			}
			return n
		}
		if n := drain(); n != 10 {
			t.Errorf("begins with %d, want 10", n)
		}
		for range 26 {
			b.Deposit("k")
		}
		if n := drain(); n != 5 {
			t.Errorf("26 successes pay for %d, want 5", n)
		}
		pass(3 * time.Second)
		if n := drain(); n != 3 {
			t.Errorf("3 s give %d, want 3", n)
		}
		pass(time.Hour)
		for range 1000 {
			b.Deposit("k")
		}
		if n := drain(); n != 10 {
			t.Errorf("saved up %d, want at most 10", n)
		}
		if !b.Withdraw("other") {
			t.Error("one key's retries are taken from another")
		}
	})
}

func TestBudgetTellsOnceThatItIsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := resilience.DefaultBudget()
		s.Name = "node"
		b := resilience.NewBudget(s)
		var events []resilience.Event
		b.Notify(func(e resilience.Event) { events = append(events, e) })
		for range 2 {
			for range 100 {
				b.Withdraw("a")
			}
			pass(time.Second)
		}
		if len(events) != 2 || events[0].Kind != resilience.BudgetEmpty || events[0].Source != "node" || events[0].Key != "a" {
			t.Errorf("events are %v, want two", events)
		}
	})
}

func TestBudgetHoldsABoundedNumberOfKeys(t *testing.T) {
	s := resilience.DefaultBudget()
	s.MaxKeys, s.PerSecond = 2, 0
	b := resilience.NewBudget(s)
	for range 10 {
		b.Withdraw("a")
	}
	for i := range 100 {
		b.Withdraw(strconv.Itoa(i))
		if b.Withdraw("a") {
			t.Fatalf("the key in use lost its bucket after %d others", i)
		}
	}
	if n := b.Counts().Keys; n != 2 {
		t.Errorf("holds %d keys, want 2", n)
	}
}

func TestBudgetRefusesWrongSettings(t *testing.T) {
	b := resilience.NewBudget(resilience.BudgetSettings{Share: 2, PerSecond: math.Inf(1), Burst: 0, MaxKeys: -1})
	wantProblems(t, b.Err(), "Share is 2", "PerSecond is +Inf", "Burst is 0", "MaxKeys is -1")
	b.Deposit("k")
	if b.Withdraw("k") {
		t.Error("a wrong budget grants retries")
	}
	wantProblems(t, resilience.NewBudget(resilience.BudgetSettings{Burst: 1, MaxKeys: 1}).Err(), "never be refilled")
}

// stormFigures is what a service sees when 1000 calls a second come for 10 s.
type stormFigures struct{ calls, reached int64 }

func storm(t *testing.T, fails func(n int64) bool, policies ...resilience.Policy) stormFigures {
	t.Helper()
	var (
		figures stormFigures
		reached atomic.Int64
		wg      sync.WaitGroup
	)
	f := wrap(t, func(context.Context) (struct{}, error) {
		if fails(reached.Add(1)) {
			return struct{}{}, errDown
		}
		return struct{}{}, nil
	}, policies...)
	for range 10_000 {
		wg.Go(func() { _, _ = f(t.Context()) })
		figures.calls++
		<-time.After(time.Millisecond)
	}
	wg.Wait()
	figures.reached = reached.Load()
	return figures
}

func TestStormIsNotMadeWorseByRetries(t *testing.T) {
	for _, test := range []struct {
		name  string
		fails func(int64) bool
	}{
		{"all fail", func(int64) bool { return true }},
		{"nine in ten fail", func(n int64) bool { return n%10 != 0 }},
		{"half fail", func(n int64) bool { return n%2 == 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := resilience.MiddlewareRetry()
				s.Budget = resilience.NewBudget(resilience.DefaultBudget())
				f := storm(t, test.fails, resilience.Retry(s))
				if f.reached > f.calls*12/10 {
					t.Errorf("%d calls reached the service %d times, more than 1.2 times each", f.calls, f.reached)
				}
				t.Logf("%d calls reached the service %d times", f.calls, f.reached)
			})
		})
	}
	t.Run("without a budget it is", func(t *testing.T) { // or the test above proves nothing
		synctest.Test(t, func(t *testing.T) {
			f := storm(t, func(int64) bool { return true }, resilience.Retry(resilience.MiddlewareRetry()))
			if f.reached != 3*f.calls {
				t.Errorf("%d calls reached the service %d times, want 3 times each", f.calls, f.reached)
			}
		})
	})
}

func TestStormStopsAtTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := resilience.MiddlewareBreaker()
		settings.OpenTimeout = 3 * time.Second
		b := resilience.Breaker("storm", settings)
		retry := resilience.MiddlewareRetry()
		retry.Budget = resilience.NewBudget(resilience.DefaultBudget())
		// Three half-open states in 10 s, each ended by its first probe.
		f := storm(t, func(int64) bool { return true }, resilience.Retry(retry), b)
		if most := int64(settings.FailureThreshold + 3*settings.HalfOpenRequests); f.reached > most || f.reached < 6 {
			t.Errorf("%d calls reached the service, want at most %d", f.reached, most)
		}
		t.Logf("%d calls reached the service %d times", f.calls, f.reached)
		pass(settings.OpenTimeout)
		recovery := 0
		for b.State() != resilience.StateClosed {
			recovery++
			if err := attempt(t.Context(), b, nil); err != nil {
				t.Fatal(err)
			}
		}
		if recovery != settings.SuccessThreshold {
			t.Errorf("recovered after %d calls, want %d", recovery, settings.SuccessThreshold)
		}
	})
}

func TestRetryEndsWithTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget := resilience.NewBudget(resilience.BudgetSettings{Share: 0.2, Burst: 1, MaxKeys: 10})
		s := retryFixed(5)
		s.Budget, s.Key = budget, resilience.KeyFromContext
		r := resilience.Retry(s)
		for _, test := range []struct {
			key   string
			calls int
		}{{"a", 2}, {"a", 1}, {"b", 2}} {
			f := &script{outcome: alwaysDown}
			_, err := wrap(t, f.fn, r)(resilience.WithKey(t.Context(), test.key))
			if f.calls != test.calls || !errors.Is(err, resilience.ErrNoBudget) || !errors.Is(err, errDown) {
				t.Errorf("key %s: %d calls, want %d; error %v", test.key, f.calls, test.calls, err)
			}
		}
		if c, n := budget.Counts(), r.Counts().NoBudget; c.Granted != 2 || c.Refused != 3 || n != 3 || c.Left != 0 {
			t.Errorf("budget %+v, retrier says %d", c, n)
		}
	})
}
