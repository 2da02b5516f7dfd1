package mockserver_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
)

func TestHealth(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		r := a.get("/health")
		body := regexp.MustCompile(`"memory_rss_mb":[0-9.]+`).ReplaceAllString(r.stable(), `"memory_rss_mb":<n>`)
		if want := `{"database_count":1,"memory_rss_mb":<n>,"status":"healthy","uptime_seconds":<n>}`; r.status != 200 || body != want {
			t.Errorf("got %d %s\nwant %s", r.status, body, want)
		}
	})
}

func TestInfo(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		const limits = `"memory_limits":{"admission_threshold_percent":85,"instance_max_mb":2048,"per_database_max_mb":0},` +
			`"query_limits":{"connection_ttl_minutes":30,"health_check_interval_minutes":5,"max_connections_per_db":0,"timeout_seconds":30},`
		want := func(databases string) string {
			return `{"base_path":"<dir>","cluster_version":"1.0.0","configuration":{"admission_control":{"check_interval":1,"cpu_threshold":90,"memory_threshold":85,"queue_threshold":0.8},` +
				`"base_path":"<dir>","max_databases":7,` + limits + `"read_only":false},"databases":` + databases +
				fmt.Sprintf(`,"max_databases":7,"node_id":"kuzu-shared_master-%d","node_type":"shared_master","read_only":false,"uptime_seconds":<n>}`, os.Getpid())
		}
		a.get("/info").is(200, want("[]"))
		a.create("b", "")
		a.create("a", "")
		a.get("/info").is(200, want(`["a","b"]`))
	}, func(cfg *mockserver.Config) { cfg.MaxDatabases, cfg.NodeType = 7, server.NodeTypeSharedMaster })
}

func TestMetrics(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		a.create("other", "")
		a.query("g", "RETURN 1", "")
		a.query("g", "RETURN FOO(1)", "") // only successes count
		a.stream("g", "RETURN FOO(1)")
		a.stream("g", "RETURN 1")
		r := a.get("/metrics")
		// The figures of the machine are whatever they are.
		body := regexp.MustCompile(`"(count|used_gb)":[0-9.e-]+(,"usage_percent":0)?\}`).ReplaceAllString(r.stable(), `"$1":<n>}`)
		want := `{"admission_control":{"connections_per_db":{"g":0,"other":0},"cpu_percent":0,"cpu_threshold":90,"memory_percent":0,"memory_threshold":85,"total_connections":0},` +
			`"cluster":{"node_id":"<id>","node_type":"writer","uptime_seconds":<n>},` +
			`"databases":{"count":2,"databases":{"g":{"query_count":2,"size_bytes":<n>,"size_gb":<n>},"other":{"query_count":0,"size_bytes":<n>,"size_gb":<n>}},"total_size_gb":<n>},` +
			`"ingestion":{"active_tasks":0,"processing_rate":0,"queue_depth":0},` +
			`"queries":{"queries_by_database":{"g":2},"reset_time":"<utc>","total_queries":2},` +
			`"system":{"cpu":{"count":<n>},"disk":{"mount_point":"/"},"memory":{"used_gb":<n>},"timestamp":"<utc>"},"timestamp":"<utc>"}`
		body = strings.Replace(body, fmt.Sprintf("kuzu-writer-%d", os.Getpid()), "<id>", 1)
		if r.status != 200 || body != want {
			t.Errorf("got %d %s\nwant %s", r.status, body, want)
		}
	})
}

// An engine that cannot even list its databases is a server that cannot work.
func TestEngineFails(t *testing.T) {
	engine := newStub(t)
	engine.list = func() ([]string, error) { return nil, errors.New("disk gone") }
	engine.stat = func() error { return errors.New("file gone") }
	a := start(t, engine)
	a.get("/health").is(503, `{"error":"disk gone","status":"unhealthy"}`)
	a.get("/info").is(500, "Internal Server Error")
	a.get("/metrics").is(500, "Internal Server Error")
	a.get("/databases").is(500, "Internal Server Error")
	a.get("/databases/g").detail(500, "Failed to get database info: file gone")
	a.get("/databases/g/metrics").detail(500, "Failed to retrieve database metrics")
	a.post("/databases", `{"graph_id":"g"}`).detail(500, "Database creation failed: disk gone")

	engine.list, engine.stat = nil, nil
	a.create("g", "")
	engine.list = func() ([]string, error) { return []string{"g", "gone"}, nil }
	if got := into[server.DatabaseList](a.get("/databases")).TotalDatabases; got != 1 {
		t.Errorf("%d databases are listed", got) // those that cannot be looked at are left out
	}
	if got := into[server.NodeMetrics](a.get("/metrics")).Databases.Count; got != 1 {
		t.Errorf("%d databases are measured", got)
	}
}

