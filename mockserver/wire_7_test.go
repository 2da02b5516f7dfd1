package mockserver_test

import (
	"fmt"
	"strings"
	"testing"
)

const streamG = "POST /databases/g/query?streaming=true"

// TestWire7 holds section 7, streams: their bytes, and how they end.
func TestWire7(t *testing.T) {
	chunk := func(index int, data, columns string, last bool, rows, sent int) string {
		return fmt.Sprintf(`{"chunk_index": %d, "data": [%s], "columns": [%s], "is_last_chunk": %t, "row_count": %d, "total_rows_sent": %d`, index, data, columns, last, rows, sent)
	}
	const (
		more = "}\n"
		end  = `, "execution_time_ms": <n>, "database": "g"}` + "\n"
		i    = `"i"`
	)
	fault := func(words, kind string, index, sent int) string {
		return fmt.Sprintf(`{"error": %s, "error_type": %q, "chunk_index": %d, "is_last_chunk": true, "row_count": 0, "total_rows_sent": %d, "execution_time_ms": <n>}`+"\n", words, kind, index, sent)
	}
	ask := func(row, cypher, answer, quirk string) fact {
		if quirk != "" {
			quirk = "200 " + quirk
		}
		return fact{row: "7 " + row, ask: streamG, body: queryBody(cypher, ""), answer: "200 " + answer, quirk: quirk, header: "Content-Type: application/x-ndjson"}
	}
	const silence = "\x00"
	facts := []fact{
		ask("one row", bigNumber, chunk(0, `{"big": 20100214153210447}`, `"big"`, true, 1, 1)+end, ""),
		ask("zero rows", count(0), chunk(0, "", i, true, 0, 0)+end, ""),
		ask("a write", addPerson, chunk(0, "", "", true, 0, 0)+end, ""),
		ask("999 rows", count(999), chunk(0, "…", i, true, 999, 999)+end, ""),
		ask("1000 rows", count(1000), chunk(0, "…", i, true, 1000, 1000)+end, chunk(0, "…", i, false, 1000, 1000)+more),
		ask("1001 rows", count(1001), chunk(0, "…", i, false, 1000, 1000)+more+chunk(1, `{"i": 1001}`, "", true, 1, 1001)+end, ""),
		ask("no cap", count(10_001), "…"+chunk(10, `{"i": 10001}`, "", true, 1, 10_001)+end, ""),
		ask("forbidden keyword", "RETURN 'immigrant'", fault(`"Query contains forbidden keyword: GRANT"`, "ValueError", 0, 0), silence),
		ask("empty text", " ", fault(`"Query cannot be empty"`, "ValueError", 0, 0), silence),
		{row: "7 unknown database", ask: "POST /databases/none/query?streaming=true", body: queryBody("RETURN 1", ""), answer: "200 " + fault(`"Database 'none' not found"`, "RuntimeError", 0, 0), quirk: "200 " + silence},
		ask("a value that streams cannot hold", aDate, chunk(0, `{"d": "2020-01-02"}`, `"d"`, true, 1, 1)+end, silence),
		ask("the same after a full chunk", lateDate, chunk(0, "…", `"d"`, false, 1000, 1000)+more+chunk(1, `{"d": "2020-01-02"}`, "", true, 1, 1001)+end, chunk(0, "…", `"d"`, false, 1000, 1000)+more),
		ask("bytes that are no text", aBlob, fault(`"a BLOB that is not UTF-8 text cannot be written as JSON; cast it to STRING in the statement"`, "RuntimeError", 0, 0), silence),
		ask("not numbers", notNumbers, chunk(0, `{"a": null, "b": null, "c": null}`, `"a", "b", "c"`, true, 1, 1)+end, chunk(0, `{"a": NaN, "b": Infinity, "c": -Infinity}`, `"a", "b", "c"`, true, 1, 1)+end),
		ask("derived columns", "RETURN 1 AS order_id;", chunk(0, `{"order_id": 1}`, `"order_id"`, true, 1, 1)+end, chunk(0, `{"1 AS": 1}`, `"1 AS"`, true, 1, 1)+end),
		{row: "7 escapes", ask: streamG, body: queryBody(echo, `{"p":"Zoë\u007f😀"}`), answer: "200 " + chunk(0, `{"p": "Zo\u00eb\u007f\ud83d\ude00"}`, `"p"`, true, 1, 1) + end},
		{row: "7 parameters are not limited", ask: streamG, body: queryBody(echo, `{"p":-20100214153210447}`), answer: "200 " + chunk(0, `{"p": -20100214153210447}`, `"p"`, true, 1, 1) + end},
	}
	kinds := map[string]string{"Binder exception": "BinderException", "Parser exception": "ParserException", "Catalog exception": "CatalogException"}
	for cypher, text := range faults {
		kind, _, _ := strings.Cut(text, ":")
		name := kinds[kind]
		if name == "" {
			name = "RuntimeError"
		}
		facts = append(facts, ask(kind, cypher, fault(quote(text), name, 0, 0), ""))
	}
	for _, header := range []string{"X-Streaming: true", "Cache-Control: no-cache", "Content-Length: "} {
		facts = append(facts, fact{row: "7 header", ask: streamG, body: queryBody("RETURN 1", ""), answer: "200 …", header: header})
	}
	for n := range facts {
		facts[n].quirk = strings.ReplaceAll(facts[n].quirk, silence, "")
	}
	hold(t, facts, withPeople)
}
