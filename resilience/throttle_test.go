package resilience_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestThrottleRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := resilience.Throttle(resilience.ThrottleSettings{Name: "api", Calls: 100, Period: time.Minute, Burst: 100})
		for i := range 100 {
			if err := attempt(t.Context(), th, nil); err != nil {
				t.Fatalf("call %d: %v", i+1, err)
			}
		}
		err := attempt(t.Context(), th, nil)
		var refusal *resilience.RefusedError
		if !errors.As(err, &refusal) || !errors.Is(err, resilience.ErrThrottled) || refusal.RetryAfter != 600*time.Millisecond {
			t.Fatalf("call 101: %v", err)
		}
		pass(refusal.RetryAfter)
		if err := attempt(t.Context(), th, nil); err != nil {
			t.Errorf("after the time it said: %v", err)
		}
		if c := th.Counts(); c.Passed != 101 || c.Refused != 1 {
			t.Errorf("counts are %+v", c)
		}
	})
}

func TestThrottleWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := resilience.Throttle(resilience.ThrottleSettings{Calls: 10, Period: 10 * time.Second, Burst: 1, MaxWait: 3 * time.Second})
		start := time.Now()
		var (
			wg      sync.WaitGroup
			mu      sync.Mutex
			turns   = make(map[time.Duration]int)
			refused int
		)
		for range 10 {
			wg.Go(func() {
				err := attempt(t.Context(), th, nil)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					refused++
					return
				}
				turns[time.Since(start)]++
			})
		}
		synctest.Wait()
		if n := th.Counts().Waiting; n != 3 {
			t.Errorf("%d wait, want 3", n)
		}
		wg.Wait()
		if refused != 6 || turns[0] != 1 || turns[time.Second] != 1 || turns[2*time.Second] != 1 || turns[3*time.Second] != 1 {
			t.Errorf("%d refused, turns at %v", refused, turns)
		}
	})
}

func TestThrottleHeedsTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := resilience.Throttle(resilience.ThrottleSettings{Calls: 1, Period: time.Second, Burst: 1, MaxWait: time.Minute})
		_ = attempt(t.Context(), th, nil)
		short, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		if err := attempt(short, th, nil); !errors.Is(err, resilience.ErrThrottled) || time.Since(start) != 0 {
			t.Errorf("turn after the deadline: %v after %v", err, time.Since(start))
		}
		canceled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		err := attempt(canceled, th, nil)
		var refusal *resilience.RefusedError
		if !errors.Is(err, context.Canceled) || !errors.As(err, &refusal) || time.Since(start) != 100*time.Millisecond {
			t.Errorf("canceled: %v after %v", err, time.Since(start))
		}
		if err := attempt(canceled, th, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled before: %v", err)
		}
		if err := attempt(t.Context(), th, nil); err != nil || time.Since(start) != time.Second {
			t.Errorf("those that left took a turn: %v after %v", err, time.Since(start))
		}
	})
}

func TestThrottleRefusesWrongSettings(t *testing.T) {
	th := resilience.Throttle(resilience.ThrottleSettings{Calls: 0, Period: -1, Burst: 0, MaxWait: -1})
	wantProblems(t, th.Err(), "Calls is 0", "Period is -1ns", "Burst is 0", "MaxWait is -1ns")
	if err := attempt(t.Context(), th, nil); err == nil {
		t.Error("a wrong throttle lets calls through")
	}
	wantProblems(t, resilience.Throttle(resilience.ThrottleSettings{Calls: 1, Period: 1, Burst: 2}).Err(), "at most Calls")
}
