package mockserver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

func TestQuery(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		for _, tt := range []struct{ cypher, parameters, answer string }{
			{"RETURN 1", "", `"columns":["1"],"data":[{"1":1}]|1`},
			{bigNumber, "", `"columns":["big"],"data":[{"big":20100214153210447}]|1`},
			{count(0), "", `"columns":["i"],"data":[]|0`},
			{addPerson, "", `"columns":[],"data":[]|0`},
			{"CREATE NODE TABLE More(id INT64, PRIMARY KEY(id))", "", `"columns":["result"],"data":[{"result":"Table More has been created."}]|1`},
			{echo, `{"p":null}`, `"columns":["p"],"data":[{"p":null}]|1`},
			{echo, `{"p":true}`, `"columns":["p"],"data":[{"p":true}]|1`},
			{echo, `{"p":7}`, `"columns":["p"],"data":[{"p":7}]|1`},
			{echo, `{"p":-999999999999999}`, `"columns":["p"],"data":[{"p":-999999999999999}]|1`},
			{echo, `{"p":1.0}`, `"columns":["p"],"data":[{"p":1.0}]|1`},
			{echo, `{"p":1e2}`, `"columns":["p"],"data":[{"p":100.0}]|1`},
			{echo, `{"p":0.1}`, `"columns":["p"],"data":[{"p":0.1}]|1`},
			{echo, `{"p":""}`, `"columns":["p"],"data":[{"p":""}]|1`},
			{echo, `{"p":"Zoë <&> \u2028\n\ud83d\ude00"}`, `"columns":["p"],"data":[{"p":"Zoë <&> ` + "\u2028" + `\n😀"}]|1`},
			{echo, `{"p":[1,300,70000]}`, `"columns":["p"],"data":[{"p":[1,300,70000]}]|1`},
			{echo, `{"p":[["a"],["b","c"]]}`, `"columns":["p"],"data":[{"p":[["a"],["b","c"]]}]|1`},
			{echo, `{"p":{"zeta":1,"alpha":{"x":"y"}}}`, `"columns":["p"],"data":[{"p":{"zeta":1,"alpha":{"x":"y"}}}]|1`},
		} {
			r := a.query("g", tt.cypher, tt.parameters)
			answer, rows, _ := strings.Cut(tt.answer, "|")
			r.is(200, fmt.Sprintf(`{%s,"database":"g","execution_time_ms":<n>,"row_count":%s}`, answer, rows))
			if got := r.header.Get("Content-Type"); got != "application/json" {
				t.Errorf("content type is %q", got)
			}
		}
	})
}

// Parameters of any size keep their digits in a stream, which does not limit
// them.
func TestStreamParameters(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		for sent, want := range map[string]string{
			"-20100214153210447":   "-20100214153210447",
			"-9223372036854775808": "-9223372036854775808",
			"18446744073709551615": "18446744073709551615",
			"18446744073709551616": "1.8446744073709552e+19",
		} {
			r := a.post("/databases/g/query?streaming=true", queryBody(echo, `{"p":`+sent+`}`))
			if !strings.Contains(r.body, `"data": [{"p": `+want+`}]`) {
				t.Errorf("%s came back as %s", sent, r.body)
			}
		}
	})
}

// All rows come, or with the quirk those up to the cap, without a word.
func TestQueryCap(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		for quirks, want := range map[mockserver.Quirks]int{0: 10_001, mockserver.QuirkRowCap: 10_000} {
			if err := a.server.SetQuirks(quirks); err != nil {
				t.Fatal(err)
			}
			got := into[struct {
				Data  []struct{ I int }
				Count int `json:"row_count"`
			}](a.query("g", count(10_001), ""))
			if got.Count != want || len(got.Data) != want || got.Data[want-1].I != want {
				t.Errorf("quirks %q: got %d rows, counted %d", quirks, len(got.Data), got.Count)
			}
		}
	})
}

func TestQueryFaults(t *testing.T) {
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
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		a.write("b/Person.csv", peopleCSV)
		a.post("/databases/g/ingest", `{"mode":"sync","bucket":"b","files":["Person.csv"]}`)
		for cypher, text := range faults {
			kind, _, _ := strings.Cut(text, ":")
			want := prefixes[kind]
			a.query("g", cypher, "").detail(want.status, want.words+text)
		}
		a.query("g", "RETURN 1 AS a", `{"extra":1}`).detail(500, "Query execution error: Parameter extra not found.")
		a.query("g", "RETURN 1 AS a", "").is(200, `{"columns":["a"],"data":[{"a":1}],"database":"g","execution_time_ms":<n>,"row_count":1}`)
	})
}

// Refusals come from the text, before the database is looked for.
func TestQueryRefused(t *testing.T) {
	a := start(t, scripted(t))
	for _, tt := range []struct {
		cypher string
		status int
		detail string
	}{
		{"", 400, "Query cannot be empty"},
		{" \n\t", 400, "Query cannot be empty"},
		{"create  DATABASE x", 404, "Database 'none' not found"}, // two blanks are another text
		{"create DATABASE x", 403, "Query contains forbidden keyword: CREATE DATABASE"},
		{"DROP DATABASE x", 403, "Query contains forbidden keyword: DROP DATABASE"},
		{"CREATE USER x", 403, "Query contains forbidden keyword: CREATE USER"},
		{"DROP USER x", 403, "Query contains forbidden keyword: DROP USER"},
		{"ALTER USER x", 403, "Query contains forbidden keyword: ALTER USER"},
		{"SET PASSWORD", 403, "Query contains forbidden keyword: SET PASSWORD"},
		{"RETURN 'immigrant'", 403, "Query contains forbidden keyword: GRANT"},
		{"REVOKE x; GRANT y", 403, "Query contains forbidden keyword: GRANT"}, // the list's order, not the text's
		{"REVOKE x", 403, "Query contains forbidden keyword: REVOKE"},
		{"CALL dbms.x", 403, "Query contains forbidden keyword: CALL DBMS"},
		{"CALL apoc.x", 403, "Query contains forbidden keyword: CALL APOC"},
		{"LOAD CSV", 403, "Query contains forbidden keyword: LOAD CSV"},
		{"RETURN 1", 404, "Database 'none' not found"},
	} {
		a.query("none", tt.cypher, "").detail(tt.status, tt.detail)
	}
}
