package mockserver_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/robosystems/kuzuclient/mockserver"
)

const valuesDDL = "CREATE NODE TABLE Person(id SERIAL, name STRING, born DATE, PRIMARY KEY(id)); CREATE NODE TABLE City(name STRING, area DOUBLE, PRIMARY KEY(name)); " +
	"CREATE REL TABLE Knows(FROM Person TO Person, since TIMESTAMP); CREATE REL TABLE Lives(FROM Person TO City); CREATE NODE TABLE U(id INT64, u UNION(n INT64, s STRING), PRIMARY KEY(id))"

var valuesData = []string{
	"CREATE (:Person {name: 'Ann', born: DATE('1066-10-14')})-[:Knows {since: TIMESTAMP('2020-01-02 03:04:05')}]->(:Person {name: 'Bob'})-[:Knows]->(:Person {name: 'Cid'})",
	"MATCH (p:Person {name: 'Ann'}) CREATE (p)-[:Lives]->(:City {name: 'Oslo', area: 454.0})",
	"CREATE (:U {id: 1, u: 7}), (:U {id: 2, u: 'x'}), (:U {id: 3})",
}

// Parts of answers about that data.
const (
	annNode   = `{"_id":{"offset":0,"table":0},"_label":"Person","id":0,"name":"Ann","born":"1066-10-14"}`
	bobNode   = `{"_id":{"offset":1,"table":0},"_label":"Person","id":1,"name":"Bob","born":null}`
	osloNode  = `{"_id":{"offset":0,"table":1},"_label":"City","name":"Oslo","area":454.0}`
	annKnows  = `{"_src":{"offset":0,"table":0},"_dst":{"offset":1,"table":0},"_label":"Knows","_id":{"offset":0,"table":2},"since":"2020-01-02T03:04:05"}`
	bobKnows  = `{"_src":{"offset":1,"table":0},"_dst":{"offset":2,"table":0},"_label":"Knows","_id":{"offset":1,"table":2},"since":null}`
	annLives  = `{"_src":{"offset":0,"table":0},"_dst":{"offset":0,"table":1},"_label":"Lives","_id":{"offset":0,"table":4}}`
	annAmong  = `{"_id":{"offset":0,"table":0},"_label":"Person","id":0,"name":"Ann","born":"1066-10-14","area":null}`
	bobAmong  = `{"_id":{"offset":1,"table":0},"_label":"Person","id":1,"name":"Bob","born":null,"area":null}`
	cidAmong  = `{"_id":{"offset":2,"table":0},"_label":"Person","id":2,"name":"Cid","born":null,"area":null}`
	osloAmong = `{"_id":{"offset":0,"table":1},"_label":"City","id":null,"name":"Oslo","born":null,"area":454.0}`
	somebody  = "(a:Person {name: 'Ann'})"
)

// dies says that the deployed server's streams end at such a value.
const dies = "dies"

