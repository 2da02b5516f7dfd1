package contract_test

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/kuzu"
)

// methods are those of the client, each with a call. A method that asks no server
// has none.
var methods = map[string]func(ctx context.Context, c *kuzu.Client){
	"Backup": func(ctx context.Context, c *kuzu.Client) { _, _ = c.Backup(ctx, kuzu.BackupRequest{}) },
	"Close":  nil,
	"Copy": func(ctx context.Context, c *kuzu.Client) {
		_, _ = c.Copy(ctx, kuzu.CopyRequest{Pattern: "s3://b/x.csv", Table: "P"})
	},
	"CreateDatabase":  func(ctx context.Context, c *kuzu.Client) { _ = c.CreateDatabase(ctx, kuzu.DatabaseSpec{}) },
	"Database":        func(ctx context.Context, c *kuzu.Client) { _, _ = c.Database(ctx) },
	"DatabaseExists":  func(ctx context.Context, c *kuzu.Client) { _, _ = c.DatabaseExists(ctx) },
	"DatabaseMetrics": func(ctx context.Context, c *kuzu.Client) { _, _ = c.DatabaseMetrics(ctx) },
	"Databases":       func(ctx context.Context, c *kuzu.Client) { _, _ = c.Databases(ctx) },
	"DeleteDatabase":  func(ctx context.Context, c *kuzu.Client) { _ = c.DeleteDatabase(ctx) },
	"DownloadBackup":  func(ctx context.Context, c *kuzu.Client) { _, _ = c.DownloadBackup(ctx, io.Discard) },
	"EnsureDatabase":  func(ctx context.Context, c *kuzu.Client) { _, _ = c.EnsureDatabase(ctx, kuzu.DatabaseSpec{}) },
	"ForGraph":        nil,
	"Graph":           nil,
	"Health":          func(ctx context.Context, c *kuzu.Client) { _, _ = c.Health(ctx) },
	"Info":            func(ctx context.Context, c *kuzu.Client) { _, _ = c.Info(ctx) },
	"Ingest": func(ctx context.Context, c *kuzu.Client) {
		_, _ = c.Ingest(ctx, kuzu.IngestRequest{Bucket: "b", Files: []string{"P.csv"}})
	},
	"IngestSync": func(ctx context.Context, c *kuzu.Client) {
		_, _ = c.IngestSync(ctx, kuzu.IngestRequest{Bucket: "b", Files: []string{"P.csv"}})
	},
	"InstallSchema": func(ctx context.Context, c *kuzu.Client) {
		_ = c.InstallSchema(ctx, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
	},
	"Metrics":    func(ctx context.Context, c *kuzu.Client) { _, _ = c.Metrics(ctx) },
	"NodeExists": func(ctx context.Context, c *kuzu.Client) { _, _ = c.NodeExists(ctx, "P", kuzu.Params{"id": 1}) },
	"Query":      func(ctx context.Context, c *kuzu.Client) { _, _ = c.Query(ctx, "RETURN 1 AS n", nil) },
	"Restore": func(ctx context.Context, c *kuzu.Client) {
		_, _ = c.Restore(ctx, kuzu.RestoreRequest{Path: "s3://b/a.zip"})
	},
	"Schema":    func(ctx context.Context, c *kuzu.Client) { _, _ = c.Schema(ctx) },
	"Stream":    func(ctx context.Context, c *kuzu.Client) { _ = c.Stream(ctx, "RETURN 1 AS n", nil).Close() },
	"Task":      func(ctx context.Context, c *kuzu.Client) { _, _ = c.Task(ctx, "t") },
	"TaskStats": func(ctx context.Context, c *kuzu.Client) { _, _ = c.TaskStats(ctx) },
	"Tasks":     func(ctx context.Context, c *kuzu.Client) { _, _ = c.Tasks(ctx, kuzu.TaskFilter{}) },
	"WaitTask":  func(ctx context.Context, c *kuzu.Client) { _, _ = c.WaitTask(ctx, "t", nil) },
	"WatchTask": func(ctx context.Context, c *kuzu.Client) {
		for _, err := range c.WatchTask(ctx, "t") {
			_ = err
			break
		}
	},
}

// TestClientAndDocument fails on the first gap between the two: an operation that
// no method sends, a method that sends what is no operation, or nothing.
func TestClientAndDocument(t *testing.T) {
	client := reflect.TypeFor[*kuzu.Client]()
	for method := range client.Methods() {
		if _, ok := methods[method.Name]; !ok {
			t.Errorf("the client's method %s is not in this test's table", method.Name)
		}
	}
	sent := map[string][]string{} // methods by operation
	for name, call := range methods {
		if _, ok := client.MethodByName(name); !ok {
			t.Errorf("the client has no method %s", name)
		}
		if call == nil {
			continue
		}
		for _, id := range operationsOf(t, name, call) {
			sent[id] = append(sent[id], name)
		}
	}
	for _, op := range gen.Operations() {
		if sent[op.ID] == nil {
			t.Errorf("no method of the client sends %s: %s %s", op.ID, op.Method, op.Path)
		}
	}
}

// operationsOf returns the operations that a method sends.
func operationsOf(t *testing.T, method string, call func(context.Context, *kuzu.Client)) (ids []string) {
	var mu sync.Mutex
	c := vectorClient(t, func(w http.ResponseWriter, r *http.Request) {
		op, ok := gen.FindOperation(r.Method, r.URL.Path)
		if !ok {
			t.Errorf("%s sends %s %s, which is no operation of the document", method, r.Method, r.URL.Path)
		}
		mu.Lock()
		ids = append(ids, op.ID)
		mu.Unlock()
		if op == gen.OpGetDatabase && method == "Copy" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"graph_id":"vectors"}`) // what Copy asks before it begins
			return
		}
		w.WriteHeader(http.StatusTeapot)
	})
	call(t.Context(), c)
	mu.Lock()
	defer mu.Unlock()
	if len(ids) == 0 {
		t.Errorf("%s sends nothing", method)
	}
	return ids
}
