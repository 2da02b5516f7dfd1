package kuzu_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

const (
	taskAnswer = `{"task_id":"t1","status":"pending","monitor_url":"/tasks/t1/monitor"}`
	syncAnswer = `{"status":"completed","records_loaded":9007199254740993,"files_processed":2,"execution_time_ms":412.5}`
)

func TestIngestOnTheWire(t *testing.T) {
	for name, test := range map[string]struct {
		req  kuzu.IngestRequest
		want map[string]any // without pipeline_run_id
	}{
		"least": {kuzu.IngestRequest{Files: []string{"s3://b/Person.csv"}}, map[string]any{"files": []any{"s3://b/Person.csv"}}},
		"all": {
			kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv", "b.parquet"}, Table: "Person", Priority: 7, PipelineRunID: "run-1", IgnoreErrors: true},
			map[string]any{"bucket": "b", "files": []any{"a.csv", "b.parquet"}, "table_name": "Person", "priority": 7.0, "ignore_errors": true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			async, sync := serve(t, says(200, asJSON, taskAnswer)), serve(t, says(200, asJSON, syncAnswer))
			task, err := async.client(t).Ingest(t.Context(), test.req)
			if err != nil || task.ID != "t1" {
				t.Fatalf("got %+v, %v", task, err)
			}
			result, err := sync.client(t).IngestSync(t.Context(), test.req)
			if want := (kuzu.IngestResult{Records: 9007199254740993, Files: 2, ExecutionTime: 412500 * time.Microsecond}); err != nil || result != want {
				t.Errorf("got %+v, %v", result, err)
			}
			for mode, srv := range map[string]*wire{"async": async, "sync": sync} {
				asked := srv.asked()[0]
				var got map[string]any
				if err := json.Unmarshal([]byte(asked.body), &got); err != nil {
					t.Fatal(err)
				}
				run, _ := got["pipeline_run_id"].(string)
				if test.req.PipelineRunID != "" && run != test.req.PipelineRunID || run == "" {
					t.Errorf("the run is named %q", run)
				}
				delete(got, "pipeline_run_id")
				test.want["mode"] = mode
				if !reflect.DeepEqual(got, test.want) || asked.method != "POST" || asked.uri != "/databases/social/ingest" {
					t.Errorf("sent %s %s %v, want %v", asked.method, asked.uri, got, test.want)
				}
			}
		})
	}
}

// TestIngestNamesEachRun: two requests must not look like one that came twice.
func TestIngestNamesEachRun(t *testing.T) {
	srv := serve(t, says(200, asJSON, taskAnswer))
	c := srv.client(t)
	for range 2 {
		if _, err := c.Ingest(t.Context(), kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv"}}); err != nil {
			t.Fatal(err)
		}
	}
	if asked := srv.asked(); asked[0].body == asked[1].body {
		t.Errorf("both sent %s", asked[0].body)
	}
}

