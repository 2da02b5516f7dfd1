package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestTrackerFigures(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		s := resilience.MiddlewareHealth(nil)
		s.FailureThreshold = 1000
		s.LatencyTarget = 47500 * time.Microsecond
		register(t, tracker, "s", s)
		call := func(d time.Duration, err error) {
			_, _ = resilience.Do(t.Context(), tracker.Observe("s"), func(context.Context) (int, error) { pass(d); return 0, err })
		}
		for ms := range 100 {
			call(time.Duration(ms+1)*time.Millisecond, nil)
		}
		for range 15 {
			call(time.Second, context.DeadlineExceeded)
		}
		for range 10 {
			call(time.Second, errRefused)
		}
		call(0, &resilience.RefusedError{Policy: "breaker", Reason: resilience.ErrOpen})
		func() {
			defer func() { _ = recover() }()
			_, _ = resilience.Do(t.Context(), tracker.Observe("s"), func(context.Context) (int, error) { panic("boom") })
		}()
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		_, _ = resilience.Do(canceled, tracker.Observe("s"), func(context.Context) (int, error) { return 0, context.Canceled })

		st := status(t, tracker, "s")
		if st.AvgLatency != 50500*time.Microsecond || st.P95Latency != 95*time.Millisecond || st.P99Latency != 99*time.Millisecond {
			t.Errorf("latencies: %v, %v, %v", st.AvgLatency, st.P95Latency, st.P99Latency)
		}
		if st.Calls != 126 || st.FailedCalls != 26 || st.InFlight != 0 {
			t.Errorf("calls: %d, failed %d, in flight %d", st.Calls, st.FailedCalls, st.InFlight)
		}
		near := func(name string, got, want float64) {
			if math.Abs(got-want) > 1e-9 {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		near("error rate", st.ErrorRate, 26.0/126)
		near("timeouts", st.ErrorRates[resilience.KindTimeout], 15.0/126)
		near("refused", st.ErrorRates[resilience.KindConnectionRefused], 10.0/126)
		near("panics", st.ErrorRates[resilience.KindPanic], 1.0/126)
		// 0.4 x calls + 0.1 x latency (47.5 ms over 95 ms), over the 0.5 known.
		near("score", st.HealthScore, 100*(0.4*100/126+0.1*0.5)/0.5)
		if st.Errors[resilience.KindRefused] != 1 {
			t.Errorf("errors: %v", st.Errors)
		}
		pass(16 * time.Minute)
		if st := status(t, tracker, "s"); st.AvgLatency != 0 || st.ErrorRate != 0 {
			t.Errorf("old calls still count: %+v", st)
		}
	})
}

func TestTrackerHistoryIsBounded(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		n := &node{latency: 5 * time.Millisecond}
		register(t, tracker, "s", resilience.MiddlewareHealth(n.check))
		pass(2 * time.Hour)
		st := status(t, tracker, "s")
		if len(st.History) != 120 || st.Checks < 200 {
			t.Fatalf("%d points after %d checks", len(st.History), st.Checks)
		}
		if !slices.IsSortedFunc(st.History, func(a, b resilience.Point) int { return a.At.Compare(b.At) }) {
			t.Error("points are out of order")
		}
		if p := st.History[119]; !p.OK || p.Latency != 5*time.Millisecond || p.Score != 100 || st.CheckSuccessRate != 1 {
			t.Errorf("the last is %+v", p)
		}
	})
}

func TestTrackerErrorKindsAreBounded(t *testing.T) {
	s := resilience.MiddlewareHealth(nil)
	i := 0
	s.Classify = func(error) resilience.ErrorKind { i++; return resilience.ErrorKind(fmt.Sprint("kind ", i)) }
	tracker := resilience.NewTracker()
	defer tracker.Close()
	register(t, tracker, "s", s)
	for range 1000 {
		tracker.Begin(t.Context(), "s")(errors.New(strings.Repeat("x", 10_000)))
	}
	st := status(t, tracker, "s")
	if len(st.Errors) > 17 || st.Errors[resilience.KindOther] < 900 || len(st.LastError) > 400 {
		t.Errorf("%d kinds, last error of %d bytes", len(st.Errors), len(st.LastError))
	}
}
