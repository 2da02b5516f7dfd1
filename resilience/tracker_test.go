package resilience_test

import (
	"context"
	"errors"
	"math"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// node is a service whose checks take some time and end in what it is told.
type node struct {
	latency time.Duration
	err     atomic.Value // of error, in a struct
	checks  atomic.Int64
}

type outcome struct{ err error }

func (n *node) becomes(err error) { n.err.Store(outcome{err}) }

func (n *node) check(ctx context.Context) error {
	n.checks.Add(1)
	o, _ := n.err.Load().(outcome)
	if errors.Is(o.err, context.DeadlineExceeded) {
		<-ctx.Done()
		return ctx.Err()
	}
	<-time.After(n.latency)
	return o.err
}

// inOffice runs f with a tracker in virtual time.
func inOffice(t *testing.T, f func(t *testing.T, tracker *resilience.Tracker)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		tracker := resilience.NewTracker()
		defer tracker.Close()
		f(t, tracker)
	})
}

func register(t *testing.T, tracker *resilience.Tracker, name string, s resilience.ServiceSettings) {
	t.Helper()
	if err := tracker.Register(name, s); err != nil {
		t.Fatal(err)
	}
}

func status(t *testing.T, tracker *resilience.Tracker, name string) resilience.Status {
	t.Helper()
	s, ok := tracker.Status(name)
	if !ok {
		t.Fatalf("no service %q", name)
	}
	return s
}

func TestTrackerChecksAtJitteredIntervals(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		var times []time.Duration
		start := time.Now()
		register(t, tracker, "graph_api", resilience.MiddlewareHealth(func(context.Context) error {
			times = append(times, time.Since(start))
			return nil
		}))
		if s := status(t, tracker, "graph_api"); s.State != resilience.HealthUnknown || s.HealthScore != 0 {
			t.Errorf("before the first check: %v, %v", s.State, s.HealthScore)
		}
		pass(time.Hour)
		tracker.Close()
		if len(times) < 109 || len(times) > 134 || times[0] > 3*time.Second {
			t.Errorf("%d checks in an hour, the first after %v", len(times), times[0])
		}
		distinct := make(map[time.Duration]bool)
		for i := 1; i < len(times); i++ {
			gap := times[i] - times[i-1]
			distinct[gap] = true
			if gap < 27*time.Second || gap > 33*time.Second {
				t.Errorf("%v between two checks", gap)
			}
		}
		if len(distinct) < len(times)/2 {
			t.Errorf("only %d different gaps", len(distinct))
		}
	})
}

func TestTrackerCheckOnDemand(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		n := &node{}
		n.becomes(errDown)
		register(t, tracker, "s", resilience.MiddlewareHealth(n.check))
		register(t, tracker, "passive", resilience.MiddlewareHealth(nil))
		register(t, tracker, "panics", resilience.MiddlewareHealth(func(context.Context) error { panic("boom") }))
		if err := tracker.Check(t.Context(), "s"); !errors.Is(err, errDown) {
			t.Errorf("error is %v", err)
		}
		wantProblems(t, tracker.Check(t.Context(), "passive"), "has no check")
		wantProblems(t, tracker.Check(t.Context(), "nobody"), `no service "nobody"`)
		wantProblems(t, tracker.Check(t.Context(), "panics"), "panic in the health check: boom")
		if st := status(t, tracker, "panics"); st.Errors[resilience.KindPanic] != 1 {
			t.Errorf("errors: %v", st.Errors)
		}
		n.becomes(&resilience.RefusedError{Policy: "breaker", Reason: resilience.ErrOpen})
		_ = tracker.Check(t.Context(), "s") // a check that was not made
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		_ = tracker.Check(canceled, "s")
		if st := status(t, tracker, "s"); st.Checks != 1 {
			t.Errorf("%d checks counted, want 1", st.Checks)
		}
	})
}

func TestTrackerClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which fails if a goroutine is left
		tracker := resilience.NewTracker()
		var running atomic.Int64
		for i := range 10 {
			register(t, tracker, strconv.Itoa(i), resilience.MiddlewareHealth(func(ctx context.Context) error {
				running.Add(1)
				defer running.Add(-1)
				<-ctx.Done()
				return ctx.Err()
			}))
		}
		pass(4 * time.Second)
		if running.Load() == 0 {
			t.Fatal("no check is under way")
		}
		tracker.Close()
		tracker.Close()
		if n := running.Load(); n != 0 {
			t.Errorf("%d checks are still running", n)
		}
		for _, st := range tracker.All() {
			if st.Checks != 0 {
				t.Errorf("a check ended by Close counts against %s", st.Name)
			}
		}
		if err := tracker.Register("late", resilience.MiddlewareHealth(nil)); !errors.Is(err, resilience.ErrClosed) {
			t.Errorf("registered after Close: %v", err)
		}
	})
}

func TestTrackerUnregisterEndsTheChecks(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		n := &node{}
		register(t, tracker, "s", resilience.MiddlewareHealth(n.check))
		pass(time.Minute)
		tracker.Unregister("s")
		tracker.Unregister("s")
		before := n.checks.Load()
		pass(time.Hour)
		if n.checks.Load() != before {
			t.Error("checks go on")
		}
		if _, ok := tracker.Status("s"); ok {
			t.Error("the service is still there")
		}
		tracker.Begin(t.Context(), "s")(nil) // ignored
	})
}

func TestTrackerRefusesWrongSettings(t *testing.T) {
	tracker := resilience.NewTracker()
	defer tracker.Close()
	wrong := resilience.ServiceSettings{
		Interval: time.Second, Timeout: 2 * time.Second, DegradedBelow: math.NaN(), RecoveredFrom: -1, BusyLimit: -1,
		Breakers: []*resilience.CircuitBreaker{resilience.Breaker("b", resilience.BreakerSettings{})},
		Retriers: []*resilience.Retrier{resilience.Retry(resilience.RetrySettings{})},
		Budgets:  []*resilience.Budget{nil, resilience.NewBudget(resilience.BudgetSettings{})},
	}
	wantProblems(t, tracker.Register("", wrong), "name is empty", "Timeout, 2s, is longer than Interval", "FailureThreshold is 0", "LatencyTarget is 0s",
		"BusyLimit is -1ns", "DegradedBelow is NaN", "RecoveredFrom is -1", `breaker "b"`, "MaxAttempts is 0", "Budgets[0] is nil", "Burst is 0")
	both := resilience.MiddlewareHealth(nil)
	both.RecoveredFrom = 60
	wantProblems(t, tracker.Register("s", both), "it would be both")
	register(t, tracker, "s", resilience.MiddlewareHealth(nil))
	wantProblems(t, tracker.Register("s", resilience.MiddlewareHealth(nil)), "registered already")
	wantProblems(t, tracker.Observe("").Err(), "empty")
}
