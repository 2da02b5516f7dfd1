package mockserver_test

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// On a scaled clock a minute of the server passes in a second, and the server
// says so: pings and heartbeats carry its own time.
func TestTimeScale(t *testing.T) {
	scaled := func(cfg *mockserver.Config) { cfg.TimeScale, cfg.APIKey = 60, "right" }
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine, scaled)
		a.do("POST", "/databases", `{"graph_id":"g","schema_type":"custom","custom_schema_ddl":`+quote(socialDDL)+`}`, "X-Kuzu-API-Key: right")
		a.write("b/hold.csv", peopleCSV)
		task := into[started](a.do("POST", "/databases/g/ingest", `{"bucket":"b","files":["hold.csv"],"table_name":"Person"}`, "X-Kuzu-API-Key: right"))
		ctx, cancel := context.WithTimeout(t.Context(), 1010*time.Millisecond)
		defer cancel()
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, task.URL, nil)
		r.Header.Set("X-Kuzu-API-Key", "right")
		a.server.ServeHTTP(w, r)
		got := w.Body.String()
		for _, at := range []string{"00:15", "00:30", "00:45", "01:00"} {
			if strings.Count(got, ": ping - 2000-01-01 00:"+at+".000000+00:00\r\n\r\n") != 1 {
				t.Errorf("there is no ping at %s in\n%s", at, got)
			}
		}
		for _, at := range []string{"00:30", "01:00"} {
			if strings.Count(got, `"timestamp": "2000-01-01T00:`+at+`.000000+00:00", "message": "Task is still`) != 1 {
				t.Errorf("there is no heartbeat at %s in\n%s", at, got)
			}
		}
		for range 10 {
			a.do("GET", "/tasks", "", "X-Kuzu-API-Key: wrong")
		}
		time.Sleep(4990 * time.Millisecond) //nolint:forbidigo // virtual time
		a.do("GET", "/tasks/stats", "", "X-Kuzu-API-Key: right").detail(429, "Too many failed authentication attempts")
		time.Sleep(10 * time.Millisecond) //nolint:forbidigo // virtual time
		if status := a.do("GET", "/tasks/stats", "", "X-Kuzu-API-Key: right").status; status != 200 {
			t.Errorf("after 300 s of the server it answers %d", status)
		}
		close(engine.release)
	})
	for _, scale := range []float64{-1, math.NaN(), math.Inf(1), 10_001} {
		if _, err := mockserver.New(mockserver.Config{Engine: scripted(t), TimeScale: scale}); err == nil || !strings.Contains(err.Error(), "TimeScale is ") {
			t.Errorf("scale %v: error is %v", scale, err)
		}
	}
}
