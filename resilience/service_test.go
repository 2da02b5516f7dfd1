package resilience_test

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

func TestTrackerStates(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want resilience.HealthState
		kind resilience.ErrorKind
	}{
		{"fails", errDown, resilience.Down, resilience.KindOther},
		{"refuses connections", fmt.Errorf("check: %w", errRefused), resilience.Down, resilience.KindConnectionRefused},
		{"cannot be reached", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, resilience.Down, resilience.KindUnreachable},
		{"is silent", context.DeadlineExceeded, resilience.Busy, resilience.KindTimeout},
	} {
		t.Run(test.name, func(t *testing.T) {
			inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
				n := &node{latency: 20 * time.Millisecond}
				register(t, tracker, "n", resilience.MiddlewareHealth(n.check))
				pass(10 * time.Minute)
				if s := status(t, tracker, "n"); s.State != resilience.Healthy || s.HealthScore != 100 || s.Availability != 100 {
					t.Fatalf("at first %v, score %v", s.State, s.HealthScore)
				}
				n.becomes(test.err)
				for status(t, tracker, "n").FailedChecks < 2 {
					pass(time.Second)
				}
				if s := status(t, tracker, "n"); s.State != resilience.Healthy && s.State != resilience.Degraded {
					t.Errorf("after two failures %v", s.State)
				}
				pass(40 * time.Second)
				s := status(t, tracker, "n")
				if s.State != test.want || s.Errors[test.kind] != 3 {
					t.Errorf("after three failures %v, errors %v; want %v", s.State, s.Errors, test.want)
				}
				if s.HealthScore > 60 || test.want == resilience.Down && s.HealthScore != 0 {
					t.Errorf("score is %v", s.HealthScore)
				}
				n.becomes(nil)
				pass(34 * time.Second)
				if s := status(t, tracker, "n"); s.State != resilience.Degraded {
					t.Errorf("after the first success %v, want degraded", s.State)
				}
				pass(10 * time.Minute)
				if s := status(t, tracker, "n"); s.State != resilience.Healthy || s.HealthScore != 100 {
					t.Errorf("in the end %v, score %v", s.State, s.HealthScore)
				}
			})
		})
	}
}

func TestTrackerSilenceThatLastsIsDeath(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		n := &node{}
		n.becomes(context.DeadlineExceeded)
		register(t, tracker, "idle", resilience.MiddlewareHealth(n.check))
		register(t, tracker, "working", resilience.MiddlewareHealth(n.check))
		done := tracker.Begin(t.Context(), "working") // a long copy
		pass(9 * time.Minute)
		for _, name := range []string{"idle", "working"} {
			if s := status(t, tracker, name); s.State != resilience.Busy {
				t.Errorf("%s after 9 minutes: %v", name, s.State)
			}
		}
		pass(3 * time.Minute)
		if s := status(t, tracker, "idle"); s.State != resilience.Down {
			t.Errorf("silent for 12 minutes with nothing to do: %v", s.State)
		}
		if s := status(t, tracker, "working"); s.State != resilience.Busy || s.InFlight != 1 {
			t.Errorf("silent for 12 minutes at work: %v", s.State)
		}
		done(nil)
		pass(time.Second)
		if s := status(t, tracker, "working"); s.State != resilience.Degraded {
			t.Errorf("after its work: %v", s.State)
		}
	})
}

func TestTrackerAvailability(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		register(t, tracker, "s", resilience.MiddlewareHealth(nil))
		report := func(err error) { tracker.Begin(t.Context(), "s")(err) }
		report(nil)
		pass(30 * time.Minute)
		for range 3 {
			report(errRefused)
		}
		pass(15 * time.Minute)
		if st := status(t, tracker, "s"); math.Abs(st.Availability-100*2.0/3) > 0.01 || st.State != resilience.Down {
			t.Errorf("availability is %v, state %v", st.Availability, st.State)
		}
		report(nil)
		pass(15 * time.Minute)
		if st := status(t, tracker, "s"); math.Abs(st.Availability-75) > 0.01 {
			t.Errorf("availability is %v", st.Availability)
		}
	})
}
