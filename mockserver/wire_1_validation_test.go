package mockserver_test

import (
	"strings"
	"testing"
)

// TestWire1Validation holds section 1.3. Every request here breaks a rule of the document, and is answered with what
// and where. That comes before what the operation itself would say: neither the
// database nor the task is there.
func TestWire1Validation(t *testing.T) {
	const (
		query  = "/databases/none/query"
		ingest = "/databases/none/ingest"
	)
	long, wide := strings.Repeat("x", 10_001), strings.Repeat("é", 10_001)
	files := `["` + strings.Repeat(`x","`, 1000) + `x"]`
	required := func(loc, input string) string {
		return `{"input":` + input + `,"loc":` + loc + `,"msg":"Field required","type":"missing"}`
	}
	eachServer(t, func(t *testing.T, a *api) {
		restore := `["body","backup_data"]`
		if a.quirks != 0 {
			restore = `["query","backup_path"]`
		}
		for _, tt := range []struct{ path, body, issues string }{
			{query, ``, required(`["body"]`, `null`)},
			{query, `{"cypher":"RETURN 1"}`, required(`["body","database"]`, `{"cypher":"RETURN 1"}`)},
			{query, `{}`, required(`["body","cypher"]`, `{}`) + `,` + required(`["body","database"]`, `{}`)},
			{"/databases", `{"schema_type":"entity"}`, required(`["body","graph_id"]`, `{"schema_type":"entity"}`)},
			{"/databases", `{"GRAPH_ID":"g"}`, required(`["body","graph_id"]`, `{"GRAPH_ID":"g"}`)}, // names have their case
			{"/databases/none/schema", `{"ddl":"x"}`, required(`["body","type"]`, `{"ddl":"x"}`)},
			{"/databases/none/copy", `{"s3_pattern":"x"}`, required(`["body","table_name"]`, `{"s3_pattern":"x"}`)},
			{"/databases/none/restore", ``, required(restore, `null`)},

			{query, `{"cypher":"RETURN 1","database":"g","timeout":30}`, `{"input":30,"loc":["body","timeout"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}`},
			{query, `{"cypher":"RETURN 1","database":"g","CYPHER":[1]}`, `{"input":[1],"loc":["body","CYPHER"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}`},

			{query, `{"cypher":1,"database":"g"}`, `{"input":1,"loc":["body","cypher"],"msg":"Input should be a valid string","type":"string_type"}`},
			{query, `{"cypher":null,"database":"g"}`, `{"input":null,"loc":["body","cypher"],"msg":"Input should be a valid string","type":"string_type"}`},
			{query, `{"cypher":"x","database":20100214153210447}`, `{"input":20100214153210447,"loc":["body","database"],"msg":"Input should be a valid string","type":"string_type"}`},
			{"/databases/none/copy", `{"s3_pattern":"x","table_name":"x","s3_credentials":{"region":1}}`, `{"input":1,"loc":["body","s3_credentials","region"],"msg":"Input should be a valid string","type":"string_type"}`},
			{ingest, `{"files":["a",1]}`, `{"input":1,"loc":["body","files",1],"msg":"Input should be a valid string","type":"string_type"}`},

			{query, `{"cypher":"x","database":"g","parameters":[1]}`, `{"input":[1],"loc":["body","parameters"],"msg":"Input should be a valid dictionary","type":"dict_type"}`},
			{"/databases/none/schema", `{"type":"ddl","metadata":"x"}`, `{"input":"x","loc":["body","metadata"],"msg":"Input should be a valid dictionary","type":"dict_type"}`},

			{query, `{"cypher":"` + long + `","database":"g"}`, `{"ctx":{"max_length":10000},"input":"` + long + `","loc":["body","cypher"],"msg":"String should have at most 10000 characters","type":"string_too_long"}`},
			{query, `{"cypher":"` + wide + `","database":"g"}`, `{"ctx":{"max_length":10000},"input":"` + wide + `","loc":["body","cypher"],"msg":"String should have at most 10000 characters","type":"string_too_long"}`},
			{"/databases", `{"graph_id":"` + long[:65] + `"}`, `{"ctx":{"max_length":64},"input":"` + long[:65] + `","loc":["body","graph_id"],"msg":"String should have at most 64 characters","type":"string_too_long"}`},
			{ingest, `{"bucket":""}`, `{"ctx":{"min_length":1},"input":"","loc":["body","bucket"],"msg":"String should have at least 1 character","type":"string_too_short"}`},

			{"/databases", `{"graph_id":"a b"}`, `{"ctx":{"pattern":"^[a-zA-Z0-9_-]+$"},"input":"a b","loc":["body","graph_id"],"msg":"String should match pattern '^[a-zA-Z0-9_-]+$'","type":"string_pattern_mismatch"}`},
			{"/databases", `{"graph_id":""}`, `{"ctx":{"pattern":"^[a-zA-Z0-9_-]+$"},"input":"","loc":["body","graph_id"],"msg":"String should match pattern '^[a-zA-Z0-9_-]+$'","type":"string_pattern_mismatch"}`},
			{"/databases", `{"graph_id":"a\n"}`, `{"ctx":{"pattern":"^[a-zA-Z0-9_-]+$"},"input":"a\n","loc":["body","graph_id"],"msg":"String should match pattern '^[a-zA-Z0-9_-]+$'","type":"string_pattern_mismatch"}`},
			{query, `{"cypher":"x","database":"a/b"}`, `{"ctx":{"pattern":"^[a-zA-Z0-9_-]+$"},"input":"a/b","loc":["body","database"],"msg":"String should match pattern '^[a-zA-Z0-9_-]+$'","type":"string_pattern_mismatch"}`},
			{ingest, `{"table_name":"a b"}`, `{"ctx":{"pattern":"^[A-Za-z_][A-Za-z0-9_]*$"},"input":"a b","loc":["body","table_name"],"msg":"String should match pattern '^[A-Za-z_][A-Za-z0-9_]*$'","type":"string_pattern_mismatch"}`},

			{"/databases", `{"graph_id":"g","schema_type":"other"}`, `{"ctx":{"expected":"'entity', 'shared' or 'custom'"},"input":"other","loc":["body","schema_type"],"msg":"Input should be 'entity', 'shared' or 'custom'","type":"literal_error"}`},
			{"/databases/none/backup", `{"backup_format":"zip"}`, `{"ctx":{"expected":"'full_dump'"},"input":"zip","loc":["body","backup_format"],"msg":"Input should be 'full_dump'","type":"literal_error"}`},
			{ingest, `{"mode":"later"}`, `{"ctx":{"expected":"'sync' or 'async'"},"input":"later","loc":["body","mode"],"msg":"Input should be 'sync' or 'async'","type":"literal_error"}`},

			{query + "?streaming=maybe", `{"cypher":"x","database":"g"}`, `{"input":"maybe","loc":["query","streaming"],"msg":"Input should be a valid boolean, unable to interpret input","type":"bool_parsing"}`},
			{query + "?streaming=", `{"cypher":"x","database":"g"}`, `{"input":"","loc":["query","streaming"],"msg":"Input should be a valid boolean, unable to interpret input","type":"bool_parsing"}`},
			{query + "?streaming=true&streaming=2", `{"cypher":"x","database":"g"}`, `{"input":"2","loc":["query","streaming"],"msg":"Input should be a valid boolean, unable to interpret input","type":"bool_parsing"}`},
			{"/databases", `{"graph_id":"g","is_subgraph":" yes"}`, `{"input":" yes","loc":["body","is_subgraph"],"msg":"Input should be a valid boolean, unable to interpret input","type":"bool_parsing"}`},
			{"/databases", `{"graph_id":"g","is_subgraph":2}`, `{"input":2,"loc":["body","is_subgraph"],"msg":"Input should be a valid boolean, unable to interpret input","type":"bool_parsing"}`},
			{"/databases", `{"graph_id":"g","is_subgraph":null}`, `{"input":null,"loc":["body","is_subgraph"],"msg":"Input should be a valid boolean","type":"bool_type"}`},
			{"/databases", `{"graph_id":"g","is_subgraph":[]}`, `{"input":[],"loc":["body","is_subgraph"],"msg":"Input should be a valid boolean","type":"bool_type"}`},

			{ingest, `{"priority":0}`, `{"ctx":{"ge":1},"input":0,"loc":["body","priority"],"msg":"Input should be greater than or equal to 1","type":"greater_than_equal"}`},
			{ingest, `{"priority":11}`, `{"ctx":{"le":10},"input":11,"loc":["body","priority"],"msg":"Input should be less than or equal to 10","type":"less_than_equal"}`},
			{ingest, `{"priority":1.5}`, `{"input":1.5,"loc":["body","priority"],"msg":"Input should be a valid integer","type":"int_type"}`},
			{ingest, `{"priority":true}`, `{"input":true,"loc":["body","priority"],"msg":"Input should be a valid integer","type":"int_type"}`},
			{ingest, `{"files":[]}`, `{"ctx":{"actual_length":0,"min_length":1},"input":[],"loc":["body","files"],"msg":"List should have at least 1 item after validation, not 0","type":"too_short"}`},
			{ingest, `{"files":` + files + `}`, `{"ctx":{"actual_length":1001,"max_length":1000},"input":` + files + `,"loc":["body","files"],"msg":"List should have at most 1000 items after validation, not 1001","type":"too_long"}`},
			{ingest, `{"files":"Person.csv"}`, `{"input":"Person.csv","loc":["body","files"],"msg":"Input should be a valid list","type":"list_type"}`},

			{query, `[]`, `{"input":[],"loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","type":"model_attributes_type"}`},
			{query, `"RETURN 1"`, `{"input":"RETURN 1","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","type":"model_attributes_type"}`},
			// All faults are told, those of the query first.
			{query + "?streaming=x", `{"cypher":1,"database":"","y":2,"x":1}`, `{"input":"x","loc":["query","streaming"],"msg":"Input should be a valid boolean, unable to interpret input","type":"bool_parsing"},` +
				`{"input":1,"loc":["body","cypher"],"msg":"Input should be a valid string","type":"string_type"},` +
				`{"ctx":{"pattern":"^[a-zA-Z0-9_-]+$"},"input":"","loc":["body","database"],"msg":"String should match pattern '^[a-zA-Z0-9_-]+$'","type":"string_pattern_mismatch"},` +
				`{"input":1,"loc":["body","x"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"},` +
				`{"input":2,"loc":["body","y"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}`},
		} {
			if tt.path == ingest && a.quirks != 0 {
				a.post(tt.path, tt.body).detail(404, "Not Found") // before the body is looked at
				continue
			}
			a.post(tt.path, tt.body).is(422, `{"detail":[`+tt.issues+`]}`)
		}
		for text, issue := range map[string]string{
			"abc":       `{"input":"abc","loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","type":"int_parsing"}`,
			"":          `{"input":"","loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","type":"int_parsing"}`,
			"5.5":       `{"input":"5.5","loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","type":"int_parsing"}`,
			"0":         `{"ctx":{"ge":1},"input":"0","loc":["query","limit"],"msg":"Input should be greater than or equal to 1","type":"greater_than_equal"}`,
			"-7":        `{"ctx":{"ge":1},"input":"-7","loc":["query","limit"],"msg":"Input should be greater than or equal to 1","type":"greater_than_equal"}`,
			"1001":      `{"ctx":{"le":1000},"input":"1001","loc":["query","limit"],"msg":"Input should be less than or equal to 1000","type":"less_than_equal"}`,
			"1&limit=0": `{"ctx":{"ge":1},"input":"0","loc":["query","limit"],"msg":"Input should be greater than or equal to 1","type":"greater_than_equal"}`,
		} {
			a.get("/tasks?limit="+text).is(422, `{"detail":[`+issue+`]}`)
		}
		// At the limits, which count characters, nothing is wrong yet.
		a.query("none", strings.Repeat("é", 10_000), "").detail(404, "Database 'none' not found")
		a.get("/tasks?limit=%201%20").is(200, "[]")
		a.get("/tasks?limit=0&limit=%2B1").is(200, "[]")
	})
}
