package resilience_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestRetryRefusesWrongSettings(t *testing.T) {
	with := func(s resilience.Strategy) resilience.RetrySettings {
		return resilience.RetrySettings{MaxAttempts: 3, Strategy: s}
	}
	keyed := retryFixed(3)
	keyed.Key = resilience.KeyFromContext
	wrongBudget := retryFixed(3)
	wrongBudget.Budget = resilience.NewBudget(resilience.BudgetSettings{Share: math.NaN(), Burst: -1})
	for _, test := range []struct {
		name     string
		settings resilience.RetrySettings
		want     []string
	}{
		{"zero", resilience.RetrySettings{}, []string{"MaxAttempts is 0", "Strategy is nil"}},
		{"absurd", resilience.RetrySettings{MaxAttempts: 101, MaxTime: 25 * time.Hour, Strategy: resilience.Linear{Step: -1}}, []string{"MaxAttempts is 101", "MaxTime", "Linear.Step is -1ns"}},
		{"exponential", with(resilience.Exponential{Initial: time.Minute, Max: time.Second, Factor: math.NaN(), Jitter: -1, FullJitter: true}),
			[]string{"Initial of 1m0s is more than Max", "Factor is NaN", "Jitter is -1", "both Jitter and FullJitter"}},
		{"shrinking", with(resilience.Exponential{Initial: time.Second, Max: time.Second, Factor: 0.5}), []string{"Factor is 0.5"}},
		{"constant", with(resilience.Constant{Wait: -time.Second}), []string{"Constant.Wait is -1s"}},
		{"adaptive without rules", with(resilience.Adaptive{}), []string{"has no rules"}},
		{"adaptive", with(resilience.Adaptive{Rules: []resilience.Rule{{}, {MaxAttempts: 1, Strategy: resilience.Constant{}}}}), []string{"MaxAttempts is 0", "Rules[0] matches every error", "Strategy is nil"}},
		{"key without budget", keyed, []string{"Budget is nil"}},
		{"wrong budget", wrongBudget, []string{"Share is NaN", "Burst is -1", "MaxKeys is 0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := resilience.Retry(test.settings)
			wantProblems(t, r.Err(), test.want...)
			if err := attempt(t.Context(), r, nil); !errors.Is(err, r.Err()) {
				t.Errorf("a call gives %v", err)
			}
		})
	}
}
