package kuzu_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// detail is an error body as servers write it.
func detail(text string) string { return fmt.Sprintf(`{"detail":%q}`, text) }

// issue is an error body of a request that breaks a rule, as the deployed server
// writes it, with the offending value.
func issue(kind, loc, msg string) string {
	return fmt.Sprintf(`{"detail":[{"type":%q,"loc":%s,"msg":%q,"input":"s3cr3t","ctx":{"error":"s3cr3t"}}]}`, kind, loc, msg)
}

// TestKindsOfRefusals says what becomes of every refusal of the deployed server,
// by the sections of its protocol. Those of section 6.3 are tested with the
// statements that cause them in TestEngineErrorsAreTyped as well.
func TestKindsOfRefusals(t *testing.T) {
	const text = "text/plain; charset=utf-8"
	info := func(ctx context.Context, c *kuzu.Client) error { return jsonOperations()["getInfo"](ctx, c) }
	tasks := func(ctx context.Context, c *kuzu.Client) error { return jsonOperations()["listTasks"](ctx, c) }
	task := func(ctx context.Context, c *kuzu.Client) error { return jsonOperations()["getTask"](ctx, c) }
	on := func(name string) func(context.Context, *kuzu.Client) error { return onGraph[name] }
	for _, test := range []struct {
		name        string
		call        func(context.Context, *kuzu.Client) error
		status      int
		contentType string
		body        string
		kind        kuzu.Kind
	}{
		// 1.2, generic.
		{"unknown path", info, 404, asJSON, detail("Not Found"), kuzu.KindUnsupported},
		{"wrong method", info, 405, asJSON, detail("Method Not Allowed"), kuzu.KindUnsupported},
		{"trailing slash", info, 307, "", "", kuzu.KindProtocol},
		{"unhandled exception", info, 500, text, "Internal Server Error", kuzu.KindServer},
		{"malformed HTTP", info, 400, text, "Invalid HTTP request received.", kuzu.KindInvalidRequest},
		{"no key", tasks, 401, asJSON, detail("Missing API key"), kuzu.KindUnauthorized},
		{"wrong key", tasks, 401, asJSON, detail("Invalid API key"), kuzu.KindUnauthorized},
		{"lockout", tasks, 429, asJSON, detail("Too many failed authentication attempts"), kuzu.KindLockedOut},
		{"too large, a schema", on("installSchema"), 413, asJSON, detail("Request schema too large. Size: 1,048,577 bytes, Max allowed: 1,048,576 bytes"), kuzu.KindTooLarge},
		{"too large", on("queryDatabase"), 413, asJSON, detail("Request query too large. Size: 100,001 bytes, Max allowed: 100,000 bytes"), kuzu.KindTooLarge},

		// 1.3, every type of fault.
		{"missing", on("queryDatabase"), 422, asJSON, issue("missing", `["body","database"]`, "Field required"), kuzu.KindInvalidRequest},
		{"extra_forbidden", on("queryDatabase"), 422, asJSON, issue("extra_forbidden", `["body","timeout"]`, "Extra inputs are not permitted"), kuzu.KindInvalidRequest},
		{"string_type", on("queryDatabase"), 422, asJSON, issue("string_type", `["body","cypher"]`, "Input should be a valid string"), kuzu.KindInvalidRequest},
		{"dict_type", on("queryDatabase"), 422, asJSON, issue("dict_type", `["body","parameters"]`, "Input should be a valid dictionary"), kuzu.KindInvalidRequest},
		{"string_too_long", on("queryDatabase"), 422, asJSON, issue("string_too_long", `["body","cypher"]`, "String should have at most 10000 characters"), kuzu.KindInvalidRequest},
		{"string_pattern_mismatch", on("createDatabase"), 422, asJSON, issue("string_pattern_mismatch", `["body","graph_id"]`, "String should match pattern"), kuzu.KindInvalidRequest},
		{"bool_parsing", on("queryDatabase stream"), 422, asJSON, issue("bool_parsing", `["query","streaming"]`, "Input should be a valid boolean"), kuzu.KindInvalidRequest},
		{"int_parsing", tasks, 422, asJSON, issue("int_parsing", `["query","limit"]`, "Input should be a valid integer"), kuzu.KindInvalidRequest},
		{"greater_than_equal", tasks, 422, asJSON, issue("greater_than_equal", `["query","limit"]`, "Input should be greater than or equal to 1"), kuzu.KindInvalidRequest},
		{"less_than_equal", tasks, 422, asJSON, issue("less_than_equal", `["query","limit"]`, "Input should be less than or equal to 1000"), kuzu.KindInvalidRequest},
		{"json_invalid", on("queryDatabase"), 422, asJSON, issue("json_invalid", `["body",1]`, "JSON decode error"), kuzu.KindInvalidRequest},
		{"model_attributes_type", on("queryDatabase"), 422, asJSON, issue("model_attributes_type", `["body"]`, "Input should be a valid dictionary"), kuzu.KindInvalidRequest},

		// 5.1 to 5.4.
		{"unhealthy", func(ctx context.Context, c *kuzu.Client) error { return jsonOperations()["getHealth"](ctx, c) }, 503, asJSON, `{"status":"unhealthy","error":"x"}`, kuzu.KindUnavailable},
		{"metrics fail", func(ctx context.Context, c *kuzu.Client) error { return jsonOperations()["getMetrics"](ctx, c) }, 500, text, "Internal Server Error", kuzu.KindServer},
		// 5.5.
		{"create on a replica", on("createDatabase"), 403, asJSON, detail("Database creation not allowed on read-only nodes"), kuzu.KindForbidden},
		{"create without a repository", on("createDatabase"), 400, asJSON, detail("Shared schema type requires repository_name"), kuzu.KindInvalidRequest},
		{"create without room", on("createDatabase"), 507, asJSON, detail("Maximum database capacity reached (10)"), kuzu.KindCapacity},
		{"create what is there", on("createDatabase"), 409, asJSON, detail("Database social already exists"), kuzu.KindConflict},
		{"create fails", on("createDatabase"), 500, asJSON, detail("Database creation failed: IO exception: full"), kuzu.KindServer},
		{"create without its schema", on("createDatabase"), 200, asJSON, `{"status":"success","graph_id":"social","schema_applied":false}`, kuzu.KindExecution},
		// 5.6, 5.7.
		{"get what is not there", on("getDatabase"), 404, asJSON, detail("Database social not found"), kuzu.KindNotFound},
		{"get fails", on("getDatabase"), 500, asJSON, detail("Failed to get database info: x"), kuzu.KindServer},
		{"delete on a replica", on("deleteDatabase"), 403, asJSON, detail("Database deletion not allowed on read-only nodes"), kuzu.KindForbidden},
		{"delete what is not there", on("deleteDatabase"), 404, asJSON, detail("Database social not found"), kuzu.KindNotFound},
		{"delete fails", on("deleteDatabase"), 500, asJSON, detail("Database deletion failed: x"), kuzu.KindServer},
		// 5.8.
		{"schema on a replica", on("installSchema"), 403, asJSON, detail("Schema installation not allowed on read-only nodes"), kuzu.KindForbidden},
		{"schema of what is not there", on("installSchema"), 404, asJSON, detail("Database social not found"), kuzu.KindNotFound},
		{"schema of no type", on("installSchema"), 400, asJSON, detail("Schema type must be 'custom' or 'ddl'"), kuzu.KindInvalidRequest},
		{"schema without DDL", on("installSchema"), 400, asJSON, detail("DDL commands are required"), kuzu.KindInvalidRequest},
		{"schema off the list", on("installSchema"), 200, asJSON, `{"success":false,"message":"Schema installation failed: 400: DDL statement 2 contains forbidden operations or doesn't match allowed patterns","statements_executed":0}`, kuzu.KindInvalidRequest},
		{"schema that is wrong", on("installSchema"), 200, asJSON, `{"success":false,"message":"Failed to execute DDL statement 2: Binder exception: x","statements_executed":0}`, kuzu.KindSyntax},
		{"schema that fails", on("installSchema"), 200, asJSON, `{"success":false,"message":"Schema installation failed: x","statements_executed":0}`, kuzu.KindExecution},
		// 5.9, 5.10.
		{"malformed id", on("getSchema"), 400, asJSON, detail("Graph ID contains invalid characters"), kuzu.KindInvalidRequest},
		{"empty id", on("getSchema"), 400, asJSON, detail("Graph ID cannot be empty"), kuzu.KindInvalidRequest},
		{"odd id", on("getDatabaseMetrics"), 400, asJSON, detail("Graph ID must be alphanumeric with underscores/dashes only"), kuzu.KindInvalidRequest},
		{"odd id of a query", on("queryDatabase"), 500, text, "Internal Server Error", kuzu.KindServer},
		{"long id", on("getDatabaseMetrics"), 400, asJSON, detail("Graph ID too long (max 64 characters)"), kuzu.KindInvalidRequest},
		{"no such schema", on("getSchema"), 404, asJSON, detail("Database 'social' not found"), kuzu.KindNotFound},
		{"schema cannot be read", on("getSchema"), 500, asJSON, detail("Failed to retrieve schema: 400: Query binding error: x"), kuzu.KindServer},
		{"no such metrics", on("getDatabaseMetrics"), 404, asJSON, detail("Database 'social' not found"), kuzu.KindNotFound},
		{"metrics of a graph fail", on("getDatabaseMetrics"), 500, asJSON, detail("Failed to retrieve database metrics"), kuzu.KindServer},
		// 5.11 to 5.14.
		{"backup on a replica", on("createBackup"), 403, asJSON, detail("Backup operations not allowed on read-only nodes"), kuzu.KindForbidden},
		{"backup of what is not there", on("createBackup"), 404, asJSON, detail("Database social not found"), kuzu.KindNotFound},
		{"backup without a task store", on("createBackup"), 500, text, "Internal Server Error", kuzu.KindServer},
		{"restore takes no upload", on("restoreDatabase upload"), 422, asJSON, issue("missing", `["query","backup_path"]`, "Field required"), kuzu.KindUnsupported},
		{"restore on a replica", on("restoreDatabase"), 403, asJSON, detail("Restore operations not allowed on read-only nodes"), kuzu.KindForbidden},
		{"restore over what is there", on("restoreDatabase"), 409, asJSON, detail("Database social already exists"), kuzu.KindConflict},
		{"upload over what is there", on("restoreDatabase upload"), 409, asJSON, detail("Database social already exists. Use force_overwrite=true to replace it."), kuzu.KindConflict},
		{"restore is not implemented", on("restoreDatabase"), 200, asJSON, `{"status":"not_implemented","message":"Database restore functionality is not yet implemented"}`, kuzu.KindUnsupported},
		{"download as deployed", on("downloadBackup stream"), 500, text, "Internal Server Error", kuzu.KindUnsupported},
		{"download without files", on("downloadBackup stream"), 500, asJSON, detail("Failed to create backup: 404: Database files not found for social"), kuzu.KindServer},
		{"copy on a replica", on("getDatabase copy"), 403, asJSON, detail("Cannot ingest data: node is in read-only mode"), kuzu.KindForbidden},
		{"copy without a task store", on("getDatabase copy"), 500, text, "Internal Server Error", kuzu.KindServer},
		{"no ingestion", on("ingestFiles"), 404, asJSON, detail("Not Found"), kuzu.KindUnsupported},
		// 5.16 to 5.18.
		{"tasks without a store", tasks, 500, text, "Internal Server Error", kuzu.KindServer},
		{"counts without a store", func(ctx context.Context, c *kuzu.Client) error { return jsonOperations()["getTaskStats"](ctx, c) }, 500, text, "Internal Server Error", kuzu.KindServer},
		{"task without a store", task, 500, text, "Internal Server Error", kuzu.KindServer},
		{"no such task", task, 404, asJSON, detail("Task t1 not found"), kuzu.KindNotFound},

		// 6.3, 6.6, 6.7.
		{"empty query", on("queryDatabase"), 400, asJSON, detail("Query cannot be empty"), kuzu.KindInvalidRequest},
		{"forbidden keyword", on("queryDatabase"), 403, asJSON, detail("Query contains forbidden keyword: GRANT"), kuzu.KindForbidden},
		{"long query", on("queryDatabase"), 400, asJSON, detail("Query too long (max 5000 characters)"), kuzu.KindInvalidRequest},
		{"too many parameters", on("queryDatabase"), 400, asJSON, detail("Too many parameters (max 50)"), kuzu.KindInvalidRequest},
		{"name of a parameter", on("queryDatabase"), 400, asJSON, detail("Invalid parameter name: K"), kuzu.KindInvalidRequest},
		{"long parameter", on("queryDatabase"), 400, asJSON, detail("Parameter 'K' value too long (max 10000 characters)"), kuzu.KindInvalidRequest},
		{"long array", on("queryDatabase"), 400, asJSON, detail("Parameter 'K' array too large (max 1000 elements)"), kuzu.KindInvalidRequest},
		{"large array", on("queryDatabase"), 400, asJSON, detail("Parameter 'K' array total size too large"), kuzu.KindInvalidRequest},
		{"large object", on("queryDatabase"), 400, asJSON, detail("Parameter 'K' object too large (max 100 keys)"), kuzu.KindInvalidRequest},
		{"parameter out of bounds", on("queryDatabase"), 400, asJSON, detail("Parameter 'K' numeric value out of bounds"), kuzu.KindInvalidRequest},
		{"query of what is not there", on("queryDatabase"), 404, asJSON, detail("Database 'social' not found"), kuzu.KindNotFound},
		{"binder", on("queryDatabase"), 400, asJSON, detail("Query binding error: Binder exception: x"), kuzu.KindSyntax},
		{"parser", on("queryDatabase"), 400, asJSON, detail("Query parsing error: Parser exception: x"), kuzu.KindSyntax},
		{"catalog", on("queryDatabase"), 400, asJSON, detail("Catalog error: Catalog exception: x"), kuzu.KindSyntax},
		{"runtime", on("queryDatabase"), 500, asJSON, detail("Query execution error: Runtime exception: x"), kuzu.KindExecution},
		{"conversion", on("queryDatabase"), 500, asJSON, detail("Query execution error: Conversion exception: x"), kuzu.KindExecution},
		{"engine's time limit", on("queryDatabase"), 500, asJSON, detail("Query execution error: Interrupted."), kuzu.KindTimeout},
		{"extra parameter", on("queryDatabase"), 500, asJSON, detail("Query execution error: Parameter x not found."), kuzu.KindInvalidRequest},
		{"no transaction", on("queryDatabase"), 500, asJSON, detail("Query execution error: No active transaction for ROLLBACK."), kuzu.KindExecution},
		{"server's time limit", on("queryDatabase"), 500, asJSON, detail("Unexpected error: 408: Query execution timeout (30 seconds)"), kuzu.KindTimeout},
		{"other exception", on("queryDatabase"), 500, asJSON, detail("Unexpected error: x"), kuzu.KindServer},
		{"locked file", on("queryDatabase"), 500, asJSON, detail("Query execution failed: IO exception: lock"), kuzu.KindServer},
		{"value that has no JSON", on("queryDatabase"), 500, text, "Internal Server Error", kuzu.KindServer},
		{"busy", on("queryDatabase"), 503, asJSON, `{"detail":{"error":"Server temporarily unavailable","reason":"x","decision":"reject_memory","retry_after":5}}`, kuzu.KindUnavailable},
		{"busy, streaming", on("queryDatabase stream"), 503, asJSON, `{"detail":{"error":"Server temporarily unavailable","reason":"x","decision":"reject_cpu","retry_after":5}}`, kuzu.KindUnavailable},

		// Before the server.
		{"load balancer", on("queryDatabase"), 502, "text/html", "<html>", kuzu.KindUnavailable},
		{"load balancer, timeout", on("queryDatabase"), 504, "text/html", "<html>", kuzu.KindUnavailable},
		{"empty answer", on("queryDatabase"), 200, asJSON, "", kuzu.KindProtocol},
	} {
		t.Run(test.name, func(t *testing.T) {
			refusal := says(test.status, test.contentType, test.body)
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(test.name, "copy") && r.Method == http.MethodGet { // it asks for the graph first
					says(200, asJSON, `{"graph_id":"social"}`)(w, r)
					return
				}
				refusal(w, r)
			}).client(t)
			err := test.call(t.Context(), c)
			wantError(t, err, test.kind)
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error repeats what was sent: %v", err)
			}
		})
	}
}

