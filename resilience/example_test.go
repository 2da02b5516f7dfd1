package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// The examples follow the code samples of the robustness middleware's
// specification, each with waits short enough to run.

var (
	errHTTP       = errors.New("HTTP 502")
	errConnection = errors.New("connection reset")
)

// quickly is the middleware's retry with waits of milliseconds.
func quickly(attempts int) resilience.RetrySettings {
	s := resilience.MiddlewareRetry()
	s.MaxAttempts = attempts
	s.Strategy = resilience.Exponential{Initial: time.Millisecond, Max: time.Second, Factor: 2, Jitter: 0.1}
	return s
}

func ExampleBreakerSettings() {
	s := resilience.MiddlewareBreaker()
	fmt.Println(s.FailureThreshold, "failures before opening")
	fmt.Println(s.SuccessThreshold, "successes to close")
	fmt.Println(s.OpenTimeout, "before half-open")

	s.Failure = resilience.AnyOf(resilience.Is(errConnection), resilience.As[*resilience.TimeoutError]()) // what is expected to fail
	fmt.Println(s.Failure(fmt.Errorf("calling: %w", errConnection)), s.Failure(errHTTP))
	// Output:
	// 5 failures before opening
	// 2 successes to close
	// 1m0s before half-open
	// true false
}

func ExampleBreaker() {
	settings := resilience.MiddlewareBreaker()
	settings.FailureThreshold = 5
	settings.OpenTimeout = time.Minute
	qbBreaker := resilience.Breaker("quickbooks_api", settings)

	callQuickbooksAPI, err := resilience.Wrap(func(context.Context) (string, error) {
		return "", errConnection
	}, qbBreaker)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 6 {
		_, err = callQuickbooksAPI(context.Background())
	}
	fmt.Println(errors.Is(err, resilience.ErrOpen))
	if qbBreaker.State() == resilience.StateOpen {
		fmt.Println("QuickBooks API circuit is open")
	}
	// Output:
	// true
	// QuickBooks API circuit is open
}

func ExampleCircuitBreaker_Acquire() {
	breaker := resilience.Breaker("external_api", resilience.MiddlewareBreaker())
	done, err := breaker.Acquire(context.Background())
	if err != nil {
		fmt.Println("refused:", err)
		return
	}
	err = errHTTP // what the block between came to
	done(err)
	fmt.Println(breaker.State(), breaker.Counts().Failures)
	// Output: closed 1
}

func ExampleCircuitBreaker_Notify() {
	breaker := resilience.Breaker("external_api", resilience.MiddlewareBreaker())
	stop := breaker.Notify(func(e resilience.Event) {
		fmt.Printf("%s: %s, %s\n", e.Source, e.Kind, e.Detail)
	})
	defer stop()
	breaker.ForceOpen()
	breaker.Release()
	// Output:
	// external_api: breaker opened, forced open
	// external_api: breaker closed, released
}

// Separate breakers for different operations: writes may fail without reads
// being cut off.
func ExampleBreakers() {
	breakers, err := resilience.NewBreakers(resilience.MiddlewareBreaker())
	if err != nil {
		fmt.Println(err)
		return
	}
	readBreaker, writeBreaker := breakers.Get("db_read"), breakers.Get("db_write")
	for range 5 {
		_, _ = resilience.Do(context.Background(), writeBreaker, func(context.Context) (int, error) { return 0, errConnection })
	}
	fmt.Println(readBreaker.State(), writeBreaker.State())
	// Output: closed open
}

func ExampleTimeout() {
	longOperation, err := resilience.Wrap(func(ctx context.Context) (string, error) {
		select {
		case <-time.After(time.Hour): // a large dataset
			return "processed", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}, resilience.Timeout(20*time.Millisecond)) // or resilience.OperationTimeout, 30 s
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = longOperation(context.Background())
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// resilience: timeout after 20ms: context deadline exceeded
	// true
}

func ExampleSplitTimeout() {
	budget := resilience.SplitTimeout(30*time.Second,
		resilience.Share{Stage: "db", Part: 0.3},
		resilience.Share{Stage: "api", Part: 0.5},
		resilience.Share{Stage: "processing", Part: 0.2})
	stage := func(ctx context.Context, name string) error {
		_, err := resilience.Do(ctx, budget.Stage(name), func(ctx context.Context) (struct{}, error) {
			deadline, _ := ctx.Deadline()
			fmt.Println(name, time.Until(deadline).Round(time.Second))
			return struct{}{}, nil
		})
		return err
	}
	complexOperation := func(ctx context.Context) error {
		ctx, end := budget.Start(ctx)
		defer end()
		return errors.Join(stage(ctx, "db"), stage(ctx, "api"), stage(ctx, "processing"))
	}
	fmt.Println(complexOperation(context.Background()))
	// Output:
	// db 9s
	// api 15s
	// processing 6s
	// <nil>
}

func ExampleThrottle() {
	throttle := resilience.Throttle(resilience.ThrottleSettings{Calls: 100, Period: time.Minute, Burst: 100})
	apiEndpoint, err := resilience.Wrap(func(context.Context) (string, error) { return "ok", nil }, throttle)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 101 {
		_, err = apiEndpoint(context.Background())
	}
	fmt.Println(throttle.Counts().Passed, errors.Is(err, resilience.ErrThrottled))
	// Output: 100 true
}

func ExampleBulkhead() {
	bulkhead := resilience.Bulkhead(resilience.BulkheadSettings{Name: "reports", Concurrent: 1})
	release, err := bulkhead.Acquire(context.Background()) // a slow report
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = bulkhead.Acquire(context.Background())
	fmt.Println(err)
	release()
	release, err = bulkhead.Acquire(context.Background())
	fmt.Println(err)
	release()
	// Output:
	// resilience: bulkhead "reports": bulkhead full
	// <nil>
}
