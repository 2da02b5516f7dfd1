package mockserver_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// event returns the bytes of one event.
func event(name, data string) string { return "event: " + name + "\r\ndata: {" + data + "}\r\n\r\n" }

func TestMonitorTranscript(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		a.write("b/Person.csv", peopleCSV)
		const head = `"task_id": "ingest_g_Person_<hex>", "task_type": "ingestion", `
		const connected = head + `"timestamp": "<utc>", "message": "Connected to ingestion task monitor"`

		task := into[started](a.post("/databases/g/ingest", `{"bucket":"b","files":["Person.csv"],"pipeline_run_id":"run-1"}`))
		a.finished(task)
		a.get(task.URL).is(200, event("connected", connected)+
			event("progress", head+`"status": "completed", "progress_percent": 100, "records_processed": 3, "estimated_records": 0, "started_at": "<utc>", "message": "Processing Person...", "metadata": {"pipeline_run_id": "run-1", "priority": 5}`)+
			event("completed", head+`"status": "completed", "result": {"duration_seconds": <n>, "query": "COPY Person FROM \"s3://b/Person.csv\"", "records_loaded": 3}, "duration_seconds": <n>, "message": "Successfully ingested 3 records into Person", "metadata": {"pipeline_run_id": "run-1", "priority": 5}`))
	})
}

// What happens while a monitor is connected arrives as it happens.
func TestMonitorFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		a.write("b/first.csv", "1|Ann|1\n")
		a.write("b/hold.csv", "2|Bob|2\n")
		task := into[started](a.post("/databases/g/ingest", `{"bucket":"b","files":["first.csv","hold.csv"],"table_name":"Person"}`))
		synctest.Wait()
		resp := a.send(a.request(t.Context(), http.MethodGet, task.URL, ""))
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		next := func(want ...string) {
			t.Helper()
			var data string
			for lines.Scan() && lines.Text() != "" {
				data += lines.Text() + "\n"
			}
			for _, piece := range want {
				if !strings.Contains(data, piece) {
					t.Errorf("got %s\nwant %s", data, piece)
				}
			}
		}
		next("event: connected")
		next("event: progress", `"status": "running"`, `"progress_percent": 50`, `"records_processed": 1`)
		<-time.After(7 * time.Second)
		close(engine.release)
		next("event: progress", `"status": "completed"`, `"progress_percent": 100`, `"records_processed": 2`)
		next("event: completed", `"duration_seconds": 7.0, "message"`, `"query": "COPY Person FROM \"s3://b/first.csv\"; COPY Person FROM \"s3://b/hold.csv\""`)
		if lines.Scan() {
			t.Errorf("then comes %q", lines.Text())
		}
	})
}

// In quiet times a comment comes every 15 s and a heartbeat every 30 s. The
// bubble's clock begins at 2000-01-01.
func TestMonitorHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		a.ingest("hold", "")
		task := a.ingest("waits", "")
		ctx, cancel := context.WithTimeout(t.Context(), 61*time.Second)
		defer cancel()
		w := httptest.NewRecorder()
		a.server.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, task.URL, nil))

		got := hexIDs(w.Body.String())
		beat := func(at string) string {
			return event("heartbeat", `"task_id": "ingest_g_Person_<hex>", "task_type": "ingestion", "status": "pending", "timestamp": "2000-01-01T00:`+at+`.000000+00:00", "message": "Task is still pending..."`)
		}
		ping := func(at string) string { return ": ping - 2000-01-01 00:" + at + ".000000+00:00\r\n\r\n" }
		// What falls on one moment has no order.
		for _, piece := range []string{beat("00:30"), beat("01:00"), ping("00:15"), ping("00:30"), ping("00:45"), ping("01:00")} {
			if strings.Count(got, piece) != 1 {
				t.Errorf("%q is missing", piece)
			}
			got = strings.Replace(got, piece, "", 1)
		}
		if strings.Count(got, "\r\n\r\n") != 2 || !w.Flushed { // connected and progress are left
			t.Errorf("then there is %q", got)
		}
	})
}
