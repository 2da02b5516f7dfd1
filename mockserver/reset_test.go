package mockserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/robosystems/kuzuclient/mockserver"
)

// After a reset the server is as it was when it was new, on every engine.
func TestReset(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		key := "X-Kuzu-API-Key: right"
		for range 2 {
			a.do("POST", "/databases", `{"graph_id":"g"}`, key)
			a.do("POST", "/databases/g/query", queryBody("RETURN 1", ""), key)
			a.do("POST", "/databases/g/copy", `{"s3_pattern":"s3://b/none.csv","table_name":"Entity"}`, key)
			for range 10 {
				a.do("GET", "/tasks", "", "X-Kuzu-API-Key: wrong").detail(401, "Invalid API key")
			}
			a.do("GET", "/databases", "", key).detail(429, "Too many failed authentication attempts")
			if err := a.server.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			a.do("GET", "/databases", "", key).is(200, `{"databases":[],"node_capacity":{"capacity_remaining":200,"current_databases":0,"max_databases":200,"utilization_percent":0},"total_databases":0,"total_size_bytes":<n>}`)
			a.do("GET", "/tasks", "", key).is(200, "[]")
			if got := into[struct{ Queries map[string]any }](a.get("/metrics")).Queries; got["total_queries"] != 0.0 || len(got["queries_by_database"].(map[string]any)) != 0 {
				t.Errorf("queries are %v", got)
			}
		}
	}, func(cfg *mockserver.Config) { cfg.APIKey = "right" })
}

// A reset interrupts the task that runs, drops those that wait, and ends their
// event streams.
func TestResetEndsTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		a.ingest("hold", "")
		waiting := a.ingest("waits", "")
		resp := a.send(a.request(t.Context(), http.MethodGet, waiting.URL, ""))
		defer resp.Body.Close()
		events := bufio.NewReader(resp.Body)
		if first, err := events.ReadString('\n'); err != nil || first != "event: connected\r\n" {
			t.Errorf("got %q, %v", first, err)
		}
		synctest.Wait()
		if err := a.server.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(events); err != nil || !strings.HasSuffix(string(rest), `"Task `+waiting.ID+` not found", "task_type": "ingestion"}`+"\r\n\r\n") {
			t.Errorf("got %s, %v", rest, err)
		}
		if len(engine.loaded) != 1 {
			t.Errorf("%v were loaded", engine.loaded)
		}
		a.create("g", socialDDL) // it works on
		close(engine.release)
		if task := a.finished(a.ingest("more", "")); task.Status != "completed" {
			t.Errorf("got %+v", task)
		}
	})
}

func TestResetFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newStub(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		engine.drop = func() error { return errors.New("IO exception: disk gone") }
		fails := func(ctx context.Context, want string) {
			t.Helper()
			if err := a.server.Reset(ctx); err == nil || err.Error() != want {
				t.Errorf("error is %v, want %s", err, want)
			}
		}
		fails(t.Context(), "mockserver: reset: database g: IO exception: disk gone")
		engine.list = func() ([]string, error) { return nil, errors.New("no list") }
		fails(t.Context(), "mockserver: reset: no list")
		engine.list, engine.drop = nil, nil

		release := make(chan struct{})
		engine.run = func(_ context.Context, cypher string) (mockserver.Result, error) {
			if isCopy(cypher) {
				<-release
			}
			return nil, io.EOF
		}
		a.ingest("stubborn", "")
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		fails(ctx, "mockserver: reset: a task does not end: context canceled")
		close(release)
		if err := a.server.Reset(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
