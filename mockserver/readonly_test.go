package mockserver_test

import (
	"testing"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
)

// A read-only server refuses before it looks whether the database is there, but
// after it has looked at the request.
func TestReadOnly(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		if err := a.engine.Create(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct{ method, path, body, words string }{
			{"POST", "/databases", `{"graph_id":"g","schema_type":"shared"}`, "Database creation not allowed on read-only nodes"},
			{"DELETE", "/databases/none", ``, "Database deletion not allowed on read-only nodes"},
			{"POST", "/databases/none/schema", `{"type":"other"}`, "Schema installation not allowed on read-only nodes"},
			{"POST", "/databases/none/ingest", `{}`, "Cannot ingest data: node is in read-only mode"},
			{"POST", "/databases/none/copy", `{"s3_pattern":"x","table_name":"y"}`, "Cannot ingest data: node is in read-only mode"},
			{"POST", "/databases/none/backup", `{}`, "Backup operations not allowed on read-only nodes"},
			{"POST", "/databases/none/backup-download", ``, "Backup operations not allowed on read-only nodes"},
		} {
			a.do(tt.method, tt.path, tt.body).detail(403, tt.words)
		}
		a.post("/databases", `{}`).is(422, `{"detail":[{"input":{},"loc":["body","graph_id"],"msg":"Field required","type":"missing"}]}`)
		a.get("/tasks").is(200, "[]")

		// What it holds can be read, and statements are not looked into.
		if info := into[server.NodeInfo](a.get("/info")); !info.ReadOnly || !*info.Configuration.ReadOnly {
			t.Errorf("got %+v", info)
		}
		if info := into[server.DatabaseInfo](a.get("/databases/g")); !info.ReadOnly {
			t.Errorf("got %+v", info)
		}
		a.query("g", "CREATE NODE TABLE Made(id INT64, PRIMARY KEY(id))", "").
			is(200, `{"columns":["result"],"data":[{"result":"Table Made has been created."}],"database":"g","execution_time_ms":<n>,"row_count":1}`)
	}, func(cfg *mockserver.Config) { cfg.ReadOnly = true })
}
