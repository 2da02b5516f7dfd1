package mockserver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Offsets and words are those of the deployed server's JSON parser.
func TestWire1JSON(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		for _, tt := range []struct {
			body   string
			offset string
			reason string
		}{
			{`{bad}`, "1", "Expecting property name enclosed in double quotes"},
			{`{`, "1", "Expecting property name enclosed in double quotes"},
			{`{'a':1}`, "1", "Expecting property name enclosed in double quotes"},
			{`{"a":1,}`, "7", "Expecting property name enclosed in double quotes"},
			{`{"a":1,`, "7", "Expecting property name enclosed in double quotes"},
			{`{"a"`, "4", "Expecting ':' delimiter"},
			{`{"a" 1}`, "5", "Expecting ':' delimiter"},
			{`{"a":1`, "6", "Expecting ',' delimiter"},
			{`{"a":1 "b"}`, "7", "Expecting ',' delimiter"},
			{`{"a":01}`, "6", "Expecting ',' delimiter"},
			{`[1 2]`, "3", "Expecting ',' delimiter"},
			{`[1`, "2", "Expecting ',' delimiter"},
			{`{"a":`, "5", "Expecting value"},
			{`[1,]`, "3", "Expecting value"},
			{`[`, "1", "Expecting value"},
			{`  `, "2", "Expecting value"},
			{`}`, "0", "Expecting value"},
			{`é`, "0", "Expecting value"},
			{`{"é": }`, "6", "Expecting value"}, // characters, not bytes
			{`{} x`, "3", "Extra data"},
			{`{}{}`, "2", "Extra data"},
			{`"abc`, "0", "Unterminated string starting at"},
			{`{"a":"x`, "5", "Unterminated string starting at"},
			{"{\"a\":\"\x01\"}", "6", "Invalid control character at"},
		} {
			a.post("/databases", tt.body).is(422, `{"detail":[{"ctx":{"error":`+quote(tt.reason)+`},"input":{},"loc":["body",`+tt.offset+`],"msg":"JSON decode error","type":"json_invalid"}]}`)
		}
		for body, reason := range map[string]string{`{"a":"\q"}`: `Invalid \escape`, `{"a":"\u12"}`: `Invalid \uXXXX escape`, `tru`: "Expecting value"} {
			if r := a.post("/databases", body); r.status != 422 || !strings.Contains(r.body, quote(reason)) {
				t.Errorf("%s: got %d %s", body, r.status, r.body)
			}
		}
	})
}

func TestWire1ContentTypes(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		a.create("g", "")
		body := queryBody("RETURN 1", "")
		for contentType, ok := range map[string]bool{
			"":                                  true,
			"application/json":                  true,
			"Application/JSON; charset=latin-1": true,
			"application/json;charset=utf-8":    true,
			"application/vnd.kuzu+json":         true,
			"text/plain":                        false,
			"text/json":                         false,
			"text/x+json":                       false,
			"application/x-www-form-urlencoded": false,
			"application/jsonp":                 false,
			"nonsense":                          false,
		} {
			r := a.do("POST", "/databases/g/query", body, "Content-Type: "+contentType)
			if ok {
				r.is(200, `{"columns":["1"],"data":[{"1":1}],"database":"g","execution_time_ms":<n>,"row_count":1}`)
			} else {
				r.is(422, `{"detail":[{"input":`+quote(body)+`,"loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","type":"model_attributes_type"}]}`)
			}
		}
	})
}

// Booleans have many spellings.
func TestBooleans(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", "")
	kinds := map[bool]string{true: "application/x-ndjson", false: "application/json"}
	for value, spellings := range map[bool]string{true: "true 1 yes on t y TRUE Yes oN T", false: "false 0 no off f n FALSE No oFF F"} {
		for spelling := range strings.FieldsSeq(spellings) {
			r := a.post("/databases/g/query?streaming="+spelling, queryBody("RETURN 1", ""))
			if got := r.header.Get("Content-Type"); got != kinds[value] {
				t.Errorf("%s: got %s", spelling, got)
			}
		}
	}
	if got := a.post("/databases/g/query?streaming=x&streaming=on", queryBody("RETURN 1", "")).header.Get("Content-Type"); got != kinds[true] {
		t.Errorf("got %s", got) // the last counts
	}

	a = start(t, scripted(t), func(cfg *mockserver.Config) { cfg.MaxDatabases = 1 })
	a.create("full", "")
	i := 0
	for status, values := range map[int]string{200: `true 1 "true" "1" "YES" "on" "t"`, 507: `false 0 "false" "0" "no" "Off" "f"`} {
		for value := range strings.FieldsSeq(values) {
			i++
			r := a.post("/databases", fmt.Sprintf(`{"graph_id":"g%d","is_subgraph":%s}`, i, value))
			if r.status != status {
				t.Errorf("%s: got %d %s", value, r.status, r.body)
			}
		}
	}
}
