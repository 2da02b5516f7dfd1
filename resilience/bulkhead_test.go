package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestBulkheadLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 3, Queue: 4, QueueTimeout: time.Second})
		var (
			wg       sync.WaitGroup
			mu       sync.Mutex
			outcomes = make(map[string]int)
		)
		for range 10 {
			wg.Go(func() {
				_, err := resilience.Do(t.Context(), b, takes(600*time.Millisecond))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					outcomes["passed"]++
				case errors.Is(err, resilience.ErrFull):
					outcomes["full"]++
				case errors.Is(err, resilience.ErrQueueTimeout):
					outcomes["timeout"]++
				}
			})
		}
		synctest.Wait()
		if c := b.Counts(); c.Running != 3 || c.Waiting != 4 || c.Full != 3 {
			t.Errorf("at first %+v", c)
		}
		wg.Wait()
		if outcomes["passed"] != 6 || outcomes["full"] != 3 || outcomes["timeout"] != 1 {
			t.Errorf("outcomes are %v", outcomes)
		}
		if c := b.Counts(); c.Running != 0 || c.Waiting != 0 || c.Passed != 6 || c.Full != 3 || c.TimedOut != 1 {
			t.Errorf("in the end %+v", c)
		}
	})
}

// crowd lets callers queue one after the other behind a full compartment, then
// frees the place and returns the order in which they got it.
func crowd(t *testing.T, b *resilience.Compartment, keys ...string) (order []string, full int) {
	t.Helper()
	release, err := b.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	for i, key := range keys {
		wg.Go(func() {
			_, err := resilience.Do(resilience.WithKey(t.Context(), key), b, func(context.Context) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, fmt.Sprintf("%s%d", key, i))
				return 0, nil
			})
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				full++
			}
		})
		synctest.Wait()
	}
	release()
	release() // does nothing
	wg.Wait()
	return order, full
}

func TestBulkheadServesKeysInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 1, Queue: 10, QueueTimeout: time.Second, Key: resilience.KeyFromContext})
		order, full := crowd(t, b, "a", "a", "a", "a", "b", "c", "b")
		if want := []string{"a0", "b4", "c5", "a1", "b6", "a2", "a3"}; !slices.Equal(order, want) || full != 0 {
			t.Errorf("served in the order %v, want %v; %d refused", order, want, full)
		}
	})
}

func TestBulkheadFloodMakesRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 1, Queue: 4, QueueTimeout: time.Second, Key: resilience.KeyFromContext})
		order, full := crowd(t, b, "a", "a", "a", "a", "a", "b", "b", "b")
		if want := []string{"a0", "b5", "a1", "b6"}; !slices.Equal(order, want) || full != 4 {
			t.Errorf("served in the order %v, want %v; %d refused", order, want, full)
		}
		if n := b.Counts().Full; n != 4 {
			t.Errorf("counted %d as refused, want 4", n)
		}
	})
}

func TestBulkheadWithoutKeysIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 1, Queue: 10, QueueTimeout: time.Second})
		if order, _ := crowd(t, b, "a", "a", "b", "c"); !slices.Equal(order, []string{"a0", "a1", "b2", "c3"}) {
			t.Errorf("served in the order %v", order)
		}
	})
}

func TestBulkheadCancelInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 1, Queue: 1, QueueTimeout: time.Minute})
		release, err := b.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		err = attempt(ctx, b, nil)
		var refusal *resilience.RefusedError
		if !errors.Is(err, context.Canceled) || !errors.As(err, &refusal) {
			t.Errorf("got %v", err)
		}
		if c := b.Counts(); c.Waiting != 0 || c.TimedOut != 0 {
			t.Errorf("counts are %+v", c)
		}
		release()
		if err := attempt(t.Context(), b, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestBulkheadKeepsItsPlacesThroughPanicsAndStorms(t *testing.T) {
	b := resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 2, Queue: 5, QueueTimeout: time.Millisecond, Key: resilience.KeyFromContext})
	var wg sync.WaitGroup
	for i := range 500 {
		wg.Go(func() {
			defer func() { _ = recover() }()
			ctx, cancel := context.WithCancel(resilience.WithKey(t.Context(), string(rune('a'+i%3))))
			defer cancel()
			if i%5 == 0 {
				go cancel()
			}
			_, _ = resilience.Do(ctx, b, func(context.Context) (int, error) {
				if i%7 == 0 {
					panic("boom")
				}
				return 0, nil
			})
		})
	}
	wg.Wait()
	if c := b.Counts(); c.Running != 0 || c.Waiting != 0 {
		t.Errorf("places were lost: %+v", c)
	}
}

func TestBulkheadRefusesWrongSettings(t *testing.T) {
	b := resilience.Bulkhead(resilience.BulkheadSettings{Queue: -1, QueueTimeout: -1})
	wantProblems(t, b.Err(), "Concurrent is 0", "Queue is -1", "QueueTimeout is -1ns")
	if _, err := b.Acquire(t.Context()); err == nil {
		t.Error("a wrong bulkhead lets calls through")
	}
	wantProblems(t, resilience.Bulkhead(resilience.BulkheadSettings{Concurrent: 1, Queue: 1}).Err(), "both or neither")
}
