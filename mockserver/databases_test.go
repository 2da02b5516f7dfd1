package mockserver_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

func TestDatabaseLife(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		const info = `{"created_at":"<local>","database_path":"<dir>/g1.kuzu","graph_id":"g1","is_healthy":true,"last_accessed":%s,"read_only":false,"size_bytes":<n>}`

		a.get("/databases").is(200, `{"databases":[],"node_capacity":{"capacity_remaining":200,"current_databases":0,"max_databases":200,"utilization_percent":0},"total_databases":0,"total_size_bytes":<n>}`)
		a.post("/databases", `{"graph_id":"g1","schema_type":"custom"}`).
			is(200, `{"database_path":"<dir>/g1.kuzu","execution_time_ms":<n>,"graph_id":"g1","schema_applied":false,"status":"success"}`)
		a.post("/databases", `{"graph_id":"g1"}`).detail(409, "Database g1 already exists")

		a.get("/databases/g1").is(200, fmt.Sprintf(info, "null"))
		// The first look at it was a use.
		a.get("/databases/g1").is(200, fmt.Sprintf(info, `"<local>"`))
		a.create("a-2_B", "")
		a.get("/databases").is(200, `{"databases":[`+
			`{"created_at":"<local>","database_path":"<dir>/a-2_B.kuzu","graph_id":"a-2_B","is_healthy":true,"last_accessed":null,"read_only":false,"size_bytes":<n>},`+
			fmt.Sprintf(info, `"<local>"`)+
			`],"node_capacity":{"capacity_remaining":198,"current_databases":2,"max_databases":200,"utilization_percent":1},"total_databases":2,"total_size_bytes":<n>}`)

		a.do(http.MethodDelete, "/databases/g1", "").is(200, `{"message":"Database g1 deleted successfully","status":"success"}`)
		a.do(http.MethodDelete, "/databases/g1", "").detail(404, "Database g1 not found")
		a.get("/databases/g1").detail(404, "Database g1 not found")
		a.get("/databases/g1/schema").detail(404, "Database 'g1' not found")
		a.get("/databases/g1/metrics").detail(404, "Database 'g1' not found")
		a.query("g1", "RETURN 1", "").detail(404, "Database 'g1' not found")
		a.create("g1", "") // its name is free again
	})
}

func TestDatabaseMetrics(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		metrics := func(nodes, rels int) string {
			return fmt.Sprintf(`{"database_name":"g","graph_id":"g","instance_id":"%s","last_modified":"<local>","node_count":%d,"node_type":"writer","relationship_count":%d,"size_bytes":<n>,"size_mb":<n>}`,
				into[map[string]any](a.get("/info"))["node_id"], nodes, rels)
		}
		a.create("g", "")
		a.get("/databases/g/metrics").is(200, metrics(0, 0))
		a.post("/databases/g/schema", `{"type":"ddl","ddl":"`+socialDDL+`"}`)
		a.write("b/Person.csv", peopleCSV)
		a.write("b/Knows.csv", knowsCSV)
		a.post("/databases/g/ingest", `{"mode":"sync","bucket":"b","files":["Person.csv","Knows.csv"]}`)
		a.get("/databases/g/metrics").is(200, metrics(3, 2))
	})
}

func TestDatabaseIDs(t *testing.T) {
	a := start(t, scripted(t))
	for _, tt := range []struct{ id, fault string }{
		{"..", "Graph ID contains invalid characters"},
		{"a..b", "Graph ID contains invalid characters"},
		{`a%5Cb`, "Graph ID contains invalid characters"},
		{"a.b", "Graph ID must be alphanumeric with underscores/dashes only"},
		{"a%20b", "Graph ID must be alphanumeric with underscores/dashes only"},
		{"gr%C3%A4ph", "Graph ID must be alphanumeric with underscores/dashes only"},
		{"a,b", "Graph ID must be alphanumeric with underscores/dashes only"},
		{"a%0A", "Graph ID must be alphanumeric with underscores/dashes only"},
		{strings.Repeat("a", 65), "Graph ID too long (max 64 characters)"},
	} {
		a.get("/databases/"+tt.id+"/schema").detail(400, tt.fault)
		a.get("/databases/"+tt.id+"/metrics").detail(400, tt.fault)
		// Where ids are not looked at, there is just no such database.
		for _, r := range []reply{a.get("/databases/" + tt.id), a.do(http.MethodDelete, "/databases/"+tt.id, "")} {
			if r.status != 404 || !strings.Contains(r.body, " not found") {
				t.Errorf("%s: got %d %s", tt.id, r.status, r.body)
			}
		}
		a.query(tt.id, "RETURN 1", "").detail(400, tt.fault)
		a.stream(tt.id, "RETURN 1").detail(400, tt.fault)
		if err := a.server.SetQuirks(mockserver.QuirkBadID); err != nil {
			t.Fatal(err)
		}
		a.query(tt.id, "RETURN 1", "").is(500, "Internal Server Error")
		a.stream(tt.id, "RETURN 1").is(500, "Internal Server Error")
		if err := a.server.SetQuirks(0); err != nil {
			t.Fatal(err)
		}
	}
	longest := strings.Repeat("a", 64)
	a.create(longest, "")
	a.get("/databases/"+longest+"/schema").is(200, `{"database":"`+longest+`","node_tables":[],"rel_tables":[],"tables":[]}`)
}

func TestCapacity(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g1", "")
		a.create("g2", "")
		a.post("/databases", `{"graph_id":"g3"}`).detail(507, "Maximum database capacity reached (2)")
		a.post("/databases", `{"graph_id":"g2"}`).detail(507, "Maximum database capacity reached (2)") // capacity is looked at first
		if r := a.post("/databases", `{"graph_id":"g1_sub","is_subgraph":true}`); r.status != 200 {
			t.Errorf("subgraph: got %d %s", r.status, r.body)
		}
		a.post("/databases", `{"graph_id":"g2","is_subgraph":true}`).detail(409, "Database g2 already exists")
		got := into[struct {
			Capacity map[string]float64 `json:"node_capacity"`
		}](a.get("/databases")).Capacity
		if got["capacity_remaining"] != -1 || got["utilization_percent"] != 150 {
			t.Errorf("got %v", got)
		}
		a.do(http.MethodDelete, "/databases/g1", "")
		a.do(http.MethodDelete, "/databases/g1_sub", "")
		a.create("g3", "")
	}, func(cfg *mockserver.Config) { cfg.MaxDatabases = 2 })
}

// Between counting and creating nobody slips in.
func TestCapacityTogether(t *testing.T) {
	engine := newStub(t)
	a := start(t, engine, func(cfg *mockserver.Config) { cfg.MaxDatabases = 3 })
	var counting atomic.Int32
	engine.list = func() ([]string, error) {
		counting.Add(1)
		defer counting.Add(-1)
		for range 1000 { // time for another one to come
			runtime.Gosched()
		}
		if counting.Load() > 1 {
			t.Error("two count at a time")
		}
		return engine.Engine.List(t.Context())
	}
	statuses := make(chan int)
	for name := range strings.SplitSeq("a b c d e f g h i j", " ") {
		go func() { statuses <- a.post("/databases", `{"graph_id":"`+name+`"}`).status }()
	}
	made := 0
	for range 10 {
		switch status := <-statuses; status {
		case http.StatusOK:
			made++
		case http.StatusInsufficientStorage:
		default:
			t.Errorf("got %d", status)
		}
	}
	if made != 3 {
		t.Errorf("%d were made", made)
	}
}
