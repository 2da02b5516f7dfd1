package kuzu_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// TestBackupsOfTheDeployedServer: it announces them and makes none.
func TestBackupsOfTheDeployedServer(t *testing.T) {
	url, _ := mockWith(t, mockserver.Config{Quirks: mockserver.QuirksDeployed})
	c := connect(t, url)
	if err := c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{}); err != nil {
		t.Fatal(err)
	}
	task, err := c.Backup(t.Context(), kuzu.BackupRequest{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = task.Wait(t.Context())
	wantError(t, err, kuzu.KindUnsupported, "not yet implemented")

	_, err = c.DownloadBackup(t.Context(), io.Discard)
	wantError(t, err, kuzu.KindUnsupported, "downloadBackup", "back up its volume instead")

	_, err = c.Restore(t.Context(), kuzu.RestoreRequest{Archive: strings.NewReader("PK")})
	wantError(t, err, kuzu.KindUnsupported, "takes no upload", "in Path")
	_, err = c.Restore(t.Context(), kuzu.RestoreRequest{Path: "s3://b/kg1.zip"})
	wantError(t, err, kuzu.KindConflict, "already exists")
	_, err = c.ForGraph("other").Restore(t.Context(), kuzu.RestoreRequest{Path: "s3://b/kg1.zip"})
	wantError(t, err, kuzu.KindUnsupported, "restore functionality is not yet implemented")
}

// TestBackupAndRestore of a server that keeps what it promises: a graph goes out
// as an archive and comes back under another name.
func TestBackupAndRestore(t *testing.T) {
	c := mock(t, nil)
	if err := c.InstallSchema(t.Context(), personDDL); err != nil {
		t.Fatal(err)
	}
	task, err := c.Backup(t.Context(), kuzu.BackupRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := task.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	var archive bytes.Buffer
	size, err := c.DownloadBackup(t.Context(), &archive)
	if err != nil || size != int64(archive.Len()) {
		t.Fatalf("%d bytes of %d, %v", size, archive.Len(), err)
	}
	kept := archive.String()
	var sent int64
	other := c.ForGraph("other")
	task, err = other.Restore(t.Context(), kuzu.RestoreRequest{Archive: &archive, OnProgress: func(n int64) { sent = n }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := task.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	schema, err := other.Schema(t.Context())
	if err != nil || len(schema.Tables) != 2 || sent != size {
		t.Errorf("%d of %d bytes were sent, and there are %+v, %v", sent, size, schema.Tables, err)
	}
	_, err = other.Restore(t.Context(), kuzu.RestoreRequest{Archive: strings.NewReader(kept)})
	wantError(t, err, kuzu.KindConflict, "already exists")
}

func TestBackupRequest(t *testing.T) {
	srv := serve(t, says(200, asJSON, `{"task_id":"backup_backup_1a2b3c4d"}`))
	for want, req := range map[string]kuzu.BackupRequest{
		`{"backup_format":"full_dump","compression":true,"include_metadata":true}`:                     {},
		`{"backup_format":"full_dump","compression":false,"encryption":true,"include_metadata":false}`: {Encryption: true, Uncompressed: true, WithoutMetadata: true},
	} {
		if _, err := srv.client(t).Backup(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		asked := srv.asked()
		if got := strings.TrimSpace(asked[len(asked)-1].body); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
}

func TestDownloadBackup(t *testing.T) {
	archive := strings.Repeat("PK\x03\x04", 100_000)
	full := errors.New("the disk is full")
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		writer func(*bytes.Buffer) io.Writer
		kind   kuzu.Kind // 0 for success
		want   string
	}{
		"archive":             {says(200, "application/zip", archive), nil, 0, ""},
		"bytes of any kind":   {says(200, "application/octet-stream", archive), nil, 0, ""},
		"empty":               {says(200, "application/zip", ""), nil, kuzu.KindProtocol, "unexpected EOF"},
		"JSON":                {says(200, asJSON, `{"backup_data":"UEs="}`), nil, kuzu.KindProtocol, `content type "application/json" instead of application/zip`},
		"broken off":          {cutOff("application/zip", archive), nil, kuzu.KindUnavailable, "the archive broke off after 400000 bytes"},
		"nowhere to put it":   {says(200, "application/zip", archive), func(*bytes.Buffer) io.Writer { return failingWriter{full} }, kuzu.KindCanceled, "could not be written after 0 bytes"},
		"missing graph":       {says(404, asJSON, `{"detail":"Database social not found"}`), nil, kuzu.KindNotFound, "social"},
		"other failure":       {says(500, asJSON, `{"detail":"Failed to create backup: 404: Database files not found for social"}`), nil, kuzu.KindServer, "files not found"},
		"as deployed":         {says(500, "text/plain; charset=utf-8", "Internal Server Error"), nil, kuzu.KindUnsupported, "unsupported by this server"},
		"no route":            {says(404, asJSON, `{"detail":"Not Found"}`), nil, kuzu.KindUnsupported, "unsupported by this server"},
		"writer of few bytes": {says(200, "application/zip", archive), func(b *bytes.Buffer) io.Writer { return iotest.TruncateWriter(b, 1<<30) }, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			var w io.Writer = &got
			if test.writer != nil {
				w = test.writer(&got)
			}
			n, err := serve(t, test.answer).client(t).DownloadBackup(t.Context(), w)
			if test.kind == 0 {
				if err != nil || n != int64(len(archive)) || got.String() != archive {
					t.Errorf("%d bytes, %v", n, err)
				}
				return
			}
			wantError(t, err, test.kind, test.want, "downloadBackup", `"social"`)
			if test.kind == kuzu.KindCanceled && !errors.Is(err, full) {
				t.Errorf("the cause is hidden: %v", err)
			}
		})
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// TestCopy asks for the graph first: servers would make one of the name.
func TestCopy(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			says(200, asJSON, `{"graph_id":"social"}`)(w, r)
			return
		}
		says(200, asJSON, `{"task_id":"ingest_social_Person_0a1b2c3d","status":"started","sse_url":"/tasks/x/monitor","message":"x"}`)(w, r)
	})
	c := srv.client(t)
	for want, req := range map[string]kuzu.CopyRequest{
		`{"ignore_errors":false,"s3_pattern":"s3://b/*.csv","table_name":"Person"}`: {Pattern: "s3://b/*.csv", Table: "Person"},
		`{"ignore_errors":true,"s3_credentials":{"aws_access_key_id":"a","aws_secret_access_key":"b"},"s3_pattern":"s3://b/x","table_name":"T_1"}`: {
			Pattern: "s3://b/x", Table: "T_1", IgnoreErrors: true, Credentials: &kuzu.S3Credentials{AWSAccessKeyID: "a", AWSSecretAccessKey: "b"},
		},
	} {
		task, err := c.Copy(t.Context(), req)
		if err != nil || task.ID != "ingest_social_Person_0a1b2c3d" {
			t.Fatalf("%+v, %v", task, err)
		}
		asked := srv.asked()
		if got := strings.TrimSpace(asked[len(asked)-1].body); got != want || asked[len(asked)-2].uri != "/databases/social" {
			t.Errorf("sent %s after %s", got, asked[len(asked)-2].uri)
		}
	}
	sent := len(srv.asked())
	for want, req := range map[string]kuzu.CopyRequest{
		"no Pattern":              {Table: "Person"},
		`holds a quote`:           {Pattern: `s3://b/x" (HEADER=true)`, Table: "Person"},
		`"s3://b/x(1).csv" holds`: {Pattern: "s3://b/x(1).csv", Table: "Person"},
		`the Table ""`:            {Pattern: "s3://b/x"},
		`the Table "1a"`:          {Pattern: "s3://b/x", Table: "1a"},
		`the Table "Person FROM \"x\" //"; it may`: {Pattern: "s3://b/x", Table: `Person FROM "x" //`},
	} {
		_, err := c.Copy(t.Context(), req)
		wantError(t, err, kuzu.KindInvalidRequest, want, "copyFiles")
	}
	if len(srv.asked()) != sent {
		t.Error("a request that was refused was sent")
	}
	_, err := mock(t, nil).ForGraph("nowhere").Copy(t.Context(), kuzu.CopyRequest{Pattern: "s3://b/x", Table: "Person"})
	wantError(t, err, kuzu.KindNotFound, "nowhere")
}

// TestNodeExists against the statements that it makes.
func TestNodeExists(t *testing.T) {
	for name, test := range map[string]struct {
		table      string
		properties kuzu.Params
		want       string
	}{
		"of a table":         {"Person", nil, "{\"cypher\":\"MATCH (n:`Person`) RETURN 1 AS found LIMIT 1\",\"database\":\"social\"}"},
		"with an id":         {"Person", kuzu.Params{"id": 933}, "{\"cypher\":\"MATCH (n:`Person`) WHERE n.`id` = $p0 RETURN 1 AS found LIMIT 1\",\"database\":\"social\",\"parameters\":{\"p0\":933}}"},
		"with a large id":    {"P", kuzu.Params{"id": int64(20100214153210447)}, "{\"cypher\":\"MATCH (n:`P`) WHERE n.`id` = CAST($p0 AS INT64) RETURN 1 AS found LIMIT 1\",\"database\":\"social\",\"parameters\":{\"p0\":\"20100214153210447\"}}"},
		"with a huge id":     {"P", kuzu.Params{"id": uint64(1 << 63)}, "{\"cypher\":\"MATCH (n:`P`) WHERE n.`id` = CAST($p0 AS UINT64) RETURN 1 AS found LIMIT 1\",\"database\":\"social\",\"parameters\":{\"p0\":\"9223372036854775808\"}}"},
		"with null and name": {"P", kuzu.Params{"a b": nil, "c``d": "x"}, "{\"cypher\":\"MATCH (n:`P`) WHERE n.`a b` IS NULL AND n.`c``d` = $p1 RETURN 1 AS found LIMIT 1\",\"database\":\"social\",\"parameters\":{\"p1\":\"x\"}}"},
	} {
		t.Run(name, func(t *testing.T) {
			for rows, want := range map[string]bool{`[]`: false, `[{"found":1}]`: true} {
				count := "0"
				if want {
					count = "1"
				}
				srv := serve(t, says(200, asJSON, `{"data":`+rows+`,"columns":["found"],"row_count":`+count+`}`))
				got, err := srv.client(t).NodeExists(t.Context(), test.table, test.properties)
				if err != nil || got != want {
					t.Errorf("got %v, %v", got, err)
				}
				if sent := strings.TrimSpace(srv.asked()[0].body); sent != test.want {
					t.Errorf("sent %s\nwant %s", sent, test.want)
				}
			}
		})
	}
	srv := serve(t, says(200, asJSON, "{}"))
	for want, call := range map[string]func() (bool, error){
		`the table ""`:         func() (bool, error) { return srv.client(t).NodeExists(t.Context(), "", nil) },
		"the table \"a`b\"":    func() (bool, error) { return srv.client(t).NodeExists(t.Context(), "a`b", nil) },
		"the property \"a`b\"": func() (bool, error) { return srv.client(t).NodeExists(t.Context(), "a", kuzu.Params{"a`b": 1}) },
	} {
		_, err := call()
		wantError(t, err, kuzu.KindInvalidRequest, want)
	}
	srv.wantNothingSent(t)
}

// TestEnsureDatabase when it is there, when it is not, and when somebody else is
// faster.
func TestEnsureDatabase(t *testing.T) {
	c := mock(t, nil)
	for graph, want := range map[string]bool{"social": false, "other": true} {
		created, err := c.ForGraph(graph).EnsureDatabase(t.Context(), kuzu.DatabaseSpec{})
		if err != nil || created != want {
			t.Errorf("%s: created is %v, %v", graph, created, err)
		}
		if exists, err := c.ForGraph(graph).DatabaseExists(t.Context()); !exists || err != nil {
			t.Errorf("%s: exists is %v, %v", graph, exists, err)
		}
	}
	if exists, err := c.ForGraph("nowhere").DatabaseExists(t.Context()); exists || err != nil {
		t.Errorf("nowhere exists: %v, %v", exists, err)
	}
	for name, test := range map[string]struct {
		create http.HandlerFunc
		kind   kuzu.Kind
	}{
		"race":         {says(409, asJSON, `{"detail":"Database social already exists"}`), 0},
		"no room":      {says(507, asJSON, `{"detail":"Maximum database capacity reached (10)"}`), kuzu.KindCapacity},
		"schema fails": {says(200, asJSON, `{"status":"success","schema_applied":false}`), kuzu.KindExecution},
	} {
		created, err := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				says(404, asJSON, `{"detail":"Database social not found"}`)(w, r)
				return
			}
			test.create(w, r)
		}).client(t).EnsureDatabase(t.Context(), kuzu.DatabaseSpec{})
		if created {
			t.Errorf("%s: it says that it created the graph", name)
		}
		if test.kind != 0 {
			wantError(t, err, test.kind)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestServerAndGraphAreDescribed by a server as deployed.
func TestServerAndGraphAreDescribed(t *testing.T) {
	url, _ := mockWith(t, mockserver.Config{Quirks: mockserver.QuirksDeployed})
	c := connect(t, url)
	if err := c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{DDL: personDDL}); err != nil {
		t.Fatal(err)
	}
	if info, err := c.Info(t.Context()); err != nil || info.NodeType != "writer" || len(info.Databases) != 1 {
		t.Errorf("info: %+v, %v", info, err)
	}
	if metrics, err := c.Metrics(t.Context()); err != nil || metrics.System.CPU.Count == 0 && metrics.Cluster.NodeID == "" {
		t.Errorf("metrics: %+v, %v", metrics, err)
	}
	if metrics, err := c.DatabaseMetrics(t.Context()); err != nil || metrics.GraphID != "social" {
		t.Errorf("metrics of the graph: %+v, %v", metrics, err)
	}
	// The deployed server leaves properties out.
	schema, err := c.Schema(t.Context())
	if err != nil || len(schema.Tables) != 2 {
		t.Fatalf("schema: %+v, %v", schema, err)
	}
	want := []kuzu.TableProperty{{Name: "id", Type: "INT64", PrimaryKey: true}, {Name: "name", Type: "STRING"}}
	if got := schema.Tables[0].Properties; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("properties of %s: %+v", schema.Tables[0].Name, got)
	}
	if got := schema.Tables[1].Properties; len(got) != 1 || got[0] != (kuzu.TableProperty{Name: "since", Type: "INT64"}) {
		t.Errorf("properties of %s: %+v", schema.Tables[1].Name, got)
	}
	tasks, err := c.Tasks(t.Context(), kuzu.TaskFilter{Status: kuzu.TaskFailed, IDPrefix: "backup", Limit: 5})
	if err != nil || len(tasks) != 0 {
		t.Errorf("tasks: %+v, %v", tasks, err)
	}
	if _, err := c.Backup(t.Context(), kuzu.BackupRequest{}); err != nil {
		t.Fatal(err)
	}
	tasks, err = c.Tasks(t.Context(), kuzu.TaskFilter{Status: kuzu.TaskFailed, IDPrefix: "backup", Limit: 5})
	if err != nil || len(tasks) != 1 || tasks[0].Status != kuzu.TaskFailed {
		t.Errorf("tasks: %+v, %v", tasks, err)
	}
	if stats, err := c.TaskStats(t.Context()); err != nil || stats.FailedTasks != 1 || stats.TasksByType["backup"] != 1 {
		t.Errorf("statistics: %+v, %v", stats, err)
	}
	for _, limit := range []int{-1, 1001} {
		_, err := c.Tasks(t.Context(), kuzu.TaskFilter{Limit: limit})
		wantError(t, err, kuzu.KindInvalidRequest, "it may be 1 to 1000")
	}
	// It has no ingestion either, and that is not a missing graph.
	_, err = c.Ingest(t.Context(), kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv"}})
	wantError(t, err, kuzu.KindUnsupported, "unsupported by this server")
}

// TestPropertiesThatCannotBeHad are an error and not an empty table.
func TestPropertiesThatCannotBeHad(t *testing.T) {
	for name, test := range map[string]struct {
		table  string
		answer http.HandlerFunc
		kind   kuzu.Kind
	}{
		"engine error": {"It's", says(400, asJSON, `{"detail":"Catalog error: Catalog exception: x"}`), kuzu.KindSyntax},
		"no columns":   {"It's", says(200, asJSON, `{"data":[{"x":1}],"columns":["x"],"row_count":1}`), kuzu.KindProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					says(200, asJSON, `{"database":"social","tables":[{"id":0,"name":"`+test.table+`","type":"NODE","properties":[]}]}`)(w, r)
					return
				}
				test.answer(w, r)
			})
			_, err := srv.client(t).Schema(t.Context())
			wantError(t, err, test.kind)
			if asked := srv.asked(); len(asked) > 1 && !strings.Contains(asked[1].body, `CALL TABLE_INFO('It\\'s') RETURN *`) {
				t.Errorf("asked %s", asked[1].body)
			}
		})
	}
}
