package mockserver_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

const queryG = "POST /databases/g/query"

// rowsOf is the whole answer of a plain query.
func rowsOf(columns, data, count string) string {
	return `200 {"columns":` + columns + `,"data":` + data + `,"database":"g","execution_time_ms":<n>,"row_count":` + count + `}`
}

// withPeople makes the database g and loads three people.
func withPeople(a *api) {
	a.create("g", socialDDL)
	a.write("b/Person.csv", peopleCSV)
	a.finished(into[started](a.post("/databases/g/copy", `{"s3_pattern":"s3://b/Person.csv","table_name":"Person"}`)))
}

// TestWire6 holds sections 6.1 to 6.3 and 6.5: what a plain query is answered.
func TestWire6(t *testing.T) {
	facts := []fact{
		{row: "6 unknown field", ask: queryG, body: `{"cypher":"RETURN 1","database":"g","timeout":30}`, answer: `422 {"detail":[{"input":30,"loc":["body","timeout"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]}`},
		{row: "6 the path decides", ask: queryG, body: `{"cypher":"RETURN 1 AS a","database":"another"}`, answer: rowsOf(`["a"]`, `[{"a":1}]`, "1")},
		{row: "6 no parameters", ask: queryG, body: queryBody("RETURN 1 AS a", "null"), answer: rowsOf(`["a"]`, `[{"a":1}]`, "1")},
		{row: "6 empty parameters", ask: queryG, body: queryBody("RETURN 1 AS a", "{}"), answer: rowsOf(`["a"]`, `[{"a":1}]`, "1")},
		{row: "6.1 422 before all", ask: "POST /databases/none/query?streaming=2", body: queryBody(" ", ""), answer: "422 …"},
		{row: "6.1 text before parameters", ask: queryG, body: queryBody(" ", `{"a b":1}`), answer: detail(400, "Query cannot be empty")},
		{row: "6.1 parameters before 404", ask: "POST /databases/none/query", body: queryBody("RETURN 1", `{"a b":1}`), answer: detail(400, "Invalid parameter name: a b")},
		{row: "6.2 no rows", ask: queryG, body: queryBody(count(0), ""), answer: rowsOf(`["i"]`, "[]", "0")},
		{row: "6.2 a write", ask: queryG, body: queryBody(addPerson, ""), answer: rowsOf("[]", "[]", "0")},
		{row: "6.2 DDL", ask: queryG, body: queryBody("CREATE NODE TABLE More(id INT64, PRIMARY KEY(id))", ""), answer: rowsOf(`["result"]`, `[{"result":"Table More has been created."}]`, "1")},
		{row: "6.2 compact, not escaped", ask: queryG, body: queryBody(echo, `{"p":"Zoë <&> 😀"}`), answer: rowsOf(`["p"]`, `[{"p":"Zoë <&> 😀"}]`, "1")},
		{row: "6.2 row cap", ask: queryG, body: queryBody(count(10_001), ""), answer: `200 …,{"i":10001}],…"row_count":10001}`, quirk: `200 …,{"i":10000}],…"row_count":10000}`},
		{row: "6.3 404", ask: "POST /databases/none/query", body: queryBody("RETURN 1", ""), answer: detail(404, "Database 'none' not found")},
		{row: "6.3 extra parameter", ask: queryG, body: queryBody("RETURN 1 AS a", `{"extra":1}`), answer: detail(500, "Query execution error: Parameter extra not found.")},
		{row: "6.3 bytes that are no text", ask: queryG, body: queryBody(aBlob, ""), answer: failed, header: "Content-Type: text/plain; charset=utf-8"},
		{row: "6.3 empty", ask: queryG, body: queryBody("", ""), answer: detail(400, "Query cannot be empty")},
		{row: "6.3 blank", ask: queryG, body: queryBody(" \n\t", ""), answer: detail(400, "Query cannot be empty")},
		{row: "6.5 before 404", ask: "POST /databases/none/query", body: queryBody("GRANT", ""), answer: detail(403, "Query contains forbidden keyword: GRANT")},
	}
	prefixes := map[string]struct {
		status int
		words  string
	}{
		"Binder exception":     {400, "Query binding error: "},
		"Parser exception":     {400, "Query parsing error: "},
		"Catalog exception":    {400, "Catalog error: "},
		"Conversion exception": {500, "Query execution error: "},
		"Runtime exception":    {500, "Query execution error: "},
	}
	for cypher, text := range faults {
		kind, _, _ := strings.Cut(text, ":")
		want := prefixes[kind]
		facts = append(facts, fact{row: "6.3 " + kind, ask: queryG, body: queryBody(cypher, ""), answer: detail(want.status, want.words+text)})
	}
	for cypher, keyword := range map[string]string{
		"create DATABASE x":  "CREATE DATABASE",
		"DROP DATABASE x":    "DROP DATABASE",
		"CREATE USER x":      "CREATE USER",
		"DROP USER x":        "DROP USER",
		"ALTER USER x":       "ALTER USER",
		"SET PASSWORD":       "SET PASSWORD",
		"RETURN 'immigrant'": "GRANT",
		"n.grant_date":       "GRANT",
		"REVOKE x; GRANT y":  "GRANT", // the list's order, not the text's
		"REVOKE x":           "REVOKE",
		"CALL dbms.x":        "CALL DBMS",
		"CALL apoc.x":        "CALL APOC",
		"/* load csv */":     "LOAD CSV",
	} {
		facts = append(facts, fact{row: "6.5 " + keyword, ask: queryG, body: queryBody(cypher, ""), answer: detail(403, "Query contains forbidden keyword: "+keyword)})
	}
	facts = append(facts, fact{row: "6.5 two blanks are another text", ask: "POST /databases/none/query", body: queryBody("create  DATABASE x", ""), answer: detail(404, "Database 'none' not found")})
	for spelling := range strings.FieldsSeq("true 1 yes on t y TRUE oN") {
		facts = append(facts, fact{row: "6 streaming", ask: queryG + "?streaming=" + spelling, body: queryBody("RETURN 1 AS a", ""), answer: "200 …", header: "Content-Type: application/x-ndjson"})
	}
	for spelling := range strings.FieldsSeq("false 0 no off f n FALSE oFf") {
		facts = append(facts, fact{row: "6 not streaming", ask: queryG + "?streaming=" + spelling, body: queryBody("RETURN 1 AS a", ""), answer: "200 …", header: "Content-Type: application/json"})
	}
	hold(t, facts, withPeople)
}