// TestIngestIsUnsupported: a server without the operation has not lost the graph.
func TestIngestIsUnsupported(t *testing.T) {
	ingest := func(c *kuzu.Client) error {
		_, err := c.Ingest(t.Context(), kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv"}})
		return err
	}
	wantError(t, ingest(serve(t, says(404, asJSON, `{"detail":"Not Found"}`)).client(t)), kuzu.KindUnsupported, "ingestFiles", "unsupported by this server (404)")
	wantError(t, ingest(serve(t, says(404, asJSON, `{"detail":"Database social not found"}`)).client(t)), kuzu.KindNotFound, "not found (404)")
	wantError(t, ingest(serve(t, says(405, asJSON, `{"detail":"Method Not Allowed"}`)).client(t)), kuzu.KindUnsupported)
}

func TestIngestAnswersThatSayNothing(t *testing.T) {
	c := serve(t, says(200, asJSON, `{"status":""}`)).client(t)
	req := kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv"}}
	_, err := c.Ingest(t.Context(), req)
	wantError(t, err, kuzu.KindProtocol, "the answer has no task_id")
	_, err = c.IngestSync(t.Context(), req)
	wantError(t, err, kuzu.KindProtocol, "the answer has no status")
}

// TestIngestLoadsFiles goes all the way: files, tasks, tables, rows.
func TestIngestLoadsFiles(t *testing.T) {
	c := graphWithFiles(t)
	var seen []kuzu.Progress
	task, err := c.Ingest(t.Context(), kuzu.IngestRequest{Bucket: "data", Files: []string{"Knows.csv", "Person.csv"}, PipelineRunID: "run-1"})
	if err != nil {
		t.Fatal(err)
	}
	record, err := c.WaitTask(t.Context(), task.ID, func(p kuzu.Progress) { seen = append(seen, p) })
	if err != nil {
		t.Fatal(err)
	}
	if record.TaskID != task.ID || record.Status != kuzu.TaskCompleted || record.RecordsProcessed != 3 || record.Metadata["pipeline_run_id"] != "run-1" {
		t.Errorf("got %+v", record)
	}
	if last := seen[len(seen)-1]; last.Percent != 100 || last.Status != kuzu.TaskCompleted || last.Records != 3 {
		t.Errorf("progress ends with %+v", last)
	}
	counts, err := kuzu.QueryAs[int](t.Context(), c, "MATCH (n) RETURN count(n)", nil)
	if err != nil || counts[0] != 2 {
		t.Errorf("got %v, %v", counts, err)
	}
	result, err := c.IngestSync(t.Context(), kuzu.IngestRequest{Files: []string{"s3://data/Knows.csv"}})
	if err != nil || result.Records != 1 || result.Files != 1 {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestIngestFails(t *testing.T) {
	c := graphWithFiles(t)
	for name, test := range map[string]struct {
		req  kuzu.IngestRequest
		want string
	}{
		"missing file":  {kuzu.IngestRequest{Bucket: "data", Files: []string{"Nope.csv"}}, "Nope.csv"},
		"missing table": {kuzu.IngestRequest{Bucket: "data", Files: []string{"Person.csv"}, Table: "Nope"}, "no table Nope"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Ingest(t.Context(), test.req)
			wantError(t, err, kuzu.KindInvalidRequest, "ingestFiles", "invalid request (400)", test.want)
		})
	}
	broken := kuzu.IngestRequest{Bucket: "data", Files: []string{"Broken.csv"}, Table: "Person"}
	_, err := c.IngestSync(t.Context(), broken)
	wantError(t, err, kuzu.KindExecution, "ingestFiles", "Broken.csv")
	task, err := c.Ingest(t.Context(), broken)
	if err != nil {
		t.Fatal(err)
	}
	record, err := task.Wait(t.Context())
	wantError(t, err, kuzu.KindExecution, "task "+task.ID+" failed: ", "Broken.csv")
	if record.Status != kuzu.TaskFailed {
		t.Errorf("got %+v", record)
	}
	broken.IgnoreErrors = true
	if result, err := c.IngestSync(t.Context(), broken); err != nil || result.Records != 1 {
		t.Errorf("without the broken row: %+v, %v", result, err)
	}
}

// graphWithFiles returns a client of a mock server with two tables, and files
// for them in the bucket "data".
func graphWithFiles(t *testing.T) *kuzu.Client {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"Person.csv": "id|name\n1|Ann\n2|Bob\n",
		"Knows.csv":  "from|to|since\n1|2|20100214153210447\n",
		"Broken.csv": "id|name\n5|Eve\nx|Mallory\n",
	} {
		if err := os.WriteFile(filepath.Join(root, "data", name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	url, _ := mockWith(t, mockserver.Config{DataRoot: root})
	c := connect(t, url)
	if err := c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{DDL: personDDL}); err != nil {
		t.Fatal(err)
	}
	return c
}
