package resilience_test

import (
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestStrategies(t *testing.T) {
	second := func(n ...float64) (d []time.Duration) {
		for _, n := range n {
			d = append(d, time.Duration(n*float64(time.Second)))
		}
		return d
	}
	for _, test := range []struct {
		name     string
		strategy resilience.Strategy
		low      []time.Duration
		high     []time.Duration // nil: as low
	}{
		{"exponential", resilience.Exponential{Initial: time.Second, Max: 5 * time.Second, Factor: 2}, second(1, 2, 4, 5, 5), nil},
		{"factor 1.5", resilience.Exponential{Initial: time.Second, Max: time.Minute, Factor: 1.5}, second(1, 1.5, 2.25), nil},
		{"the seeds' jitter", resilience.MiddlewareRetry().Strategy, second(1, 2, 4, 8, 16, 32, 60, 60), second(1.1, 2.2, 4.4, 8.8, 17.6, 35.2, 60, 60)},
		{"full jitter", resilience.Exponential{Initial: time.Second, Max: time.Minute, Factor: 2, FullJitter: true}, second(0, 0, 0, 0, 0, 0, 0, 0), second(1, 2, 4, 8, 16, 32, 60, 60)},
		{"linear", resilience.Linear{Step: 5 * time.Second}, second(5, 10, 15), nil},
		{"constant", resilience.Constant{Wait: time.Second}, second(1, 1, 1), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			for i, low := range test.low {
				high := low
				if test.high != nil {
					high = test.high[i]
				}
				distinct := make(map[time.Duration]bool)
				for range 100 {
					got := test.strategy.Delay(i+1, errDown)
					distinct[got] = true
					if got < low || got > high {
						t.Fatalf("attempt %d waits %v, want %v to %v", i+1, got, low, high)
					}
				}
				if low < high && len(distinct) < 50 {
					t.Errorf("attempt %d: only %d different delays in 100", i+1, len(distinct))
				}
			}
			if !test.strategy.ShouldRetry(99, errDown) {
				t.Error("does not retry")
			}
			for _, far := range []int{1000, math.MaxInt32} {
				if d := test.strategy.Delay(far, errDown); d < 0 || d > 24*time.Hour {
					t.Errorf("attempt %d waits %v", far, d)
				}
			}
		})
	}
}

func TestAdaptive(t *testing.T) {
	adaptive := retryFixed(10)
	adaptive.Strategy = resilience.MiddlewareAdaptive(resilience.Is(errOther), resilience.Is(errDown))
	for _, test := range []struct {
		name  string
		err   error
		calls int
		took  time.Duration
	}{
		{"rate limited", errOther, 2, time.Minute},
		{"network", errDown, 5, (2 + 4 + 8 + 16) * time.Second},
		{"anything else", errors.New("syntax"), 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{outcome: func(int) error { return test.err }}
				start := time.Now()
				_, err := wrap(t, s.fn, resilience.Retry(adaptive))(t.Context())
				if took := time.Since(start); s.calls != test.calls || took != test.took || !errors.Is(err, test.err) {
					t.Errorf("%d calls in %v, want %d in %v; error %v", s.calls, took, test.calls, test.took, err)
				}
			})
		})
	}
}
