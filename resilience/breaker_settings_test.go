package resilience_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestBreakerRefusesWrongSettings(t *testing.T) {
	good := resilience.MiddlewareBreaker()
	change := func(f func(*resilience.BreakerSettings)) resilience.BreakerSettings {
		s := good
		f(&s)
		return s
	}
	for _, test := range []struct {
		name     string
		settings resilience.BreakerSettings
		want     []string
	}{
		{"zero", resilience.BreakerSettings{}, []string{"SuccessThreshold is 0", "OpenTimeout is 0s", "HalfOpenRequests is 0", "never open"}},
		{"negative", resilience.BreakerSettings{FailureThreshold: -1, SuccessThreshold: -1, OpenTimeout: -1, HalfOpenRequests: -1, Window: -1, SlowCall: -1, MinCalls: -1},
			[]string{"FailureThreshold", "SuccessThreshold", "OpenTimeout", "HalfOpenRequests", "Window", "SlowCall", "MinCalls"}},
		{"absurd", change(func(s *resilience.BreakerSettings) { s.FailureThreshold, s.OpenTimeout = 1e9, 1000*time.Hour }),
			[]string{"FailureThreshold is 1000000000", "OpenTimeout is 1000h0m0s"}},
		{"not a number", change(func(s *resilience.BreakerSettings) { s.FailureRate, s.SlowRate = math.NaN(), math.Inf(1) }),
			[]string{"FailureRate is NaN", "SlowRate is +Inf"}},
		{"never closes", change(func(s *resilience.BreakerSettings) { s.SuccessThreshold = 4 }), []string{"never close"}},
		{"rate without window", change(func(s *resilience.BreakerSettings) { s.FailureRate = 0.5 }), []string{"Window is 0", "MinCalls"}},
		{"slow rate without slow", change(func(s *resilience.BreakerSettings) { s.SlowRate = 0.5 }), []string{"SlowCall is 0"}},
		{"window of nothing", change(func(s *resilience.BreakerSettings) { s.Window = 9 }), []string{"too short"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := resilience.Breaker("test", test.settings)
			wantProblems(t, b.Err(), append(test.want, `breaker "test"`)...)
			if _, err := b.Acquire(t.Context()); !errors.Is(err, b.Err()) {
				t.Errorf("Acquire gives %v", err)
			}
			b.ForceOpen() // must not crash
			if _, err := resilience.NewBreakers(test.settings); err == nil {
				t.Error("a registry takes these settings")
			}
		})
	}
}
