package resilience_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// Everything at once on the same policies; the race detector looks on.
func TestPoliciesUnderManyCallers(t *testing.T) {
	settings := resilience.BreakerSettings{
		FailureThreshold: 20, SuccessThreshold: 2, OpenTimeout: time.Millisecond, HalfOpenRequests: 3,
		Window: time.Second, FailureRate: 0.5, MinCalls: 10, SlowCall: time.Second, SlowRate: 0.5,
	}
	breaker := resilience.Breaker("b", settings)
	budget := resilience.NewBudget(resilience.DefaultBudget())
	retrier := resilience.Retry(resilience.RetrySettings{MaxAttempts: 3, Strategy: resilience.Constant{}, Budget: budget, Key: resilience.KeyFromContext})
	bulkhead := resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 4, Queue: 100, QueueTimeout: time.Minute, Key: resilience.KeyFromContext})
	throttle := resilience.Throttle(resilience.ThrottleSettings{Calls: 1_000_000, Period: time.Second, Burst: 1_000_000})
	tracker := resilience.NewTracker()
	defer tracker.Close()
	service := resilience.MiddlewareHealth(nil)
	service.Breakers, service.Retriers, service.Budgets = []*resilience.CircuitBreaker{breaker}, []*resilience.Retrier{retrier}, []*resilience.Budget{budget}
	register(t, tracker, "s", service)
	tracker.Notify(func(resilience.Alert) { _ = tracker.All() })
	breaker.Notify(func(resilience.Event) { _ = breaker.Counts() })

	var calls int
	f := wrap(t, func(context.Context) (int, error) { return 1, nil }, tracker.Observe("s"), bulkhead, throttle, retrier, resilience.Timeout(time.Minute), breaker)
	failing := wrap(t, func(context.Context) (int, error) { return 0, errDown }, tracker.Observe("s"), resilience.Fallback(7), retrier, breaker)
	var wg sync.WaitGroup
	for i := range 16 {
		calls += 200
		wg.Go(func() {
			ctx := resilience.WithKey(t.Context(), string(rune('a'+i%4)))
			for j := range 200 {
				switch {
				case i == 0 && j%50 == 0:
					breaker.ForceOpen()
					breaker.Release()
				case i%4 == 0:
					if got, err := failing(ctx); got != 7 || err != nil {
						t.Errorf("with a fallback: %v, %v", got, err)
					}
				default:
					if _, err := f(ctx); err != nil && !errors.Is(err, resilience.ErrOpen) {
						t.Error(err)
					}
				}
				if j%20 == 0 {
					_, _ = tracker.Status("s")
				}
			}
		})
	}
	wg.Wait()
	if c := bulkhead.Counts(); c.Running != 0 || c.Waiting != 0 {
		t.Errorf("bulkhead: %+v", c)
	}
	if st := status(t, tracker, "s"); st.InFlight != 0 || st.Calls == 0 || st.Calls > uint64(calls) {
		t.Errorf("tracker: %+v", st)
	}
}