// TestWire6Columns holds section 6.4: how columns are called.
func TestWire6Columns(t *testing.T) {
	columns := []struct {
		cypher   string
		engine   []string // names of the engine
		deployed []string // names that the deployed server derives from the text
	}{
		{"MATCH (n:Person) RETURN n.name AS name", []string{"name"}, []string{"name"}},
		{"MATCH (n:Person) RETURN n.name;", []string{"n.name"}, []string{"n.name;"}},
		{"MATCH (n:Person) RETURN n.name AS name;", []string{"name"}, []string{"n.name AS name;"}},
		{"MATCH (n:Person) RETURN DISTINCT n.name", []string{"n.name"}, []string{"DISTINCT n.name"}},
		{"MATCH (n:Person) RETURN *", []string{"n"}, []string{"*"}},
		{"MATCH (n:Person) RETURN count(*)", []string{"COUNT_STAR()"}, []string{"count(*)"}},
		{"MATCH (n:Person) RETURN n.id AS order_id", []string{"order_id"}, []string{"n.id AS"}},
		{"MATCH (n:Person) RETURN n.id AS limit_count", []string{"limit_count"}, []string{"n.id AS"}},
		{"MATCH (n:Person) RETURN n.id AS with_x", []string{"with_x"}, []string{"n.id AS"}},
		{"MATCH (n:Person) RETURN n.id AS `my col`", []string{"my col"}, []string{"n.id AS `my col`"}},
		{"MATCH (n:Person) RETURN n.id As x", []string{"x"}, []string{"n.id As x"}},
		{"MATCH (n:Person) RETURN n.id as x ORDER BY x", []string{"x"}, []string{"x"}},
		{"MATCH (n:Person) RETURN n.id AS a // note", []string{"a"}, []string{"n.id AS a // note"}},
		{"MATCH (n:Person) RETURN n.id AS a, n.name", []string{"a", "n.name"}, []string{"a", "n.name"}},
		{"MATCH (n:Person) RETURN coalesce(n.name, n.name) AS c", []string{"c"}, []string{"c"}},
		{"CALL SHOW_TABLES() RETURN *", []string{"id", "name", "type", "database name", "comment"}, []string{"id", "name", "type", "database name", "comment"}},
	}
	eachServer(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		for _, tt := range columns {
			if scripted, ok := a.engine.(*mockserver.Scripted); ok && !strings.HasPrefix(tt.cypher, "CALL") {
				scripted.Answer(tt.cypher, tt.engine, make([]any, len(tt.engine)))
			}
			want := tt.engine
			if a.quirks != 0 {
				want = tt.deployed
			}
			if got := into[struct{ Columns []string }](a.query("g", tt.cypher, "")).Columns; !slices.Equal(got, want) {
				t.Errorf("6.4, quirks %q: %s: got %q, want %q", a.quirks, tt.cypher, got, want)
			}
		}
	})
}

