package resilience_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestBreakerWindow(t *testing.T) {
	counting := resilience.BreakerSettings{FailureThreshold: 3, SuccessThreshold: 1, OpenTimeout: time.Minute, HalfOpenRequests: 1, Window: 10 * time.Second}
	rate := counting
	rate.FailureThreshold, rate.FailureRate, rate.MinCalls = 0, 0.5, 10
	slow := counting
	slow.FailureThreshold, slow.SlowCall, slow.SlowRate, slow.MinCalls = 0, time.Second, 0.5, 4
	type call struct {
		times int
		every time.Duration // before each call
		took  time.Duration
		err   error
	}
	for _, test := range []struct {
		name     string
		settings resilience.BreakerSettings
		calls    []call
		want     resilience.State
	}{
		{"count, successes between", counting, []call{{1, 0, 0, errDown}, {5, 0, 0, nil}, {2, 0, 0, errDown}}, resilience.StateOpen},
		{"count, spread out", counting, []call{{20, 6 * time.Second, 0, errDown}}, resilience.StateClosed},
		{"count, just within", counting, []call{{3, 4 * time.Second, 0, errDown}}, resilience.StateOpen},
		{"rate, too few calls", rate, []call{{9, 0, 0, errDown}}, resilience.StateClosed},
		{"rate, enough calls", rate, []call{{10, 0, 0, errDown}}, resilience.StateOpen},
		{"rate, below", rate, []call{{8, 0, 0, nil}, {7, 0, 0, errDown}}, resilience.StateClosed},
		{"rate, reached", rate, []call{{8, 0, 0, nil}, {8, 0, 0, errDown}}, resilience.StateOpen},
		{"rate, old successes forgotten", rate, []call{{100, 0, 0, nil}, {1, 11 * time.Second, 0, errDown}, {9, 0, 0, errDown}}, resilience.StateOpen},
		{"slow successes", slow, []call{{2, 0, 0, nil}, {2, 0, time.Second, nil}}, resilience.StateOpen},
		{"slow, too few", slow, []call{{3, 0, 0, nil}, {2, 0, time.Second, nil}}, resilience.StateClosed},
		{"slow, not quite", slow, []call{{9, 0, time.Second - 1, nil}}, resilience.StateClosed},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := resilience.Breaker("test", test.settings)
				for _, c := range test.calls {
					for range c.times {
						pass(c.every)
						_, _ = resilience.Do(t.Context(), b, func(context.Context) (int, error) {
							pass(c.took)
							return 0, c.err
						})
					}
				}
				wantState(t, b, test.want)
			})
		})
	}
}

func TestBreakerSlowProbeFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := resilience.ClientBreaker()
		s.SlowCall = time.Second
		b := opened(t, s)
		pass(time.Minute)
		_, err := resilience.Do(t.Context(), b, func(context.Context) (int, error) { pass(2 * time.Second); return 1, nil })
		if err != nil {
			t.Errorf("a slow answer is an answer, got %v", err)
		}
		wantState(t, b, resilience.StateOpen)
	})
}
