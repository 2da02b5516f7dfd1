// Command resilience measures a call that succeeds at once behind a retry around
// a closed breaker, against the same composition of failsafe-go, and counts the
// goroutines that 100,000 breakers leave.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/resilience"
)

const (
	rounds = 21
	calls  = 50_000 // a round
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "resilience:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	ours, err := resilience.Wrap(noop,
		resilience.Retry(resilience.MiddlewareRetry()),
		resilience.Breaker("bench", resilience.MiddlewareBreaker()))
	if err != nil {
		return err
	}
	executor := newPeer()
	peer := func(ctx context.Context) (int, error) {
		return executor.WithContext(ctx).GetWithExecution(func(e failsafe.Execution[int]) (int, error) { return noop(e.Context()) })
	}
	bare := func(context.Context) (int, error) { // which it can do without a context, and allocates less then
		return executor.Get(func() (int, error) { return 1, nil })
	}
	var rows []table.Row
	for _, pair := range []struct {
		name     string
		side     func(context.Context) (int, error)
		baseline func(context.Context) (int, error)
		target   table.Target
	}{
		{"resilience: retry and closed breaker, against failsafe-go", ours, peer, table.AtMost(1)},
		{"resilience: the same, against failsafe-go without a context", ours, bare, table.Target{}},
		{"resilience: failsafe-go against failsafe-go", peer, peer, table.Target{}},
	} {
		row := table.Row{Name: pair.name, Unit: "ns", Target: pair.target}
		row.Ours, row.Baseline, row.Ratio, err = table.Paired(rounds, timeOf(ctx, pair.side), timeOf(ctx, pair.baseline))
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	allocations, err := allocationsOf(ctx, ours)
	if err != nil {
		return err
	}
	left, err := goroutines(ctx)
	if err != nil {
		return err
	}
	return table.Report(os.Stdout, table.File, append(rows,
		table.Within("resilience: retry and closed breaker, time of a call", "ns", rows[0].Ours, 350),
		table.Within("resilience: retry and closed breaker, allocations", "allocs", allocations, 2),
		table.Row{Name: "resilience: goroutines of 100,000 breakers, in place of a ratio", Unit: "goroutines", Ours: left, Ratio: left, Target: table.AtMost(0)},
	)...)
}

// newPeer is the same composition of failsafe-go.
func newPeer() failsafe.Executor[int] {
	retry := retrypolicy.NewBuilder[int]().WithMaxAttempts(3).WithBackoffFactor(time.Second, time.Minute, 2).WithJitterFactor(0.1).Build()
	breaker := circuitbreaker.NewBuilder[int]().WithFailureThreshold(5).WithSuccessThreshold(2).WithDelay(time.Minute).Build()
	return failsafe.With[int](retry, breaker)
}

func noop(context.Context) (int, error) { return 1, nil }

// timeOf is the time of a call in ns, the mean of a round.
func timeOf(ctx context.Context, call func(context.Context) (int, error)) func() (float64, error) {
	return func() (float64, error) {
		began := time.Now()
		for range calls {
			if n, err := call(ctx); err != nil || n != 1 {
				return 0, fmt.Errorf("a call returned %d: %w", n, errors.Join(err))
			}
		}
		return float64(time.Since(began)) / calls, nil
	}
}

func allocationsOf(ctx context.Context, call func(context.Context) (int, error)) (float64, error) {
	var failed error
	return testing.AllocsPerRun(1000, func() {
		if _, err := call(ctx); err != nil {
			failed = err
		}
	}), failed
}

// goroutines is how many are left of 100,000 breakers that were made, used and
// dropped.
func goroutines(ctx context.Context) (float64, error) {
	before := runtime.NumGoroutine()
	settings := resilience.MiddlewareBreaker()
	for i := range 100_000 {
		if _, err := resilience.Breaker(fmt.Sprintf("endpoint-%d", i), settings).Acquire(ctx); err != nil {
			return 0, err
		}
	}
	return float64(runtime.NumGoroutine() - before), nil
}