// engineValues are one of every kind in section 8 of the protocol.
var engineValues = []struct {
	kind, expression string
	plain            string // JSON of the value
	deployed         string // in a stream with the deployed server's quirks: the same if "", or dies
}{
	{"BOOL", "true", "true", ""},
	{"INT8", "CAST(-128 AS INT8)", "-128", ""},
	{"INT16", "CAST(-32768 AS INT16)", "-32768", ""},
	{"INT32", "CAST(-2147483648 AS INT32)", "-2147483648", ""},
	{"INT64", "20100214153210447", "20100214153210447", ""},
	{"INT64", "CAST('-9223372036854775808' AS INT64)", "-9223372036854775808", ""},
	{"UINT8", "CAST(255 AS UINT8)", "255", ""},
	{"UINT16", "CAST(65535 AS UINT16)", "65535", ""},
	{"UINT32", "CAST(4294967295 AS UINT32)", "4294967295", ""},
	{"UINT64", "CAST('18446744073709551615' AS UINT64)", "18446744073709551615", ""},
	{"INT128", "CAST('170141183460469231731687303715884105727' AS INT128)", `"170141183460469231731687303715884105727"`, dies},
	{"INT128", "CAST('-170141183460469231731687303715884105728' AS INT128)", `"-170141183460469231731687303715884105728"`, dies},
	{"FLOAT", "CAST(3.14 AS FLOAT)", "3.140000104904175", ""},
	{"FLOAT", "CAST('inf' AS FLOAT)", "null", "Infinity"},
	{"DOUBLE", "1.0", "1.0", ""},
	{"DOUBLE", "1e22", "1e+22", ""},
	{"DOUBLE", "1e-7", "1e-07", ""},
	{"DOUBLE", "-0.0", "-0.0", ""},
	{"DOUBLE", "CAST('NaN' AS DOUBLE)", "null", "NaN"},
	{"DOUBLE", "CAST('-inf' AS DOUBLE)", "null", "-Infinity"},
	{"DECIMAL", "CAST('1.10' AS DECIMAL(5, 2))", `"1.10"`, dies},
	{"DECIMAL", "CAST('-0.05' AS DECIMAL(18, 3))", `"-0.050"`, dies},
	{"DECIMAL", "CAST('12345678901234567890.123456789' AS DECIMAL(38, 9))", `"12345678901234567890.123456789"`, dies},
	{"STRING", "'Grüße 😀'", `"Grüße 😀"`, ""},
	{"STRING", "''", `""`, ""},
	{"BLOB", "BLOB('abc')", `"abc"`, dies},
	{"BLOB with NUL", `BLOB('a\\x00b')`, `"a\u0000b"`, dies},
	{"BLOB beyond ASCII", `BLOB('\\xC3\\xA9')`, `"é"`, dies},
	{"UUID", "UUID('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')", `"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"`, dies},
	{"DATE", "DATE('2020-01-02')", `"2020-01-02"`, dies},
	{"DATE before 1678", "DATE('0001-01-01')", `"0001-01-01"`, dies},
	{"DATE before 1678", "DATE('1600-02-29')", `"1600-02-29"`, dies},
	{"DATE after 2262", "DATE('2500-06-01')", `"2500-06-01"`, dies},
	{"DATE after 2262", "DATE('9999-12-31')", `"9999-12-31"`, dies},
	{"TIMESTAMP", "TIMESTAMP('2020-01-02 03:04:05')", `"2020-01-02T03:04:05"`, dies},
	{"TIMESTAMP", "TIMESTAMP('2020-01-02 03:04:05.678')", `"2020-01-02T03:04:05.678000"`, dies},
	{"TIMESTAMP before 1678", "TIMESTAMP('1066-10-14 09:00:00.000001')", `"1066-10-14T09:00:00.000001"`, dies},
	{"TIMESTAMP before 1678", "TIMESTAMP('0001-01-01')", `"0001-01-01T00:00:00"`, dies},
	{"TIMESTAMP after 2262", "TIMESTAMP('9999-12-31 23:59:59.999999')", `"9999-12-31T23:59:59.999999"`, dies},
	{"TIMESTAMP_NS", "CAST('2020-01-02 03:04:05.678901234' AS TIMESTAMP_NS)", `"2020-01-02T03:04:05.678901"`, dies},
	{"TIMESTAMP_MS", "CAST('2020-01-02 03:04:05.678' AS TIMESTAMP_MS)", `"2020-01-02T03:04:05.678000"`, dies},
	{"TIMESTAMP_SEC", "CAST('2020-01-02 03:04:05' AS TIMESTAMP_SEC)", `"2020-01-02T03:04:05"`, dies},
	{"TIMESTAMP_TZ", "CAST('2020-01-02 03:04:05+02:00' AS TIMESTAMP_TZ)", `"2020-01-02T01:04:05Z"`, dies},
	{"TIMESTAMP_TZ before 1678", "CAST('1500-01-02 03:04:05.5' AS TIMESTAMP_TZ)", `"1500-01-02T03:04:05.500000Z"`, dies},
	{"INTERVAL", "INTERVAL('367 days 3 hours')", `"P1Y2DT3H"`, dies},
	{"INTERVAL", "INTERVAL('1500 us')", `"PT0.0015S"`, dies},
	{"INTERVAL", "INTERVAL('1 year 2 months 3 days')", `"P1Y58D"`, dies},
	{"INTERVAL below zero", "TIMESTAMP('2020-01-01 00:00:00.000005') - TIMESTAMP('2020-01-02')", `"-PT23H59M59.999995S"`, dies},
	{"INTERVAL of zero", "INTERVAL('0 days')", `"PT0S"`, dies},
	{"LIST", "[1, null, 3]", "[1,null,3]", ""},
	{"LIST in LIST", "[[1], []]", "[[1],[]]", ""},
	{"LIST of DATE", "[DATE('2020-01-02')]", `["2020-01-02"]`, dies},
	{"ARRAY", "CAST([1, 2] AS INT64[2])", "[1,2]", ""},
	{"STRUCT", "{zz: 1, aa: 'x'}", `{"zz":1,"aa":"x"}`, ""},
	{"STRUCT of DATE", "{d: DATE('2020-01-02')}", `{"d":"2020-01-02"}`, dies},
	{"MAP of INT64", "map([2, 1], ['b', 'a'])", `{"2":"b","1":"a"}`, ""},
	{"MAP of DOUBLE", "map([1.5], [1])", `{"1.5":1}`, ""},
	{"MAP of BOOL", "map([true], [1])", `{"true":1}`, ""},
	{"MAP of NULL", "map([null], [1])", `{"None":1}`, `{"null":1}`},
	{"MAP of DATE", "map([DATE('2020-01-02')], [1])", `{"2020-01-02":1}`, dies},
	{"MAP of TIMESTAMP", "map([TIMESTAMP('2020-01-02 03:04:05')], [1])", `{"2020-01-02T03:04:05":1}`, dies},
	{"MAP of UUID", "map([UUID('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')], [1])", `{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11":1}`, dies},
	{"MAP of DECIMAL", "map([CAST('1.10' AS DECIMAL(5, 2))], [1])", `{"1.10":1}`, dies},
	{"MAP of INTERVAL", "map([INTERVAL('1 day')], [1])", `{"P1D":1}`, dies},
	{"MAP of LIST", "map([[1, 2]], [1])", `{"[1,2]":1}`, dies},
	{"MAP of STRUCT", "map([{a: 1}], [1])", `{"{\"a\":1}":1}`, dies},
	{"MAP to DATE", "map(['k'], [DATE('2020-01-02')])", `{"k":"2020-01-02"}`, dies},
	{"MAP of nothing", "map([], [])", "{}", ""},
	{"UNION", "union_value(n := 7)", "7", ""},
	{"UNION of DATE", "union_value(d := DATE('2020-01-02'))", `"2020-01-02"`, dies},
	{"UNION in LIST", "[union_value(n := 7)]", "[7]", ""},
	{"NULL", "null", "null", ""},
}

