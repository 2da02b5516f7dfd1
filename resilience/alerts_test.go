package resilience_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func TestTrackerAlertsWithHysteresis(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		s := resilience.MiddlewareHealth(nil)
		register(t, tracker, "calls", s)
		var alerts []string
		tracker.Notify(func(a resilience.Alert) {
			alerts = append(alerts, fmt.Sprintf("%s: %s, %s", a.Service, a.Kind, a.Detail))
		})
		report := func(n int, err error) {
			for range n {
				done := tracker.Begin(t.Context(), "calls")
				done(err)
				pass(2 * time.Second)
			}
		}
		report(100, nil)
		for range 200 { // failure rate 1/2, never three in a row
			report(1, errDown)
			report(1, nil)
		}
		if len(alerts) != 1 || !strings.HasPrefix(alerts[0], "calls: health degraded, degraded, was healthy; health score ") {
			t.Fatalf("alerts are %q", alerts)
		}
		for range 100 { // hovers about the threshold
			report(3, nil)
			report(1, errDown)
		}
		if len(alerts) != 1 {
			t.Fatalf("alerts flap: %q", alerts)
		}
		report(500, nil)
		if len(alerts) != 2 || !strings.HasPrefix(alerts[1], "calls: health recovered, healthy, was degraded; health score 9") {
			t.Fatalf("alerts are %q", alerts)
		}
		report(3, errDown)
		if len(alerts) != 3 || !strings.Contains(alerts[2], "down, was healthy; health score 0") {
			t.Fatalf("alerts are %q", alerts)
		}
		if got := tracker.Alerts(); len(got) != 3 || got[2].Kind != resilience.HealthDegraded {
			t.Errorf("log holds %v", got)
		}
	})
}

func TestTrackerAlertsOfPolicies(t *testing.T) {
	inOffice(t, func(t *testing.T, tracker *resilience.Tracker) {
		breaker := resilience.Breaker("db_read", resilience.MiddlewareBreaker())
		budgeted := resilience.DefaultBudget()
		budgeted.Name = "node"
		budget := resilience.NewBudget(budgeted)
		retries := retryFixed(2)
		retries.Name = "query"
		retries.Budget = budget
		retrier := resilience.Retry(retries)
		s := resilience.MiddlewareHealth(func(context.Context) error { return nil })
		s.Breakers, s.Retriers, s.Budgets = []*resilience.CircuitBreaker{breaker}, []*resilience.Retrier{retrier}, []*resilience.Budget{budget}
		register(t, tracker, "graph", s)
		pass(time.Minute)
		f := (&script{outcome: alwaysDown}).fn
		for range 3 {
			_, _ = wrap(t, f, retrier, breaker)(t.Context())
		}
		for budget.Withdraw("") { // empties it
		}
		_, _ = wrap(t, f, retrier)(t.Context())
		var got []string
		for _, a := range tracker.Alerts() {
			if a.Kind != resilience.HealthDegraded { // comes with the next check
				got = append(got, fmt.Sprintf("%s %s %s x%d", a.Service, a.Kind, a.Source, a.Count))
			}
		}
		want := []string{"graph retries exhausted query x2", "graph breaker opened db_read x1", "graph budget empty node x1"}
		if !slices.Equal(got, want) {
			t.Errorf("alerts are %q, want %q", got, want)
		}
		st := status(t, tracker, "graph")
		if st.HealthScore != 50 || st.Breakers[0].State != resilience.StateOpen || st.Retriers[0].Exhausted != 2 || st.Budgets[0].Granted == 0 {
			t.Errorf("score %v, %+v", st.HealthScore, st)
		}
		pass(time.Minute)
		if st := status(t, tracker, "graph"); st.State != resilience.Degraded {
			t.Errorf("with its breaker not closed: %v", st.State)
		}
		before := len(tracker.Alerts())
		tracker.Unregister("graph")
		breaker.ForceClosed()
		breaker.ForceOpen()
		if n := len(tracker.Alerts()); n != before {
			t.Errorf("a service that is gone still alerts: %v", tracker.Alerts())
		}
	})
}
