package resilience_test

import (
	"context"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func ExampleTracker() {
	tracker := resilience.NewTracker()
	defer tracker.Close()
	checkKuzuHealth := func(context.Context) error { return nil }
	settings := resilience.MiddlewareHealth(checkKuzuHealth)
	settings.Interval = 30 * time.Second
	if err := tracker.Register("graph_api", settings); err != nil {
		fmt.Println(err)
		return
	}
	if err := tracker.Check(context.Background(), "graph_api"); err != nil { // or wait for the first of the schedule
		fmt.Println(err)
	}
	status, _ := tracker.Status("graph_api")
	fmt.Printf("Service health: %.0f%%\n", status.HealthScore)
	fmt.Printf("Average latency below 100 ms: %t\n", status.AvgLatency < 100*time.Millisecond)
	// Output:
	// Service health: 100%
	// Average latency below 100 ms: true
}

func ExampleTracker_Notify() {
	tracker := resilience.NewTracker()
	defer tracker.Close()
	stop := tracker.Notify(func(a resilience.Alert) { fmt.Println(a.Service, a.Kind+":", a.Detail) })
	defer stop()
	if err := tracker.Register("graph_api", resilience.MiddlewareHealth(nil)); err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range []error{nil, errConnection, errConnection, errConnection} {
		tracker.Begin(context.Background(), "graph_api")(err)
	}
	// Output:
	// graph_api health degraded: down, was healthy; health score 0
}

func ExampleConfigFrom() {
	env := map[string]string{"CIRCUIT_BREAKER_TIMEOUT": "30", "RETRY_MAX_ATTEMPTS": "none"}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	_, err := resilience.ConfigFrom(lookup)
	fmt.Println(err)
	env["RETRY_MAX_ATTEMPTS"] = "4"
	config, err := resilience.ConfigFrom(lookup)
	fmt.Println(config.Breaker.OpenTimeout, config.Retry.MaxAttempts, config.QueryTimeout, err)
	// Output:
	// resilience: RETRY_MAX_ATTEMPTS is "none"; it must be a whole number from 1 to 100
	// 30s 4 1m0s <nil>
}