// graphValues are those of whole statements, of which each row has one value.
var graphValues = []struct {
	kind, cypher string
	plain        string // JSON of the values, separated by commas
	deployed     string
}{
	{"SERIAL", "MATCH (p:Person) RETURN p.id AS v ORDER BY v", "0,1,2", ""},
	{"UNION", "MATCH (u:U) RETURN u.u AS v ORDER BY u.id", `7,"x",null`, ""},
	{"NODE", "MATCH (p:Person {name: 'Bob'}) RETURN p AS v", bobNode, ""},
	{"NODE with DATE", "MATCH (p:Person {name: 'Ann'}) RETURN p AS v", annNode, dies},
	{"REL", "MATCH (:Person {name: 'Bob'})-[k:Knows]->() RETURN k AS v", bobKnows, ""},
	{"REL with TIMESTAMP", "MATCH " + somebody + "-[k:Knows]->() RETURN k AS v", annKnows, dies},
	{"NODE of several labels", "MATCH (n:Person:City) RETURN n AS v ORDER BY n.name DESC", osloAmong + "," + cidAmong + "," + bobAmong + "," + annAmong, dies},
	{"REL of several labels", "MATCH ()-[k:Knows|Lives]->(n) RETURN k AS v ORDER BY n.name", annKnows + "," + bobKnows + "," + strings.TrimSuffix(annLives, "}") + `,"since":null}`, dies},
	{"RECURSIVE_REL", "MATCH " + somebody + "-[k:Knows*2..2]->(b) RETURN k AS v", `{"_nodes":[` + bobNode + `],"_rels":[` + annKnows + "," + bobKnows + "]}", dies},
	{"path", "MATCH p = " + somebody + "-[:Knows]->(b:Person) RETURN p AS v", `{"_nodes":[` + annNode + "," + bobNode + `],"_rels":[` + annKnows + "]}", dies},
	{"path of several labels", "MATCH p = " + somebody + "-[:Lives]->(c:City) RETURN p AS v", `{"_nodes":[` + annAmong + "," + osloAmong + `],"_rels":[` + annLives + "]}", dies},
	{"LIST of NODE", "MATCH (c:City) RETURN [c] AS v", "[" + osloNode + "]", ""},
	{"LIST of NODE", "MATCH (c:City) RETURN collect(c) AS v", "[" + osloNode + "]", ""},
	{"STRUCT of NODE", "MATCH (c:City) RETURN {c: c} AS v", `{"c":` + osloNode + "}", ""},
	{"LIST of REL", "MATCH (:Person)-[k:Lives]->() RETURN [k] AS v", "[" + annLives + "]", ""},
	{"nodes of a path", "MATCH p = (:Person)-[:Lives]->(:City) RETURN nodes(p) AS v", "[" + annAmong + "," + osloAmong + "]", dies},
	{"INTERNAL_ID", "MATCH (c:City) RETURN id(c) AS v", `{"offset":0,"table":1}`, ""},
}

