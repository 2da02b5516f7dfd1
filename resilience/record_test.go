package resilience_test

import (
	"context"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// TestRecord tells of calls that are over, of which only some were timed.
func TestRecord(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		register(t, tracker, "node", resilience.MiddlewareHealth(nil))
		tracker.Record("node", -1, nil)
		tracker.Record("node", 20*time.Millisecond, nil)
		tracker.Record("unknown", 0, nil)
		if s := status(t, tracker, "node"); s.State != resilience.Healthy || s.Calls != 2 || s.AvgLatency != 20*time.Millisecond {
			t.Errorf("got %+v", s)
		}
		for range 3 {
			tracker.Record("node", -1, context.DeadlineExceeded)
		}
		if s := status(t, tracker, "node"); s.State != resilience.Busy || s.FailedCalls != 3 || s.InFlight != 0 {
			t.Errorf("after silence: %+v", s)
		}
		if len(tracker.Alerts()) != 1 {
			t.Errorf("alerts: %v", tracker.Alerts())
		}
	})
}
