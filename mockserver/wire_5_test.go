package mockserver_test

import (
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestWire5 holds section 5, the endpoints: what each answers, and in which
// order it looks. Metrics (5.3), backup, download and restore (5.11 to 5.13)
// have tables of their own, and section 6 has the query's.
func TestWire5(t *testing.T) {
	const (
		made  = `200 {"database_path":"<dir>/%.kuzu","execution_time_ms":<n>,"graph_id":"%","schema_applied":`
		info  = `{"created_at":"<local>","database_path":"<dir>/g.kuzu","graph_id":"g","is_healthy":true,"last_accessed":…,"read_only":false,"size_bytes":<n>}`
		empty = `{"input":{},"loc":["body","type"],"msg":"Field required","type":"missing"}`
	)
	created := func(name, applied string) string {
		return strings.ReplaceAll(made, "%", name) + applied + `,"status":"success"}`
	}
	hold(t, []fact{
		{row: "5.1 healthy", ask: "GET /health", answer: `200 {"database_count":0,"memory_rss_mb":…,"status":"healthy","uptime_seconds":<n>}`, header: "Content-Type: application/json"},
		{row: "5.2 all fields", ask: "GET /info", answer: `200 {"base_path":"<dir>","cluster_version":"…","configuration":{…"timeout_seconds":30}…"databases":[],"max_databases":4,"node_id":"kuzu-writer-…","node_type":"writer","read_only":false,"uptime_seconds":<n>}`},
		{row: "5.2 limits", ask: "GET /info", answer: `200 …"max_connections_per_db":0,…`, quirk: `200 …"max_connections_per_db":10,…`},
		{row: "5.4 nothing there", ask: "GET /databases", answer: `200 {"databases":[],"node_capacity":{"capacity_remaining":4,"current_databases":0,"max_databases":4,"utilization_percent":0},"total_databases":0,"total_size_bytes":<n>}`},

		{row: "5.5 custom without DDL", ask: "POST /databases", body: `{"graph_id":"g","schema_type":"custom","more":1,"tenant_tier":"premium"}`, answer: created("g", "false")},
		{row: "5.5 422 first", ask: "POST /databases", body: `{"graph_id":"g","schema_type":"shared","is_subgraph":[]}`, answer: `422 {"detail":[{"input":[],"loc":["body","is_subgraph"],…`},
		{row: "5.5 shared needs a name", ask: "POST /databases", body: `{"graph_id":"g","schema_type":"shared"}`, answer: detail(400, "Shared schema type requires repository_name")},
		{row: "5.5 duplicate", ask: "POST /databases", body: `{"graph_id":"g"}`, answer: detail(409, "Database g already exists")},
		{row: "5.5 failing DDL leaves it", ask: "POST /databases", body: `{"graph_id":"half","schema_type":"custom","custom_schema_ddl":"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); CREATE NODE TABLE Bad(id INT64)"}`, answer: created("half", "false")},
		{row: "5.5 what it left", ask: "GET /databases/half/schema", answer: `200 {"database":"half","node_tables":["A"],…`},
		{row: "5.5 entity by default", ask: "POST /databases", body: `{"graph_id":"e","repository_name":null}`, answer: created("e", "true")},
		{row: "5.5 shared", ask: "POST /databases", body: `{"graph_id":"sec","schema_type":"shared","repository_name":"sec"}`, answer: created("sec", "true")},
		{row: "5.5 full before duplicate", ask: "POST /databases", body: `{"graph_id":"g"}`, answer: detail(507, "Maximum database capacity reached (4)")},
		{row: "5.5 subgraphs do not count", ask: "POST /databases", body: `{"graph_id":"g_sub","schema_type":"custom","is_subgraph":true}`, answer: created("g_sub", "false")},
		{row: "5.5 nor hide a duplicate", ask: "POST /databases", body: `{"graph_id":"g","is_subgraph":true}`, answer: detail(409, "Database g already exists")},

		{row: "5.4 room may be negative", ask: "GET /databases", answer: `200 {"databases":[{…"graph_id":"e",…"node_capacity":{"capacity_remaining":-1,"current_databases":5,"max_databases":4,"utilization_percent":125},"total_databases":5,"total_size_bytes":<n>}`},
		{row: "5.6 one", ask: "GET /databases/g", answer: "200 " + info},
		{row: "5.6 none", ask: "GET /databases/none", answer: detail(404, "Database none not found")},
		{row: "5.6 ids are not looked at", ask: "GET /databases/a.b", answer: detail(404, "Database a.b not found")},
		{row: "5.7 gone", ask: "DELETE /databases/half", answer: `200 {"message":"Database half deleted successfully","status":"success"}`},
		{row: "5.7 none", ask: "DELETE /databases/half", answer: detail(404, "Database half not found")},

		{row: "5.8 422 before 404", ask: "POST /databases/none/schema", body: `{}`, answer: `422 {"detail":[` + empty + `]}`},
		{row: "5.8 404 before the type", ask: "POST /databases/none/schema", body: `{"type":"other"}`, answer: detail(404, "Database none not found")},
		{row: "5.8 type", ask: "POST /databases/g/schema", body: `{"type":"entity","ddl":""}`, answer: detail(400, "Schema type must be 'custom' or 'ddl'")},
		{row: "5.8 null", ask: "POST /databases/g/schema", body: `{"type":"ddl","ddl":null,"metadata":{"x":1e400}}`, answer: detail(400, "DDL commands are required")},
		{row: "5.8 empty", ask: "POST /databases/g/schema", body: `{"type":"custom","ddl":"","more":1}`, answer: detail(400, "DDL commands are required")},
		{row: "5.8 blank pieces", ask: "POST /databases/g/schema", body: `{"type":"ddl","ddl":" ; ;"}`, answer: `200 {"message":"Schema installed successfully on database g","statements_executed":0,"success":true}`},
		{row: "5.8 installed", ask: "POST /databases/g/schema", body: `{"type":"custom","ddl":` + quote(socialDDL) + `}`, answer: `200 {"message":"Schema installed successfully on database g","statements_executed":2,"success":true}`},
		{row: "5.8 refused", ask: "POST /databases/g/schema", body: `{"type":"ddl","ddl":"CREATE NODE TABLE B(id INT64, PRIMARY KEY(id)); DROP TABLE Person"}`, answer: `200 {"message":"Schema installation failed: 400: DDL statement 2 contains forbidden operations or doesn't match allowed patterns","statements_executed":0,"success":false}`},
		{row: "5.8 rolled back", ask: "POST /databases/g/schema", body: `{"type":"ddl","ddl":"CREATE NODE TABLE B(id INT64, PRIMARY KEY(id)); CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id))"}`, answer: `200 {"message":"Failed to execute DDL statement 2: Binder exception: Person already exists in catalog.","statements_executed":0,"success":false}`},

		{
			row: "5.9 tables", ask: "GET /databases/g/schema",
			answer: `200 {"database":"g","node_tables":["Person"],"rel_tables":["Knows"],"tables":[{"comment":"","id":…,"name":"Person","properties":[{"name":"id","primary_key":true,"type":"INT64"},…],"type":"NODE"},{"comment":"","id":…,"name":"Knows","properties":[{…}],"type":"REL"}]}`,
			quirk:  `200 {"database":"g","node_tables":["Person"],"rel_tables":["Knows"],"tables":[{"comment":"","id":…,"name":"Person","properties":[],"type":"NODE"},{"comment":"","id":…,"name":"Knows","properties":[],"type":"REL"}]}`,
		},
		{row: "5.9 none, in quotes", ask: "GET /databases/none/schema", answer: detail(404, "Database 'none' not found")},
		{row: "5.10 figures", ask: "GET /databases/g/metrics", answer: `200 {"database_name":"g","graph_id":"g","instance_id":"kuzu-writer-…","last_modified":"<local>","node_count":0,"node_type":"writer","relationship_count":0,"size_bytes":<n>,"size_mb":<n>}`},
		{row: "5.10 none, in quotes", ask: "GET /databases/none/metrics", answer: detail(404, "Database 'none' not found")},

		{row: "5.14 422", ask: "POST /databases/g/copy", body: `{"s3_pattern":"x"}`, answer: `422 {"detail":[{"input":{"s3_pattern":"x"},"loc":["body","table_name"],"msg":"Field required","type":"missing"}]}`},
		{row: "5.14 no 404", ask: "POST /databases/no.ne/copy", body: `{"s3_pattern":"s3://b/x.csv","table_name":"T","s3_credentials":null,"more":1}`, answer: `200 {"message":"Background ingestion started for T","sse_url":"/tasks/ingest_no.ne_T_<hex>/monitor","status":"started","task_id":"ingest_no.ne_T_<hex>"}`},

		{row: "5.16 status, exact", ask: "GET /tasks?status=none", answer: "200 []"},
		{row: "5.16 type, a prefix", ask: "GET /tasks?task_type=gest", answer: "200 []"},
		{row: "5.16 one", ask: "GET /tasks?task_type=ingest&limit=1", answer: `200 [{…"task_id":"ingest_no.ne_T_<hex>"}]`},
		{row: "5.16 limit", ask: "GET /tasks?limit=0", answer: `422 {"detail":[{"ctx":{"ge":1},"input":"0","loc":["query","limit"],…`},
		{row: "5.17 counts", ask: "GET /tasks/stats", answer: `200 {"active_tasks":…,"completed_tasks":0,"failed_tasks":…,"pending_tasks":…,"tasks_by_status":{…:1},"tasks_by_type":{"ingestion":1},"total_tasks":1}`},
		{row: "5.18 none", ask: "GET /tasks/none/status", answer: detail(404, "Task none not found")},

		{row: "5 ingest", ask: "POST /databases/none/ingest", body: "{}", answer: detail(404, "Database none not found"), quirk: detail(404, "Not Found")},
	}, nil, func(cfg *mockserver.Config) { cfg.MaxDatabases = 4 })
}

// TestWire5ReadOnly: read-only nodes refuse before they look whether the
// database is there, but after the form of the request.
func TestWire5ReadOnly(t *testing.T) {
	hold(t, []fact{
		{row: "5.2", ask: "GET /info", answer: `200 …"read_only":true}…"read_only":true,…`},
		{row: "5.5", ask: "POST /databases", body: `{"graph_id":"g","schema_type":"shared"}`, answer: detail(403, "Database creation not allowed on read-only nodes")},
		{row: "5.5, 422 before 403", ask: "POST /databases", body: `{}`, answer: `422 {"detail":[{"input":{},"loc":["body","graph_id"],"msg":"Field required","type":"missing"}]}`},
		{row: "5.6", ask: "GET /databases/g", answer: `200 …"read_only":true,…`},
		{row: "5.7", ask: "DELETE /databases/none", answer: detail(403, "Database deletion not allowed on read-only nodes")},
		{row: "5.8", ask: "POST /databases/none/schema", body: `{"type":"other"}`, answer: detail(403, "Schema installation not allowed on read-only nodes")},
		{row: "5.11", ask: "POST /databases/none/backup", body: `{}`, answer: detail(403, "Backup operations not allowed on read-only nodes")},
		{row: "5.12", ask: "POST /databases/g/restore?backup_path=x", answer: detail(403, "Restore operations not allowed on read-only nodes")},
		{row: "5.13", ask: "POST /databases/none/backup-download", answer: detail(403, "Backup operations not allowed on read-only nodes")},
		{row: "5.14", ask: "POST /databases/none/copy", body: `{"s3_pattern":"x","table_name":"y"}`, answer: detail(403, "Cannot ingest data: node is in read-only mode")},
		{row: "5 ingest", ask: "POST /databases/none/ingest", body: `{}`, answer: detail(403, "Cannot ingest data: node is in read-only mode"), quirk: detail(404, "Not Found")},
		{row: "S-19", ask: "POST /databases/g/query", body: queryBody("CREATE NODE TABLE Made(id INT64, PRIMARY KEY(id))", ""), answer: `200 {"columns":["result"],"data":[{"result":"Table Made has been created."}],…`},
		{row: "5.16", ask: "GET /tasks", answer: "200 []"},
	}, func(a *api) {
		if err := a.engine.Create(a.Context(), "g"); err != nil {
			a.Fatal(err)
		}
	}, func(cfg *mockserver.Config) { cfg.ReadOnly = true })
}

// TestWire5IDs: who looks at graph ids, and what is said of a wrong one.
func TestWire5IDs(t *testing.T) {
	var facts []fact
	for id, fault := range map[string]string{
		"..":                    "Graph ID contains invalid characters",
		"a..b":                  "Graph ID contains invalid characters",
		`a%5Cb`:                 "Graph ID contains invalid characters",
		"a.b":                   "Graph ID must be alphanumeric with underscores/dashes only",
		"a%20b":                 "Graph ID must be alphanumeric with underscores/dashes only",
		"gr%C3%A4ph":            "Graph ID must be alphanumeric with underscores/dashes only",
		"a,b":                   "Graph ID must be alphanumeric with underscores/dashes only",
		"a%0A":                  "Graph ID must be alphanumeric with underscores/dashes only",
		strings.Repeat("a", 65): "Graph ID too long (max 64 characters)",
	} {
		query := "POST /databases/" + id + "/query"
		facts = append(facts,
			fact{row: "5.9 id", ask: "GET /databases/" + id + "/schema", answer: detail(400, fault)},
			fact{row: "5.10 id", ask: "GET /databases/" + id + "/metrics", answer: detail(400, fault)},
			fact{row: "5.6 id", ask: "GET /databases/" + id, answer: `404 {"detail":"Database … not found"}`},
			fact{row: "5.7 id", ask: "DELETE /databases/" + id, answer: `404 {"detail":"Database … not found"}`},
			fact{row: "6.1 422 before the id", ask: query, body: `[]`, answer: "422 …"},
			fact{row: "6.1 id before the text", ask: query, body: queryBody("GRANT", ""), answer: detail(400, fault), quirk: failed},
			fact{row: "6.1 id before any stream", ask: query + "?streaming=true", body: queryBody("RETURN 1", ""), answer: detail(400, fault), quirk: failed},
		)
	}
	longest := strings.Repeat("a", 64)
	facts = append(facts, fact{row: "5.9 longest id", ask: "GET /databases/" + longest + "/schema", answer: `200 {"database":"` + longest + `",…`})
	hold(t, facts, func(a *api) { a.create(longest, "") })
}