// TestEngineValues: every type comes out of the embedded engine as section 8 of
// the protocol says, plain and streamed, and streamed with the deployed
// server's quirks.
func TestEngineValues(t *testing.T) {
	newEngine := engines["kuzu"]
	if newEngine == nil {
		return // a program without cgo has no such engine
	}
	clean := start(t, newEngine(t))
	quirky := start(t, newEngine(t), func(cfg *mockserver.Config) {
		cfg.Quirks = mockserver.QuirkUnstreamable | mockserver.QuirkSilentFailure | mockserver.QuirkNaNTokens
	})
	for _, a := range []*api{clean, quirky} {
		a.create("g", valuesDDL)
		for _, cypher := range valuesData {
			a.query("g", cypher, "").is(200, `{"columns":[],"data":[],"database":"g","execution_time_ms":<n>,"row_count":0}`)
		}
	}
	check := func(kind, cypher, plain, deployed string) {
		t.Run(kind, func(t *testing.T) {
			for _, a := range []*api{clean, quirky} {
				rows := inRows(plain)
				if got := a.in(t).query("g", cypher, "").body; !strings.HasPrefix(got, `{"columns":["v"],"data":`+rows+`,"database"`) {
					t.Errorf("%s\nplain    %.800s\nwant     %s", cypher, got, rows)
				}
			}
			streamed := spaced(inRows(strings.Replace(plain, `"None"`, `"null"`, 1)))
			if got := clean.in(t).stream("g", cypher).body; !strings.HasPrefix(got, `{"chunk_index": 0, "data": `+streamed+`, "columns": ["v"], "is_last_chunk": true`) {
				t.Errorf("%s\nstreamed %.800s\nwant     %s", cypher, got, streamed)
			}
			got, _ := quirky.in(t).raw("POST", "/databases/g/query?streaming=true", queryBody(cypher, ""))
			switch {
			case deployed == dies:
				if got != "" {
					t.Errorf("%s\nthe stream lives: %.800s", cypher, got)
				}
				return
			case deployed != "":
				streamed = spaced(inRows(deployed))
			}
			if !strings.HasPrefix(got, `{"chunk_index": 0, "data": `+streamed+`, `) {
				t.Errorf("%s\ndeployed %.800s\nwant     %s", cypher, got, streamed)
			}
		})
	}
	for _, v := range engineValues {
		check(v.kind, "RETURN "+v.expression+" AS v", v.plain, v.deployed)
	}
	for _, v := range graphValues {
		check(v.kind, v.cypher, v.plain, v.deployed)
	}

	// What JSON has no form for.
	const noText = `RETURN BLOB('\\xff') AS v`
	clean.query("g", noText, "").is(500, "Internal Server Error")
	if got := clean.stream("g", noText).body; !strings.Contains(got, "a BLOB that is not UTF-8 text cannot be written as JSON") {
		t.Errorf("got %s", got)
	}
	if got, _ := quirky.raw("POST", "/databases/g/query?streaming=true", queryBody(noText, "")); got != "" {
		t.Errorf("got %s", got)
	}
	clean.query("g", "RETURN INTERVAL('300 years') AS v", "").detail(500, "Query execution failed: Runtime exception: An interval of 108000 days and 0 microseconds is out of range.")
}

// inRows makes rows of values that are separated by commas outside of any
// brackets.
func inRows(values string) string {
	var rows []string
	depth, start := 0, 0
	text := false
	for i, c := range values + "," {
		switch {
		case c == '"' && (i == 0 || values[i-1] != '\\'):
			text = !text
		case text:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth == 0:
			rows = append(rows, `{"v":`+values[start:i]+"}")
			start = i + 1
		}
	}
	return "[" + strings.Join(rows, ",") + "]"
}

// spaced writes compact JSON as streams do: a blank behind separators, also
// inside of names that are JSON themselves, and only ASCII.
func spaced(compact string) string {
	var b strings.Builder
	text, inner := false, 0
	for i, c := range compact {
		switch {
		case c == '"' && compact[i-1] != '\\':
			text = !text
		case text && strings.ContainsRune("[{", c):
			inner++
		case text && strings.ContainsRune("]}", c):
			inner--
		}
		if c < 0x7f {
			b.WriteRune(c)
		} else {
			for _, unit := range utf16.Encode([]rune{c}) {
				b.WriteString(`\u` + hex4(unit))
			}
		}
		if strings.ContainsRune(",:", c) && (!text || inner > 0) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func hex4(unit uint16) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15]})
}