// What an engine fails at in the middle of an operation.
func TestEngineFailsLater(t *testing.T) {
	engine := newStub(t)
	a := start(t, engine)
	a.create("g", socialDDL)
	a.write("b/Person.csv", peopleCSV)
	engine.drop = func() error { return errors.New("IO exception: disk gone") }
	a.do("DELETE", "/databases/g", "").detail(500, "Database deletion failed: IO exception: disk gone")

	answer := func(on string, row []any, err error) {
		engine.run = func(_ context.Context, cypher string) (mockserver.Result, error) {
			if !strings.HasPrefix(cypher, on) {
				return nil, io.EOF
			}
			sent := false
			return &result{columns: []string{"result"}, next: func() ([]any, error) {
				if err != nil || sent {
					return nil, cmp.Or(err, io.EOF)
				}
				sent = true
				return row, nil
			}}, nil
		}
	}
	answer("CALL SHOW_TABLES", []any{uint64(7), "in quotes", "NODE", "a comment"}, nil)
	a.get("/databases/g/schema").is(200, `{"database":"g","node_tables":["in quotes"],"rel_tables":[],"tables":[{"comment":"a comment","id":7,"name":"in quotes","properties":[],"type":"NODE"}]}`)
	answer("CALL TABLE_INFO", nil, errors.New("Runtime exception: late"))
	a.get("/databases/g/schema").detail(500, "Failed to retrieve schema: Runtime exception: late")
	answer("COPY", []any{"done"}, nil)
	a.post("/databases/g/ingest", `{"mode":"sync","bucket":"b","files":["Person.csv"]}`).
		detail(500, "Query execution error: the engine answered a COPY with [[done]] (file s3://b/Person.csv, 1 of 1; those before it stay loaded)")

	// A database that is dropped between two looks at it.
	engine.fail = mockserver.ErrDatabaseNotFound
	a.query("g", "RETURN 1", "").detail(404, "Database 'g' not found")
	a.get("/databases/g/schema").detail(404, "Database 'g' not found")
}

// Times of databases are local, and have a fraction only if there is one.
func TestDatabaseTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := startInMemory(t, scripted(t))
		a.create("g", "")
		made := time.Now().Local().Format("2006-01-02T15:04:05")
		check := func(created, used string) {
			t.Helper()
			info := into[server.DatabaseInfo](a.get("/databases/g"))
			if info.CreatedAt != created || info.LastAccessed == nil || *info.LastAccessed != used {
				t.Errorf("got %s, %v, want %s, %s", info.CreatedAt, info.LastAccessed, created, used)
			}
		}
		a.query("g", "RETURN 1", "")
		check(made, made)
		<-time.After(1500*time.Microsecond + 7)
		a.query("g", "CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))", "")
		check(made+".001500", made+".001500") // created is really changed
	})
}

// A database whose statements fail is there, but not well.
func TestUnhealthyDatabase(t *testing.T) {
	engine := newStub(t)
	a := start(t, engine)
	a.create("g", "")
	engine.fail = errors.New("Runtime exception: it is broken")
	if info := into[server.DatabaseInfo](a.get("/databases/g")); info.IsHealthy {
		t.Errorf("got %+v", info)
	}
	if got := into[server.DatabaseMetrics](a.get("/databases/g/metrics")); got.NodeCount != 0 || got.RelationshipCount != 0 {
		t.Errorf("got %+v", got)
	}
	a.get("/databases/g/schema").detail(500, "Failed to retrieve schema: Runtime exception: it is broken")
	a.post("/databases/g/ingest", `{"bucket":"b","files":["x.csv"]}`).detail(500, "Query execution error: Runtime exception: it is broken")
}
