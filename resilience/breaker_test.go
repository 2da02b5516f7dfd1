package resilience_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// opened returns a breaker that has just opened.
func opened(t *testing.T, settings resilience.BreakerSettings) *resilience.CircuitBreaker {
	t.Helper()
	b := resilience.Breaker("test", settings)
	for range settings.FailureThreshold {
		_ = attempt(t.Context(), b, errDown)
	}
	wantState(t, b, resilience.StateOpen)
	return b
}

func wantState(t *testing.T, b *resilience.CircuitBreaker, want resilience.State) {
	t.Helper()
	if got := b.State(); got != want {
		t.Fatalf("state is %v, want %v", got, want)
	}
}

// The library would forget the failures every second.
func TestBreakerCountsFailuresInARowHoweverSlow(t *testing.T) {
	for _, every := range []time.Duration{time.Millisecond, time.Second, time.Hour} {
		t.Run(every.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := resilience.Breaker("test", resilience.MiddlewareBreaker())
				for range 5 {
					wantState(t, b, resilience.StateClosed)
					pass(every)
					if err := attempt(t.Context(), b, errDown); !errors.Is(err, errDown) {
						t.Fatalf("a closed breaker gives %v", err)
					}
				}
				wantState(t, b, resilience.StateOpen)
			})
		})
	}
}

func TestBreakerSuccessBreaksTheRow(t *testing.T) {
	b := resilience.Breaker("test", resilience.MiddlewareBreaker())
	for range 3 {
		for range 4 {
			_ = attempt(t.Context(), b, errDown)
		}
		_ = attempt(t.Context(), b, nil)
	}
	wantState(t, b, resilience.StateClosed)
}

func TestBreakerOpensTestsAndCloses(t *testing.T) {
	for _, preset := range []struct {
		name     string
		settings resilience.BreakerSettings
		probes   int
	}{
		{"middleware", resilience.MiddlewareBreaker(), 2},
		{"client", resilience.ClientBreaker(), 1},
	} {
		t.Run(preset.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := opened(t, preset.settings)
				pass(59 * time.Second)
				err := attempt(t.Context(), b, nil)
				var refusal *resilience.RefusedError
				if !errors.As(err, &refusal) || !errors.Is(err, resilience.ErrOpen) || refusal.RetryAfter != time.Second {
					t.Fatalf("open: %v, want a refusal with 1s to go", err)
				}
				pass(time.Second)
				wantState(t, b, resilience.StateHalfOpen)
				for range preset.probes {
					wantState(t, b, resilience.StateHalfOpen)
					if err := attempt(t.Context(), b, nil); err != nil {
						t.Fatal(err)
					}
				}
				wantState(t, b, resilience.StateClosed)
			})
		})
	}
}

func TestBreakerFailedProbeOpensAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := opened(t, resilience.MiddlewareBreaker())
		pass(time.Minute)
		_ = attempt(t.Context(), b, nil)
		_ = attempt(t.Context(), b, errDown)
		wantState(t, b, resilience.StateOpen)
		pass(59 * time.Second)
		wantState(t, b, resilience.StateOpen)
		pass(time.Second)
		wantState(t, b, resilience.StateHalfOpen)
		_ = attempt(t.Context(), b, nil)
		wantState(t, b, resilience.StateHalfOpen) // the success before the failure does not count
	})
}

func TestBreakerLetsExactlyItsProbesThrough(t *testing.T) {
	for _, preset := range []resilience.BreakerSettings{resilience.MiddlewareBreaker(), resilience.ClientBreaker()} {
		synctest.Test(t, func(t *testing.T) {
			b := opened(t, preset)
			pass(time.Minute)
			var (
				wg      sync.WaitGroup
				passed  = make(chan func(error), 1000)
				go1     = make(chan struct{})
				refused = make(chan error, 1000)
			)
			for range 1000 {
				wg.Go(func() {
					<-go1
					done, err := b.Acquire(t.Context())
					if err != nil {
						refused <- err
						return
					}
					passed <- done
				})
			}
			synctest.Wait()
			close(go1)
			wg.Wait()
			if len(passed) != preset.HalfOpenRequests || len(refused) != 1000-preset.HalfOpenRequests {
				t.Fatalf("%d passed and %d were refused, want %d to pass", len(passed), len(refused), preset.HalfOpenRequests)
			}
			for range preset.SuccessThreshold {
				(<-passed)(nil)
			}
			wantState(t, b, resilience.StateClosed)
		})
	}
}

// A call that began before the trip tells nothing about the service of now.
func TestBreakerDropsResultsFromBeforeTheTrip(t *testing.T) {
	for _, late := range []error{nil, errDown} {
		synctest.Test(t, func(t *testing.T) {
			b := resilience.Breaker("test", resilience.ClientBreaker())
			old, err := b.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				_ = attempt(t.Context(), b, errDown)
			}
			pass(time.Minute)
			wantState(t, b, resilience.StateHalfOpen)
			old(late)
			wantState(t, b, resilience.StateHalfOpen)
			if n := b.Counts().Stale; n != 1 {
				t.Errorf("%d stale results, want 1", n)
			}
			if err := attempt(t.Context(), b, nil); err != nil {
				t.Errorf("the late result took the probe's place: %v", err)
			}
			wantState(t, b, resilience.StateClosed)
		})
	}
}

func TestBreakerProbesThatHangGiveUpTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := opened(t, resilience.ClientBreaker())
		pass(time.Minute)
		hanging, err := b.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pass(59 * time.Second)
		if err := attempt(t.Context(), b, nil); !errors.Is(err, resilience.ErrOpen) {
			t.Errorf("while the probe runs: %v", err)
		}
		pass(time.Second)
		if err := attempt(t.Context(), b, nil); err != nil {
			t.Errorf("after the probe hung for the open timeout: %v", err)
		}
		wantState(t, b, resilience.StateClosed)
		hanging(errDown)
		wantState(t, b, resilience.StateClosed)
	})
}
