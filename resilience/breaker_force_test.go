package resilience_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestBreakerForced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Breaker("test", resilience.ClientBreaker())
		b.ForceOpen()
		pass(time.Hour)
		if err := attempt(t.Context(), b, nil); !errors.Is(err, resilience.ErrOpen) {
			t.Errorf("forced open: %v", err)
		}
		b.ForceClosed()
		for range 100 {
			_ = attempt(t.Context(), b, errDown)
		}
		wantState(t, b, resilience.StateClosed)
		b.Release()
		for range 4 {
			_ = attempt(t.Context(), b, errDown)
		}
		wantState(t, b, resilience.StateClosed)
		_ = attempt(t.Context(), b, errDown)
		wantState(t, b, resilience.StateOpen)
		b.Release()
		wantState(t, b, resilience.StateClosed)
		pass(2 * time.Minute) // the timer of the opening must not half-open it
		wantState(t, b, resilience.StateClosed)
	})
}

// The library's timer may fire in the very moment in which the open state is
// ended by hand, and would then half-open a closed breaker.
func TestBreakerReleasedAsItsTimerFires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 500 {
			b := opened(t, resilience.ClientBreaker())
			<-time.After(time.Minute)
			b.Release()
			synctest.Wait()
			wantState(t, b, resilience.StateClosed)
		}
	})
}