// TestKindsOfStreams says what becomes of the edge cases of section 7, whose
// streams all end cleanly.
func TestKindsOfStreams(t *testing.T) {
	const one = `{"chunk_index":0,"data":[{"n":1}],"columns":["n"],"is_last_chunk":%v,"row_count":1,"total_rows_sent":1}` + "\n"
	for name, test := range map[string]struct {
		body      string
		statement string // "" if it has no LIMIT
		noGraph   bool
		kind      kuzu.Kind // 0 if it is complete
		cause     error
	}{
		"zero rows":             {body: chunkOf(0, 0, true)},
		"a write":               {body: `{"chunk_index":0,"data":[],"columns":[],"is_last_chunk":true,"row_count":0,"total_rows_sent":0}` + "\n"},
		"1 row":                 {body: chunkOf(0, 1, true)},
		"999 rows":              {body: chunkOf(0, 999, true)},
		"1000 rows":             {body: chunkOf(0, 1000, false), kind: kuzu.KindTruncated, cause: kuzu.ErrUnconfirmed},
		"1000 rows, its LIMIT":  {body: chunkOf(0, 1000, false), statement: "UNWIND range(1, 1000) AS n RETURN n LIMIT 1000"},
		"1000 rows of 2000":     {body: chunkOf(0, 1000, false), statement: "UNWIND range(1, 9000) AS n RETURN n LIMIT 2000", kind: kuzu.KindTruncated, cause: kuzu.ErrUnconfirmed},
		"1001 rows":             {body: chunkOf(0, 1000, false) + chunkOf(1, 1, true)},
		"2000 rows":             {body: chunkOf(0, 1000, false) + chunkOf(1, 1000, false), kind: kuzu.KindTruncated, cause: kuzu.ErrUnconfirmed},
		"2000 rows, its LIMIT":  {body: chunkOf(0, 1000, false) + chunkOf(1, 1000, false), statement: "UNWIND range(1, 9000) AS n RETURN n LIMIT 2000"},
		"1000 rows, last chunk": {body: chunkOf(0, 1000, true)},
		"unknown database":      {noGraph: true, kind: kuzu.KindNotFound},
		"value without JSON":    {kind: kuzu.KindUnsupported, cause: kuzu.ErrUnstreamable},
		"no last chunk":         {body: fmt.Sprintf(one, false), kind: kuzu.KindTruncated},
		"half a line":           {body: `{"chunk_index":0,"data":[{"n":1}],"col`, kind: kuzu.KindTruncated},
		"binder":                {body: errorLine("Binder exception: Table Nope does not exist.", "BinderException"), kind: kuzu.KindSyntax},
		"parser":                {body: errorLine("Parser exception: x", "ParserException"), kind: kuzu.KindSyntax},
		"catalog":               {body: errorLine("Catalog exception: x", "CatalogException"), kind: kuzu.KindSyntax},
		"runtime":               {body: errorLine("Runtime exception: x", "RuntimeError"), kind: kuzu.KindExecution},
		"value error":           {body: errorLine("x", "ValueError"), kind: kuzu.KindExecution},
		"interrupted":           {body: errorLine("Interrupted.", "RuntimeError"), kind: kuzu.KindTimeout},
		"error after rows":      {body: fmt.Sprintf(one, false) + errorLine("Runtime exception: x", "RuntimeError"), kind: kuzu.KindExecution},
		"line of no JSON":       {body: "<html>\n", kind: kuzu.KindProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			statement := test.statement
			if statement == "" {
				statement = "RETURN 1 AS n"
			}
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodPost:
					says(200, asNDJSON, test.body)(w, r)
				case test.noGraph:
					says(404, asJSON, detail("Database social not found"))(w, r)
				default:
					says(200, asJSON, `{"graph_id":"social"}`)(w, r)
				}
			}).client(t)
			rows := c.Stream(t.Context(), statement, nil)
			defer rows.Close()
			for rows.Next() {
			}
			if test.kind == 0 {
				if rows.Err() != nil {
					t.Error(rows.Err())
				}
				return
			}
			wantError(t, rows.Err(), test.kind, "queryDatabase")
			if test.cause != nil && !errors.Is(rows.Err(), test.cause) {
				t.Errorf("%v is not %v", rows.Err(), test.cause)
			}
		})
	}
}

