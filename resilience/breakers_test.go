package resilience_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestBreakersByName(t *testing.T) {
	r, err := resilience.NewBreakers(resilience.ClientBreaker())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() { _ = attempt(t.Context(), r.Get("db_write"), errDown) })
	}
	wg.Wait()
	wantState(t, r.Get("db_write"), resilience.StateOpen)
	wantState(t, r.Get("db_read"), resilience.StateClosed)
	var names []string
	for _, b := range r.All() {
		names = append(names, b.Name())
	}
	if !slices.Equal(names, []string{"db_read", "db_write"}) {
		t.Errorf("registry holds %q", names)
	}
	r.Remove("db_write")
	wantState(t, r.Get("db_write"), resilience.StateClosed)
}
