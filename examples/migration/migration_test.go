// Package migration_test runs each Go call of docs/migration.md against a mock
// server, and holds the page to the calls here.
package migration_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

type company struct{ Name string }

// TestCalls makes them in the order of a graph's life.
func TestCalls(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "data", "Entity.csv"), []byte("id,name,type\n1,Ada,person\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	engine := mockserver.NewScripted()
	statement := "MATCH (c:Company) RETURN c.name AS name"
	engine.Answer(statement, []string{"name"}, []any{"Acme"})
	engine.Answer("MATCH (n:`Entity`) WHERE n.`id` = $p0 RETURN 1 AS found LIMIT 1", []string{"found"}, []any{int64(1)})
	srv, err := mockserver.New(mockserver.Config{Engine: engine, DataRoot: root, Reporter: t})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	web := httptest.NewServer(srv)
	defer web.Close()
	t.Setenv("ENVIRONMENT", "dev")
	t.Setenv("KUZU_API_URL", web.URL)

	ctx := t.Context()
	cfg, err := factory.ConfigFromEnv()
	must(t, err)
	f, err := factory.New(ctx, cfg)
	must(t, err)
	defer f.Close()
	c, err := f.Client(ctx, "kg1a2b3c4d5", factory.Write)
	must(t, err)

	must(t, c.CreateDatabase(ctx, kuzu.DatabaseSpec{}))
	_, err = c.EnsureDatabase(ctx, kuzu.DatabaseSpec{})
	must(t, err)
	must(t, c.InstallSchema(ctx, "CREATE NODE TABLE Company(name STRING, PRIMARY KEY(name))"))
	task, err := c.Ingest(ctx, kuzu.IngestRequest{Bucket: "data", Files: []string{"Entity.csv"}, Priority: 7})
	must(t, err)
	_, err = task.Wait(ctx)
	must(t, err)
	_, err = c.Task(ctx, task.ID)
	must(t, err)
	_, err = c.Tasks(ctx, kuzu.TaskFilter{})
	must(t, err)

	result, err := c.Query(ctx, statement, nil)
	must(t, err)
	if len(result.Rows) != 1 {
		t.Errorf("%d rows", len(result.Rows))
	}
	companies, err := kuzu.QueryAs[company](ctx, c, statement, nil)
	must(t, err)
	for row, err := range c.Stream(ctx, statement, nil).All() {
		must(t, err)
		values, err := row.Values()
		must(t, err)
		if values[0] != companies[0].Name {
			t.Errorf("streamed %v, queried %v", values, companies)
		}
	}
	found, err := c.NodeExists(ctx, "Entity", kuzu.Params{"id": "1"})
	if must(t, err); !found {
		t.Error("the node is not found")
	}

	exercise(ctx, t, c)
	_, err = c.Query(ctx, "MATCH (n:Nothing) RETURN n", nil)
	if err == nil || errors.Is(err, kuzu.ErrUnavailable) {
		t.Errorf("an unknown statement is %v", err)
	}
	must(t, c.DeleteDatabase(ctx))
	if found, err := c.DatabaseExists(ctx); found || err != nil {
		t.Errorf("after deletion: %v, %v", found, err)
	}
}

// exercise makes the calls that only ask.
func exercise(ctx context.Context, t *testing.T, c *kuzu.Client) {
	t.Helper()
	_, err := c.Health(ctx)
	must(t, err)
	_, err = c.Info(ctx)
	must(t, err)
	_, err = c.Metrics(ctx)
	must(t, err)
	_, err = c.Databases(ctx)
	must(t, err)
	_, err = c.Database(ctx)
	must(t, err)
	_, err = c.DatabaseMetrics(ctx)
	must(t, err)
	_, err = c.Schema(ctx)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestPage: each Go call of the page's first table is made above.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/migration.md")
	must(t, err)
	own, err := os.ReadFile("migration_test.go")
	must(t, err)
	calls := regexp.MustCompile("(?m)^\\| `[^|]*` \\| `([^`]+)` \\| [^|]*\\|$").FindAllSubmatch(page, -1)
	if len(calls) < 20 {
		t.Errorf("only %d calls on the page", len(calls))
	}
	for _, call := range calls {
		if !strings.Contains(string(own), string(call[1])) {
			t.Errorf("nobody makes the call %s", call[1])
		}
	}
}
