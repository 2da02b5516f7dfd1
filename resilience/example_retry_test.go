package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func ExampleRetry() {
	retry := quickly(3)
	retry.On = resilience.Is(errHTTP, errConnection)
	calls := 0
	fetchData, err := resilience.Wrap(func(context.Context) (string, error) {
		if calls++; calls < 3 {
			return "", errConnection
		}
		return "data", nil
	}, resilience.Retry(retry))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fetchData(context.Background()))
	fmt.Println(calls, "calls")
	// Output:
	// data <nil>
	// 3 calls
}

func ExampleExponential() {
	policy := resilience.Exponential{Initial: time.Second, Max: time.Minute, Factor: 2, Jitter: 0.1}
	for attempt := 1; attempt <= 7; attempt++ {
		d := policy.Delay(attempt, nil)
		least := min(time.Second<<(attempt-1), time.Minute)
		fmt.Println(least, d >= least && d <= least+least/10)
	}
	// Output:
	// 1s true
	// 2s true
	// 4s true
	// 8s true
	// 16s true
	// 32s true
	// 1m0s true
}

func ExampleRetrier_Counts() {
	retrier := resilience.Retry(quickly(5))
	calls := 0
	_, err := resilience.Do(context.Background(), retrier, func(context.Context) (int, error) {
		if calls++; calls < 5 {
			return 0, errConnection
		}
		return calls, nil
	})
	c := retrier.Counts()
	fmt.Println(err, c.Operations, c.Attempts, c.SucceededAfterRetry, c.Exhausted, c.Delay > 15*time.Millisecond)
	// Output: <nil> 1 5 1 0 true
}

func ExampleLinear() {
	policy := resilience.RetrySettings{MaxAttempts: 3, Strategy: resilience.Linear{Step: 5 * time.Second}}
	for attempt := range policy.MaxAttempts - 1 {
		fmt.Println(policy.Strategy.Delay(attempt+1, nil))
	}
	// Output:
	// 5s
	// 10s
}

type recoverableError struct{ reason string }

func (e *recoverableError) Error() string { return e.reason }

// customRetryPolicy is a [resilience.Strategy] of one's own.
type customRetryPolicy struct{}

func (customRetryPolicy) Delay(attempt int, _ error) time.Duration {
	return min(time.Duration(attempt)*2*time.Second, 30*time.Second)
}

func (customRetryPolicy) ShouldRetry(_ int, err error) bool {
	var recoverable *recoverableError
	return errors.As(err, &recoverable)
}

func ExampleStrategy() {
	var policy resilience.Strategy = customRetryPolicy{}
	fmt.Println(policy.Delay(1, nil), policy.Delay(20, nil))

	retry := resilience.Retry(resilience.RetrySettings{MaxAttempts: 3, Strategy: policy})
	calls := 0
	_, err := resilience.Do(context.Background(), retry, func(context.Context) (int, error) { calls++; return 0, errors.New("wrong password") })
	fmt.Println(calls, err)
	// Output:
	// 2s 30s
	// 1 wrong password
}

func ExampleMiddlewareAdaptive() {
	errRateLimit, errNetwork := errors.New("429"), errors.New("network")
	adaptive := resilience.MiddlewareAdaptive(resilience.Is(errRateLimit), resilience.Is(errNetwork))
	for _, err := range []error{errRateLimit, errNetwork, errors.New("syntax")} {
		fmt.Print(err, ":")
		for attempt := 1; adaptive.ShouldRetry(attempt, err); attempt++ {
			fmt.Print(" ", adaptive.Delay(attempt, err))
		}
		fmt.Println()
	}
	// Output:
	// 429: 1m0s
	// network: 2s 4s 8s 16s
	// syntax:
}

func ExampleBudget() {
	settings := resilience.DefaultBudget()
	settings.PerSecond, settings.Burst = 0, 2
	retry := quickly(3)
	retry.Budget = resilience.NewBudget(settings)
	f, err := resilience.Wrap(func(context.Context) (int, error) { return 0, errConnection }, resilience.Retry(retry))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		_, err := f(context.Background())
		var re *resilience.RetryError
		fmt.Println(errors.As(err, &re), re.Attempts, re.Reason)
	}
	// Output:
	// true 3 attempts exhausted
	// true 1 retry budget empty
}
