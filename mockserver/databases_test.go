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