// TestWire6Translation holds section 6.8: calls of Neo4j's catalog functions
// list the tables, and nothing else is translated.
func TestWire6Translation(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		type rows struct{ Data []map[string]any }
		want := len(into[rows](a.query("g", "CALL SHOW_TABLES() RETURN *", "")).Data)
		if want != 2 {
			t.Fatalf("there are %d tables", want)
		}
		for _, cypher := range []string{
			"CALL db.labels()", "call DB.Labels()", "CALL db.schema()", "CALL db.relationships()", "CALL db.relationshipTypes()",
			"CALL db.indexes()", "CALL db.constraints()", "CALL  db.labels() RETURN *", "CALL db.propertyKeys()",
			"MATCH (n) CALL db.propertyKeys() YIELD x RETURN x", // replaced whole
		} {
			if got := len(into[rows](a.query("g", cypher, "")).Data); got != want {
				t.Errorf("6.8 %s: got %d tables, want %d", cypher, got, want)
			}
		}
		for _, cypher := range []string{"CALL db.labels", "CALL db.labels(1)", "CALL db.other()", "CALL SHOW_TABLES()"} {
			if r := a.query("g", cypher, ""); r.status == 200 {
				t.Errorf("6.8 %s: got %s, want it left alone", cypher, r.body)
			}
		}
	})
}

// TestWire6Admission holds section 6.7: when a query is refused for the load of
// the server. It comes before anything else but the form of the request.
func TestWire6Admission(t *testing.T) {
	const busy = `503 {"detail":{"decision":"%","error":"Server temporarily unavailable","reason":"`
	refused := func(decision, reason string) string {
		return strings.Replace(busy, "%", decision, 1) + reason + `","retry_after":5}}`
	}
	memory := refused("reject_memory", "Memory usage too high: 91.2% (threshold: 85.0%)")
	cpu := refused("reject_cpu", "CPU usage too high: 97.0% (threshold: 90.0%)")
	connections := refused("reject_connections", "Too many connections to g: 10 (max: 10)")
	one := rowsOf(`["a"]`, `[{"a":1}]`, "1")
	for _, tt := range []struct {
		row    string
		load   mockserver.Load
		answer string
		quirk  string
	}{
		{"6.7 idle", mockserver.Load{}, one, ""},
		{"6.7 memory", mockserver.Load{MemoryPercent: 91.2, CPUPercent: 97}, memory, ""},
		{"6.7 memory, strictly above", mockserver.Load{MemoryPercent: 85}, one, ""},
		{"6.7 CPU", mockserver.Load{CPUPercent: 97, Connections: map[string]int{"g": 10}}, cpu, ""},
		{"6.7 CPU, strictly above", mockserver.Load{CPUPercent: 90}, one, ""},
		{"6.7 connections", mockserver.Load{Connections: map[string]int{"g": 10}}, one, connections},
		{"6.7 connections of others", mockserver.Load{Connections: map[string]int{"other": 10}}, one, ""},
		{"6.7 connections, one left", mockserver.Load{Connections: map[string]int{"g": 9}}, one, ""},
	} {
		stream := "200 …"
		if tt.answer != one {
			stream = tt.answer
		}
		facts := []fact{
			{row: tt.row, ask: queryG, body: queryBody("RETURN 1 AS a", ""), answer: tt.answer, quirk: tt.quirk, header: "Retry-After: "},
			{row: tt.row + ", stream", ask: queryG + "?streaming=1", body: queryBody("RETURN 1 AS a", ""), answer: stream, quirk: tt.quirk, header: "Retry-After: "},
			{row: tt.row + ", other operations", ask: "GET /tasks", answer: "200 []"},
			{row: tt.row + ", 422", ask: queryG, body: "[]", answer: "422 …"},
		}
		if tt.answer != one {
			facts = append(facts,
				fact{row: tt.row + ", before 404", ask: "POST /databases/none/query", body: queryBody("RETURN 1", ""), answer: tt.answer},
				fact{row: tt.row + ", before the id", ask: "POST /databases/a.b/query", body: queryBody("RETURN 1", ""), answer: tt.answer},
				fact{row: tt.row + ", before the text", ask: queryG, body: queryBody("GRANT", ""), answer: tt.answer},
			)
		}
		hold(t, facts, func(a *api) {
			a.create("g", "")
			if err := a.server.SetLoad(tt.load); err != nil {
				a.Fatal(err)
			}
		})
	}
}
