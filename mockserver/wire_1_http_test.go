package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestWire1Numbers holds section 1.3: bodies may hold NaN and Infinity.
func TestWire1Numbers(t *testing.T) {
	long := func(p string) string {
		return `{"database":"g","cypher":` + quote(echo) + `,"parameters":{"p":` + p + `}}`
	}
	bounds := detail(400, "Parameter 'p' numeric value out of bounds")
	hold(t, []fact{
		{row: "1.3 NaN", ask: queryG, body: long("NaN"), answer: rowsOf(`["p"]`, `[{"p":null}]`, "1")},
		{row: "1.3 Infinity", ask: queryG, body: long("Infinity"), answer: bounds},
		{row: "1.3 -Infinity", ask: queryG, body: long("-Infinity"), answer: bounds},
		{row: "1.3 as a number", ask: queryG, body: long("1e400"), answer: bounds},
		{row: "1.3 in strings", ask: queryG, body: long(`"NaN \" Infinity\\"`), answer: rowsOf(`["p"]`, `[{"p":"NaN \" Infinity\\"}]`, "1")},
		{
			row: "1.3 in streams", ask: streamG, body: long("[NaN, -Infinity]"),
			answer: `200 {"chunk_index": 0, "data": [{"p": [null, null]}], …`, quirk: `200 {"chunk_index": 0, "data": [{"p": [NaN, -Infinity]}], …`,
		},
		{row: "1.3 elsewhere", ask: "POST /databases/g/schema", body: `{"type":"ddl","ddl":";","metadata":{"a":[NaN,Infinity]}}`, answer: `200 {…"success":true}`},
		{row: "1.3 still JSON around it", ask: queryG, body: `{"a":NaN,}`, answer: `422 {"detail":[{"ctx":{"error":"Expecting property name enclosed in double quotes"},"input":{},"loc":["body",9],…`},
		{row: "1.3 not a text", ask: queryG, body: `{"database":"g","cypher":Infinity}`, answer: `422 {"detail":[{"input":null,"loc":["body","cypher"],"msg":"Input should be a valid string","type":"string_type"}]}`},
		{row: "1.3 not shown", ask: queryG, body: `{"cypher":"x","a":{"b":[NaN,1e400,1]}}`, answer: `422 …"input":{"b":[null,null,1]},"loc":["body","a"],…`},
		{row: "1.3 nor a word", ask: queryG, body: `{"a":nan}`, answer: `422 …"json_invalid"…`},
		{row: "1.3 broken off", ask: queryG, body: `{"a":NaN,"b`, answer: `422 …"Unterminated string starting at"…`},
	}, func(a *api) { a.create("g", "") })
}

// TestWire1NotHTTP holds section 1: what is not HTTP is answered as the deployed server does, if [Server.Serve]
// serves.
func TestWire1NotHTTP(t *testing.T) {
	a := serveOn(t, scripted(t))
	for _, head := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
		"nonsense\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n", // no host
		"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n",
	} {
		resp, body, open := a.exchange(head)
		if resp.StatusCode != http.StatusBadRequest || body != "Invalid HTTP request received." || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" || open {
			t.Errorf("%q: got %s %v %q, and the connection stays open: %v", head, resp.Status, resp.Header, body, open)
		}
	}
	// An answer of the server itself is not taken for one.
	resp, body, _ := a.exchange("POST /databases/a.b/query HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n" + `{"database":"g","cypher":"RETURN 1    "}` + " ")
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "Graph ID") {
		t.Errorf("got %s %q", resp.Status, body)
	}
}
