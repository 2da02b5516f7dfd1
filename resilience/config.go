package resilience

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// A Config is what the environment variables of the robustness middleware set.
// In brackets the defaults; times are in seconds, with or without a fraction.
//
//	CIRCUIT_BREAKER_FAILURE_THRESHOLD   failures in a row that open a breaker [5]
//	CIRCUIT_BREAKER_SUCCESS_THRESHOLD   successes that close it again [2]
//	CIRCUIT_BREAKER_TIMEOUT             time it stays open [60]
//	CIRCUIT_BREAKER_HALF_OPEN_REQUESTS  calls let through while half-open [3]
//	RETRY_MAX_ATTEMPTS                  attempts, the first included [3]
//	RETRY_INITIAL_DELAY                 wait before the second attempt [1.0]
//	RETRY_MAX_DELAY                     longest wait [60.0]
//	RETRY_BACKOFF_FACTOR                each wait is so many times the last [2.0]
//	DEFAULT_OPERATION_TIMEOUT           [30]
//	DEFAULT_API_TIMEOUT                 [10]
//	DEFAULT_QUERY_TIMEOUT               [60]
//	HEALTH_CHECK_INTERVAL               time between checks [30]
//	HEALTH_CHECK_TIMEOUT                time for a check [5]
//	HEALTH_CHECK_FAILURE_THRESHOLD      failures in a row that mean down [3]
type Config struct {
	Breaker BreakerSettings // CIRCUIT_BREAKER_*
	Retry   RetrySettings   // RETRY_*

	OperationTimeout, APITimeout, QueryTimeout time.Duration // DEFAULT_*_TIMEOUT, for [Timeout]

	// Health lacks the check of the service; see WithCheck.
	Health ServiceSettings
}

// WithCheck returns c.Health for a service with this check.
func (c Config) WithCheck(check func(context.Context) error) ServiceSettings {
	s := c.Health
	s.Check = check
	return s
}

// ConfigFromEnv reads the process's environment; see ConfigFrom.
func ConfigFromEnv() (Config, error) { return ConfigFrom(os.LookupEnv) }

// ConfigFrom reads variables through lookup, which tells whether one is set.
// One that is not set has its default, one that is set to nothing is wrong. The
// error names every variable that is wrong, what it holds and what it may hold,
// and what does not go together; the Config is then of no use.
func ConfigFrom(lookup func(string) (string, bool)) (Config, error) {
	c := Config{
		Breaker:          MiddlewareBreaker(),
		Retry:            MiddlewareRetry(),
		OperationTimeout: OperationTimeout,
		APITimeout:       APITimeout,
		QueryTimeout:     QueryTimeout,
		Health:           MiddlewareHealth(nil),
	}
	backoff := c.Retry.Strategy.(Exponential)
	v := variables{lookup: lookup}
	v.count("CIRCUIT_BREAKER_FAILURE_THRESHOLD", &c.Breaker.FailureThreshold, maxCount)
	v.count("CIRCUIT_BREAKER_SUCCESS_THRESHOLD", &c.Breaker.SuccessThreshold, maxCount)
	v.seconds("CIRCUIT_BREAKER_TIMEOUT", &c.Breaker.OpenTimeout)
	v.count("CIRCUIT_BREAKER_HALF_OPEN_REQUESTS", &c.Breaker.HalfOpenRequests, maxCount)
	v.count("RETRY_MAX_ATTEMPTS", &c.Retry.MaxAttempts, maxAttempts)
	v.seconds("RETRY_INITIAL_DELAY", &backoff.Initial)
	v.seconds("RETRY_MAX_DELAY", &backoff.Max)
	v.number("RETRY_BACKOFF_FACTOR", &backoff.Factor, 1, 100)
	v.seconds("DEFAULT_OPERATION_TIMEOUT", &c.OperationTimeout)
	v.seconds("DEFAULT_API_TIMEOUT", &c.APITimeout)
	v.seconds("DEFAULT_QUERY_TIMEOUT", &c.QueryTimeout)
	v.seconds("HEALTH_CHECK_INTERVAL", &c.Health.Interval)
	v.seconds("HEALTH_CHECK_TIMEOUT", &c.Health.Timeout)
	v.count("HEALTH_CHECK_FAILURE_THRESHOLD", &c.Health.FailureThreshold, maxCount)
	c.Retry.Strategy = backoff
	if v.errs == nil { // or it would all be said twice
		v.less("CIRCUIT_BREAKER_SUCCESS_THRESHOLD", c.Breaker.SuccessThreshold, "CIRCUIT_BREAKER_HALF_OPEN_REQUESTS", c.Breaker.HalfOpenRequests,
			"the breaker would never close")
		v.lessTime("RETRY_INITIAL_DELAY", backoff.Initial, "RETRY_MAX_DELAY", backoff.Max, "the first wait would be too long")
		v.lessTime("HEALTH_CHECK_TIMEOUT", c.Health.Timeout, "HEALTH_CHECK_INTERVAL", c.Health.Interval, "checks would fall behind")
	}
	return c, errors.Join(v.errs...)
}

// variables reads variables into settings and collects what is wrong.
type variables struct {
	lookup func(string) (string, bool)
	errs   []error
}

func (v *variables) wrong(name, held, want string) {
	v.errs = append(v.errs, fmt.Errorf("resilience: %s is %q; it must be %s", name, held, want))
}

func (v *variables) count(name string, into *int, highest int) {
	held, set := v.lookup(name)
	if !set {
		return
	}
	n, err := strconv.Atoi(held)
	if err != nil || n < 1 || n > highest {
		v.wrong(name, held, fmt.Sprintf("a whole number from 1 to %d", highest))
		return
	}
	*into = n
}

func (v *variables) number(name string, into *float64, lowest, highest float64) {
	held, set := v.lookup(name)
	if !set {
		return
	}
	x, err := strconv.ParseFloat(held, 64)
	if err != nil || !(x >= lowest && x <= highest) { // NaN compares to nothing
		v.wrong(name, held, fmt.Sprintf("a number from %v to %v", lowest, highest))
		return
	}
	*into = x
}

func (v *variables) seconds(name string, into *time.Duration) {
	const shortest = 0.001
	x := into.Seconds()
	before := len(v.errs)
	v.number(name, &x, shortest, maxDuration.Seconds())
	if len(v.errs) == before {
		*into = time.Duration(x * float64(time.Second))
	}
}

func (v *variables) less(small string, n int, large string, m int, or string) {
	if n > m {
		v.errs = append(v.errs, fmt.Errorf("resilience: %s is %d, more than %s, %d: %s", small, n, large, m, or))
	}
}

func (v *variables) lessTime(small string, d time.Duration, large string, most time.Duration, or string) {
	if d > most {
		v.errs = append(v.errs, fmt.Errorf("resilience: %s is %v s, more than %s, %v s: %s", small, d.Seconds(), large, most.Seconds(), or))
	}
}