// chunkOf is a chunk of so many rows, after full ones.
func chunkOf(index, rows int, last bool) string {
	columns := `["n"]`
	if index > 0 {
		columns = "[]"
	}
	return fmt.Sprintf(`{"chunk_index": %d, "data": [%s], "columns": %s, "is_last_chunk": %v, "row_count": %d, "total_rows_sent": %d}`+"\n",
		index, strings.TrimSuffix(strings.Repeat(`{"n": 1}, `, rows), ", "), columns, last, rows, 1000*index+rows)
}

func errorLine(text, kind string) string {
	return fmt.Sprintf(`{"error":%q,"error_type":%q,"chunk_index":0,"is_last_chunk":true,"row_count":0,"total_rows_sent":0,"execution_time_ms":0.9}`+"\n", text, kind)
}

// TestKindsOfEvents says what becomes of a task by each event of section 9.3,
// with a record that is running for a minute and then says otherwise.
func TestKindsOfEvents(t *testing.T) {
	for name, test := range map[string]struct {
		event string
		kind  kuzu.Kind     // 0 if the task completes
		after time.Duration // less than which it is not known
	}{
		"connected": {connected, 0, time.Minute},
		"heartbeat": {heartbeat, 0, time.Minute},
		"progress":  {progress(100, 1000), 0, time.Minute},
		"error":     {gone, 0, time.Minute},
		"ping":      {ping, 0, time.Minute},
		"unknown":   {"event: tomorrow\ndata: {}\n\n", 0, time.Minute},
		"completed": {completed, 0, 0},
		"failed":    {failed, kuzu.KindExecution, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				later := func(w http.ResponseWriter, r *http.Request) {
					if time.Since(began) < time.Minute {
						running(w, r)
						return
					}
					done(w, r)
				}
				got := wait(t.Context(), t, &tasks{events: []http.HandlerFunc{events(test.event)}, records: []http.HandlerFunc{later}})
				if test.kind != 0 {
					wantError(t, got.err, test.kind)
				} else if got.err != nil {
					t.Error(got.err)
				}
				if got.took < test.after || test.after == 0 && got.took != 0 {
					t.Errorf("it was known after %v", got.took)
				}
			})
		})
	}
}
