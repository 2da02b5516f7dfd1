package resilience_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/robosystems/kuzuclient/resilience"
)

// A chain for functions that differ from call to call, with the settings of the
// client factory. All that is wrong with it is said at once.
func ExampleCompose() {
	retry := resilience.ClientRetry()
	retry.On = resilience.Not(resilience.Is(errHTTP)) // that is not worth another attempt
	retry.Strategy = resilience.Constant{}
	chain, err := resilience.Compose(resilience.Retry(retry), resilience.Breaker("graph", resilience.ClientBreaker()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, failure := range []error{errConnection, errHTTP} {
		attempts := 0
		_, err := resilience.Do(context.Background(), chain, func(context.Context) (int, error) {
			attempts++
			return 0, failure
		})
		fmt.Println(attempts, errors.Is(err, failure), resilience.Classify(err))
	}
	// Output:
	// 4 true error
	// 1 true error
}

// MiddlewareRetry is a beginning: change it field by field.
func ExampleMiddlewareRetry() {
	s := resilience.MiddlewareRetry()
	fmt.Println(s.MaxAttempts, s.Strategy.Delay(1, nil) >= s.Strategy.(resilience.Exponential).Initial)
	// Output: 3 true
}

// The process's environment sets up policies and a health check.
func ExampleConfigFromEnv() {
	cfg, err := resilience.ConfigFromEnv()
	if err != nil {
		fmt.Println(err) // names every variable that is wrong
		return
	}
	ping := func(context.Context) error { return nil }
	fmt.Println(cfg.Retry.MaxAttempts, cfg.Breaker.OpenTimeout, cfg.QueryTimeout, cfg.WithCheck(ping).Interval)
	// Output: 3 1m0s 1m0s 30s
}
