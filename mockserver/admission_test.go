package mockserver_test

import (
	"context"
	"maps"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
)

// Queries at work are counted: plain ones until they are answered, streams until
// they begin.
func TestConnectionsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := startInMemory(t, lasting(t, 20*time.Second), func(cfg *mockserver.Config) {
			cfg.Admission = &mockserver.Admission{MemoryThreshold: 100, CPUThreshold: 100, MaxConnections: 4}
		})
		a.create("g", "")
		a.create("other", "")
		if err := a.server.SetLoad(mockserver.Load{MemoryPercent: 12.5, CPUPercent: 50, Connections: map[string]int{"g": 1}}); err != nil {
			t.Fatal(err)
		}
		ended := make(chan int)
		for _, path := range []string{"g/query", "g/query", "other/query", "g/query?streaming=1"} {
			go func() { ended <- a.post("/databases/"+path, queryBody("x", "")).status }()
		}
		synctest.Wait()
		want := map[string]int{"g": 3, "other": 1}
		if got := a.server.Load(); !maps.Equal(got.Connections, want) || got.MemoryPercent != 12.5 || got.CPUPercent != 50 {
			t.Errorf("the load is %+v", got)
		}
		metrics := into[server.NodeMetrics](a.get("/metrics")).AdmissionControl
		if !maps.Equal(metrics.ConnectionsPerDB, want) || metrics.TotalConnections != 4 || metrics.MemoryPercent != 12.5 || metrics.CPUPercent != 50 || metrics.CPUThreshold != 100 {
			t.Errorf("/metrics says %+v", metrics)
		}
		if err := a.server.SetLoad(mockserver.Load{Connections: map[string]int{"g": 2}}); err != nil {
			t.Fatal(err)
		}
		a.query("g", "RETURN 1", "").is(503, `{"detail":{"decision":"reject_connections","error":"Server temporarily unavailable","reason":"Too many connections to g: 4 (max: 4)","retry_after":5}}`)
		for range 4 {
			if status := <-ended; status != 200 {
				t.Errorf("a query is answered %d", status)
			}
		}
		if got := a.server.Load().Connections; !maps.Equal(got, map[string]int{"g": 2}) {
			t.Errorf("afterwards there are %v", got)
		}
		a.query("g", "RETURN 1 AS a", "").is(200, `{"columns":["a"],"data":[{"a":1}],"database":"g","execution_time_ms":<n>,"row_count":1}`)
	})
}

// A load that cannot be is refused, and changes nothing.
func TestSetLoadRefuses(t *testing.T) {
	a := start(t, scripted(t))
	err := a.server.SetLoad(mockserver.Load{MemoryPercent: -1, CPUPercent: math.NaN(), Connections: map[string]int{"g": -2}})
	for _, want := range []string{"MemoryPercent is -1; it must be from 0 to 100", "CPUPercent is NaN", "Connections of g is -2; it must not be negative"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
	if got := a.server.Load(); got.MemoryPercent != 0 || len(got.Connections) != 0 {
		t.Errorf("the load is %+v", got)
	}
}

func TestNewRefusesLimits(t *testing.T) {
	limit := -time.Second
	_, err := mockserver.New(mockserver.Config{
		Engine: scripted(t), APIKey: "k", KeyMissing: true, QueryTimeout: &limit,
		Admission: &mockserver.Admission{MemoryThreshold: -1, CPUThreshold: math.NaN(), MaxConnections: -1},
	})
	for _, want := range []string{
		"QueryTimeout is -1s; it must not be negative", "Admission.MemoryThreshold is -1", "Admission.CPUThreshold is NaN",
		"Admission.MaxConnections is -1; it must not be negative", "KeyMissing is set and APIKey, too",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}

// TestMetricsDirectories (S-26): what is in the directory of the databases
// besides them.
func TestMetricsDirectories(t *testing.T) {
	for quirks, want := range map[mockserver.Quirks]int{0: 1, mockserver.QuirkMetricsDirectories: 2} {
		eachEngine(t, func(t *testing.T, a *api) {
			if err := a.engine.Create(context.Background(), "g"); err != nil {
				t.Fatal(err)
			}
			got := into[server.NodeMetrics](a.get("/metrics")).Databases
			if _, there := got.Databases[".kuzu"]; there != (want > 1) || got.Count != len(got.Databases) || got.Count < want {
				t.Errorf("quirks %q: got %+v", quirks, got)
			}
		}, withQuirks(quirks))
	}
}
