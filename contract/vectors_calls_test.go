package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// TestVectorEvents follows each task to its end: by its events, or by its record
// where they do not tell.
func TestVectorEvents(t *testing.T) {
	const record = `{"task_id":"ingest_kg1_Person_0a1b2c3d","status":%q,"created_at":"2025-09-20T12:00:00+00:00","started_at":null,
		"completed_at":null,"progress_percent":100,"last_heartbeat":1758369600.2,"error":%q,"result":{"records_loaded":%d}}`
	for _, vector := range loadVectors(t).Events {
		t.Run(vector.Name, func(t *testing.T) {
			status, records := vector.Ends, vector.RecordsLoaded
			if status == "unsettled" {
				status, records = "completed", 7
			}
			asked := false
			c := vectorClient(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/monitor") {
					w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
					_, _ = w.Write(readVector(t, vector.File))
					return
				}
				asked = true
				w.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprintf(w, record, status, vector.Error, records)
			})
			done, err := c.WaitTask(t.Context(), "ingest_kg1_Person_0a1b2c3d", nil)
			if vector.Ends == "failed" {
				if !errors.Is(err, kuzu.ErrExecution) || !strings.Contains(err.Error(), vector.Error) {
					t.Fatalf("error %v, want %q", err, vector.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if vector.Ends == "unsettled" && !asked {
				t.Error("the record was not asked for")
			}
			if done.Result == nil || done.Result.RecordsLoaded != records {
				t.Errorf("result %+v, want %d records", done.Result, records)
			}
		})
	}
}

// TestVectorRequests compares what is sent, decoded: members that the client adds
// have to be the document's defaults, which the vectors leave out.
func TestVectorRequests(t *testing.T) {
	added := map[string]any{"is_subgraph": false, "tenant_tier": "standard", "ignore_errors": false}
	for _, vector := range loadVectors(t).Requests {
		t.Run(vector.Name, func(t *testing.T) {
			var method, target string
			var body map[string]any
			c := vectorClient(t, func(_ http.ResponseWriter, r *http.Request) {
				if target == "" {
					method, target = r.Method, r.URL.RequestURI()
					_ = json.NewDecoder(r.Body).Decode(&body)
				}
			})
			text := func(name string) string { s, _ := vector.Body[name].(string); return s }
			switch vector.Name { // the server answers with nothing, which is an error of its own
			case "query":
				_, _ = c.Query(t.Context(), text("cypher"), vector.Body["parameters"].(map[string]any))
			case "stream":
				_ = c.Stream(t.Context(), text("cypher"), nil).Close()
			case "create":
				_ = c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{DDL: text("custom_schema_ddl")})
			case "ingest":
				_, _ = c.Ingest(t.Context(), kuzu.IngestRequest{Bucket: text("bucket"), Files: []string{"Person.csv"}, Priority: 7})
			case "delete":
				_ = c.DeleteDatabase(t.Context())
			default:
				t.Fatalf("there is no call for %s", vector.Name)
			}
			if method != vector.Method || target != vector.Path {
				t.Errorf("sent %s %s, want %s %s", method, target, vector.Method, vector.Path)
			}
			for name, got := range body {
				want, ok := vector.Body[name]
				if !ok {
					want, ok = added[name]
				}
				if name == "pipeline_run_id" {
					continue // made up by the client, so that a task can be found again
				}
				if !ok || !reflect.DeepEqual(got, want) {
					t.Errorf("%s is %v, want %v", name, got, want)
				}
			}
			for name := range vector.Body {
				if _, ok := body[name]; !ok {
					t.Errorf("%s is missing", name)
				}
			}
		})
	}
}
