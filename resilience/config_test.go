package resilience_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
}

// documented are the variables of the seed with its defaults.
var documented = map[string]string{
	"CIRCUIT_BREAKER_FAILURE_THRESHOLD": "5", "CIRCUIT_BREAKER_SUCCESS_THRESHOLD": "2",
	"CIRCUIT_BREAKER_TIMEOUT": "60", "CIRCUIT_BREAKER_HALF_OPEN_REQUESTS": "3",
	"RETRY_MAX_ATTEMPTS": "3", "RETRY_INITIAL_DELAY": "1.0", "RETRY_MAX_DELAY": "60.0", "RETRY_BACKOFF_FACTOR": "2.0",
	"DEFAULT_OPERATION_TIMEOUT": "30", "DEFAULT_API_TIMEOUT": "10", "DEFAULT_QUERY_TIMEOUT": "60",
	"HEALTH_CHECK_INTERVAL": "30", "HEALTH_CHECK_TIMEOUT": "5", "HEALTH_CHECK_FAILURE_THRESHOLD": "3",
}

func TestConfigDefaultsAreTheSeeds(t *testing.T) {
	unset, err := resilience.ConfigFrom(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	set, err := resilience.ConfigFrom(environment(documented))
	if err != nil {
		t.Fatal(err)
	}
	if unset.Breaker.OpenTimeout != set.Breaker.OpenTimeout || unset.Retry.Strategy != set.Retry.Strategy ||
		unset.Breaker.FailureThreshold != set.Breaker.FailureThreshold || unset.Health.Interval != set.Health.Interval {
		t.Errorf("the defaults\n%+v\nare not the documented values\n%+v", unset, set)
	}
	_, err = resilience.Compose(resilience.Breaker("b", set.Breaker), resilience.Retry(set.Retry), resilience.Timeout(set.QueryTimeout))
	if err != nil {
		t.Error(err)
	}
}

func TestConfigReadsEveryVariable(t *testing.T) {
	c, err := resilience.ConfigFrom(environment(map[string]string{
		"CIRCUIT_BREAKER_FAILURE_THRESHOLD": "7", "CIRCUIT_BREAKER_SUCCESS_THRESHOLD": "4",
		"CIRCUIT_BREAKER_TIMEOUT": "1.5", "CIRCUIT_BREAKER_HALF_OPEN_REQUESTS": "6",
		"RETRY_MAX_ATTEMPTS": "9", "RETRY_INITIAL_DELAY": "0.25", "RETRY_MAX_DELAY": "11", "RETRY_BACKOFF_FACTOR": "1.5",
		"DEFAULT_OPERATION_TIMEOUT": "31", "DEFAULT_API_TIMEOUT": "12", "DEFAULT_QUERY_TIMEOUT": "61",
		"HEALTH_CHECK_INTERVAL": "33", "HEALTH_CHECK_TIMEOUT": "3", "HEALTH_CHECK_FAILURE_THRESHOLD": "8",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if b := c.Breaker; b.FailureThreshold != 7 || b.SuccessThreshold != 4 || b.OpenTimeout != 1500*time.Millisecond || b.HalfOpenRequests != 6 {
		t.Errorf("breaker: %+v", b)
	}
	want := resilience.Exponential{Initial: 250 * time.Millisecond, Max: 11 * time.Second, Factor: 1.5, Jitter: 0.1}
	if c.Retry.MaxAttempts != 9 || c.Retry.Strategy != want {
		t.Errorf("retry: %+v", c.Retry)
	}
	if c.OperationTimeout != 31*time.Second || c.APITimeout != 12*time.Second || c.QueryTimeout != 61*time.Second {
		t.Errorf("timeouts: %+v", c)
	}
	if h := c.WithCheck(func(context.Context) error { return nil }); h.Interval != 33*time.Second || h.Timeout != 3*time.Second || h.FailureThreshold != 8 || h.Check == nil {
		t.Errorf("health: %+v", h)
	}
}

func TestConfigNamesWhatIsWrong(t *testing.T) {
	for _, bad := range []string{"", "many", "0", "-1", "NaN", "Inf", "1e99", "0x", "5s", " 5"} {
		vars := make(map[string]string)
		for name := range documented {
			vars[name] = bad
		}
		_, err := resilience.ConfigFrom(environment(vars))
		for name := range documented {
			wantProblems(t, err, name+" is \""+bad+"\"; it must be ")
		}
	}
	_, err := resilience.ConfigFrom(environment(map[string]string{
		"CIRCUIT_BREAKER_SUCCESS_THRESHOLD": "4", "RETRY_INITIAL_DELAY": "90", "HEALTH_CHECK_TIMEOUT": "40",
	}))
	wantProblems(t, err, "CIRCUIT_BREAKER_SUCCESS_THRESHOLD is 4, more than CIRCUIT_BREAKER_HALF_OPEN_REQUESTS, 3",
		"RETRY_INITIAL_DELAY is 90 s, more than RETRY_MAX_DELAY, 60 s", "HEALTH_CHECK_TIMEOUT is 40 s")
}

func TestConfigFromEnv(t *testing.T) {
	t.Setenv("RETRY_MAX_ATTEMPTS", "0.5")
	if _, err := resilience.ConfigFromEnv(); err == nil || !strings.Contains(err.Error(), "RETRY_MAX_ATTEMPTS") {
		t.Errorf("error is %v", err)
	}
}

// Whatever the variables hold, they are refused or make policies that work.
func FuzzConfig(f *testing.F) {
	f.Add("5", "2", "60", "1.0", "60.0", "2.0")
	f.Add("NaN", "-1", "1e308", "", "0x1p-2", "+Inf")
	f.Fuzz(func(t *testing.T, threshold, successes, timeout, initial, maximum, factor string) {
		c, err := resilience.ConfigFrom(environment(map[string]string{
			"CIRCUIT_BREAKER_FAILURE_THRESHOLD": threshold, "CIRCUIT_BREAKER_SUCCESS_THRESHOLD": successes,
			"CIRCUIT_BREAKER_TIMEOUT": timeout, "RETRY_INITIAL_DELAY": initial,
			"RETRY_MAX_DELAY": maximum, "RETRY_BACKOFF_FACTOR": factor,
		}))
		if err != nil {
			return
		}
		if _, err := resilience.Compose(resilience.Breaker("b", c.Breaker), resilience.Retry(c.Retry)); err != nil {
			t.Errorf("accepted, but %v", err)
		}
		for attempt := range 50 {
			if d := c.Retry.Strategy.Delay(attempt+1, errDown); d < 0 || d > 24*time.Hour {
				t.Errorf("attempt %d waits %v", attempt+1, d)
			}
		}
	})
}
