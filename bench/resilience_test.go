package bench

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"github.com/robosystems/kuzuclient/resilience"
)

// BenchmarkClosedBreakerAndRetry is a call that succeeds at once, behind a retry
// around a closed breaker with the same settings on both sides.
func BenchmarkClosedBreakerAndRetry(b *testing.B) {
	b.Run("resilience", func(b *testing.B) {
		call, err := resilience.Wrap(noop,
			resilience.Retry(resilience.MiddlewareRetry()),
			resilience.Breaker("bench", resilience.MiddlewareBreaker()))
		if err != nil {
			b.Fatal(err)
		}
		measure(b, call)
	})
	b.Run("failsafe-go", func(b *testing.B) {
		executor := peer()
		measure(b, func(ctx context.Context) (int, error) {
			return executor.WithContext(ctx).GetWithExecution(func(e failsafe.Execution[int]) (int, error) {
				return noop(e.Context())
			})
		})
	})
	b.Run("failsafe-go, no context", func(b *testing.B) { // which it can do without, and is faster then
		executor := peer()
		measure(b, func(context.Context) (int, error) {
			return executor.Get(func() (int, error) { return 1, nil })
		})
	})
}

// peer is the same composition of failsafe-go.
func peer() failsafe.Executor[int] {
	retry := retrypolicy.NewBuilder[int]().
		WithMaxAttempts(3).
		WithBackoffFactor(time.Second, time.Minute, 2).
		WithJitterFactor(0.1).
		Build()
	breaker := circuitbreaker.NewBuilder[int]().
		WithFailureThreshold(5).
		WithSuccessThreshold(2).
		WithDelay(time.Minute).
		Build()
	return failsafe.With[int](retry, breaker)
}

func noop(context.Context) (int, error) { return 1, nil }

func measure(b *testing.B, call func(context.Context) (int, error)) {
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := call(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBreakersMadeAndDropped makes 100,000 breakers a round and reports
// the goroutines that are left.
func BenchmarkBreakersMadeAndDropped(b *testing.B) {
	before := runtime.NumGoroutine()
	settings := resilience.MiddlewareBreaker()
	b.ReportAllocs()
	for b.Loop() {
		for i := range 100_000 {
			breaker := resilience.Breaker(fmt.Sprintf("endpoint-%d", i), settings)
			if _, err := breaker.Acquire(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	left := runtime.NumGoroutine() - before
	b.ReportMetric(float64(left), "goroutines-left")
	if left > 0 {
		b.Errorf("%d goroutines are left", left)
	}
}
