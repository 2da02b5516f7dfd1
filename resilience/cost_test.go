package resilience_test

import (
	"runtime"
	"testing"

	"github.com/robosystems/kuzuclient/resilience"
)

// Times are measured in bench/; what does not depend on the machine is held
// here.
func TestCallBehindClosedBreakerAndRetryAllocatesLittle(t *testing.T) {
	f := wrap(t, (&script{}).fn, resilience.Retry(resilience.MiddlewareRetry()), resilience.Breaker("b", resilience.MiddlewareBreaker()))
	ctx := t.Context()
	if n := testing.AllocsPerRun(1000, func() { _, _ = f(ctx) }); n > 2 {
		t.Errorf("%v allocations a call, want at most 2", n)
	}
}

// With a reset interval, each breaker of the library would keep a goroutine.
func TestBreakersLeaveNoGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	settings := resilience.MiddlewareBreaker()
	for i := range 100_000 {
		b := resilience.Breaker("b", settings)
		_ = attempt(t.Context(), b, nil)
		if i%1000 == 0 {
			b.ForceOpen()
		}
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}
