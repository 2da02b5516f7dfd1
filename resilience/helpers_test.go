package resilience_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

var (
	errDown  = errors.New("down")
	errOther = errors.New("other")
)

// script is a function that fails as told and counts its calls. It is for one
// goroutine.
type script struct {
	calls   int
	outcome func(call int) error // counted from 1; nil always succeeds
}

func (s *script) fn(context.Context) (int, error) {
	s.calls++
	if s.outcome == nil {
		return s.calls, nil
	}
	return s.calls, s.outcome(s.calls)
}

func alwaysDown(int) error { return errDown }

func wrap[T any](t *testing.T, fn func(context.Context) (T, error), policies ...resilience.Policy) func(context.Context) (T, error) {
	t.Helper()
	f, err := resilience.Wrap(fn, policies...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// attempt makes one call behind p that ends in outcome.
func attempt(ctx context.Context, p resilience.Policy, outcome error) error {
	_, err := resilience.Do(ctx, p, func(context.Context) (struct{}, error) { return struct{}{}, outcome })
	return err
}

// pass lets virtual time go by, and all that happens in it.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// wantProblems checks that an error tells all the problems.
func wantProblems(t *testing.T, err error, problems ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", problems)
	}
	for _, p := range problems {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error does not say %q:\n%v", p, err)
		}
	}
}
