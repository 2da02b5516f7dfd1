package kuzu_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// readStream returns the number of rows and the end of a stream.
func readStream(t *testing.T, c *kuzu.Client) (n int, err error) {
	t.Helper()
	rows := c.Stream(t.Context(), "RETURN 1", nil)
	for rows.Next() {
		n++
	}
	if rows.Next() {
		t.Error("a stream that has ended goes on")
	}
	return n, rows.Err()
}

// TestStreamsThatFail are those of the wire contract, section 7, and some that a
// broken server could send. Each ends in an error, whatever came before.
func TestStreamsThatFail(t *testing.T) {
	errorChunk := func(index int, message string) string {
		return fmt.Sprintf(`{"error": %q, "error_type": "BinderException", "chunk_index": %d, "is_last_chunk": true, "row_count": 0, "total_rows_sent": 0, "execution_time_ms": 0.9}`+"\n", message, index)
	}
	replaced := func(piece, by string) string { return firstChunk + strings.Replace(lastChunk, piece, by, 1) }
	for name, test := range map[string]struct {
		body   string
		rows   int
		kind   kuzu.Kind
		pieces []string
	}{
		"nothing at all":            {"", 0, kuzu.KindUnsupported, []string{"the stream is empty, and the graph exists", "DATE", "CAST(n.born AS STRING)"}},
		"no last chunk":             {firstChunk, 2, kuzu.KindTruncated, []string{"after 2 rows", "without its last chunk", "2 rows"}},
		"broken off within a line":  {firstChunk + lastChunk[:30], 2, kuzu.KindTruncated, []string{"within line 2, after 2 rows"}},
		"line without its end":      {firstChunk + strings.TrimSuffix(lastChunk, "\n"), 2, kuzu.KindTruncated, []string{"within line 2"}},
		"error at once":             {errorChunk(0, "Binder exception: Table Nope does not exist."), 0, kuzu.KindSyntax, []string{"syntax error: Binder exception: Table Nope does not exist."}},
		"error after rows":          {firstChunk + errorChunk(1, "Runtime exception: overflow"), 2, kuzu.KindExecution, []string{"after 2 rows: Runtime exception: overflow"}},
		"error of an unknown kind":  {errorChunk(0, "boom"), 0, kuzu.KindExecution, []string{"boom"}},
		"error without words":       {errorChunk(0, ""), 0, kuzu.KindExecution, nil},
		"time limit":                {errorChunk(0, "Interrupted."), 0, kuzu.KindTimeout, []string{"Interrupted."}},
		"missing graph":             {errorChunk(0, "Database social not found"), 0, kuzu.KindNotFound, []string{"Database social not found"}},
		"forbidden keyword":         {errorChunk(0, "Query contains forbidden keyword: GRANT"), 0, kuzu.KindForbidden, nil},
		"no JSON":                   {firstChunk + "<html>\n", 2, kuzu.KindProtocol, []string{"line 2 of the stream, after 2 rows, is not the JSON"}},
		"blank line":                {firstChunk + "\n" + lastChunk, 2, kuzu.KindProtocol, []string{"line 2"}},
		"chunk left out":            {lastChunk, 0, kuzu.KindProtocol, []string{"chunk 0 of the stream says that it is chunk 1"}},
		"chunk twice":               {firstChunk + firstChunk, 2, kuzu.KindProtocol, []string{"chunk 1 of the stream says that it is chunk 0"}},
		"more announced than sent":  {replaced(`"row_count": 1`, `"row_count": 2`), 2, kuzu.KindProtocol, []string{"announces 2 rows, 3 in all; 2 had arrived before"}},
		"fewer announced than sent": {replaced(`"row_count": 1`, `"row_count": 0`), 2, kuzu.KindProtocol, []string{"announces 0 rows"}},
		"rows lost in between":      {replaced(`"total_rows_sent": 3`, `"total_rows_sent": 1003`), 2, kuzu.KindProtocol, []string{"1003 in all", "2 had arrived before"}},
		"no data":                   {`{"chunk_index":0,"columns":["n"],"is_last_chunk":true,"row_count":0,"total_rows_sent":0}` + "\n", 0, kuzu.KindProtocol, []string{"has no data"}},
		"empty object":              {"{}\n", 0, kuzu.KindProtocol, []string{"has no data"}},
		"null":                      {"null\n", 0, kuzu.KindProtocol, []string{"it is not an object"}},
		"no columns":                {strings.Replace(firstChunk, `["n"]`, `[]`, 1), 0, kuzu.KindProtocol, []string{"chunk 0 of the stream has a broken row: it has a value for \"n\", which is no column"}},
		"broken row":                {replaced(`{"n": 2}`, `{"m": 2}`), 2, kuzu.KindProtocol, []string{`chunk 1 of the stream has a broken row: it has a value for "m", which is no column`}},
		"comma after the last row":  {replaced(`{"n": 2}`, `{"n": 2},`), 2, kuzu.KindProtocol, []string{"chunk 1 of the stream has a broken row: there is no comma and no row after it"}},
		"no comma between rows":     {replaced(`{"n": 2}`, `{"n": 2} {"n": 3}`), 2, kuzu.KindProtocol, []string{"there is no comma and no row after it"}},
		"rows of no length":         {replaced(`{"n": 2}`, ``), 2, kuzu.KindProtocol, []string{"announces 1 rows, 3 in all; it holds 0"}},
		"more rows than announced":  {replaced(`{"n": 2}`, `{"n": 2}, {"n": 3}`), 4, kuzu.KindProtocol, []string{"announces 1 rows, 3 in all; it holds 2"}},
		"row of another type":       {replaced(`{"n": 2}`, `[2]`), 2, kuzu.KindProtocol, []string{"chunk 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := readStream(t, serve(t, says(200, asNDJSON, test.body)).client(t))
			if n != test.rows {
				t.Errorf("%d rows came before the error, want %d", n, test.rows)
			}
			wantError(t, err, test.kind, append(test.pieces, "queryDatabase", `"social"`)...)
		})
	}
}

// TestStreamsThatAreRefused fail before they begin, as a plain query does.
func TestStreamsThatAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		status      int
		contentType string
		body        string
		kind        kuzu.Kind
		want        string
	}{
		"busy server":     {503, asJSON, `{"detail":{"error":"Server temporarily unavailable","reason":"CPU usage too high","decision":"reject_cpu","retry_after":5}}`, kuzu.KindUnavailable, "retry after 5s"},
		"invalid request": {422, asJSON, `{"detail":[{"loc":["body","cypher"],"msg":"no"}]}`, kuzu.KindInvalidRequest, "body.cypher: no"},
		"load balancer":   {502, "text/html", "<html>", kuzu.KindUnavailable, "HTML page"},
		"plain answer":    {200, asJSON, `{"data":[],"columns":[],"row_count":0}`, kuzu.KindProtocol, `content type "application/json" instead of application/x-ndjson`},
		"no content type": {200, "", lastChunk, kuzu.KindProtocol, `content type "" instead`},
		"wrong text":      {200, "text/html; charset=utf-8", "<html>", kuzu.KindProtocol, "check that the address is that of a Kuzu API server"},
		"redirected":      {307, "", "", kuzu.KindProtocol, "redirects are not followed"},
		"nothing to say":  {204, "", "", kuzu.KindProtocol, "content type"},
		"a broken type":   {200, ";;", lastChunk, kuzu.KindProtocol, `";;"`},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := readStream(t, serve(t, says(test.status, test.contentType, test.body)).client(t))
			if n != 0 {
				t.Errorf("%d rows", n)
			}
			wantError(t, err, test.kind, test.want)
		})
	}
}

// TestLinesAreBounded goes to the edge of the limit: its end does not count.
func TestLinesAreBounded(t *testing.T) {
	line := strings.TrimSuffix(lastChunk, "\n")
	line = strings.NewReplacer(`"chunk_index": 1`, `"chunk_index": 0`, `"columns": []`, `"columns": ["n"]`, `_sent": 3`, `_sent": 1`).Replace(line)
	for _, padding := range []int{0, 200_000} { // within and beyond what is read at once
		body := line + strings.Repeat(" ", padding)
		size := int64(len(body))
		srv := serve(t, says(200, asNDJSON, body+"\n"))
		if n, err := readStream(t, srv.client(t, kuzu.WithMaxMessageBytes(size))); n != 1 || err != nil {
			t.Errorf("a line of %d bytes: %d rows, %v", size, n, err)
		}
		_, err := readStream(t, srv.client(t, kuzu.WithMaxMessageBytes(size-1)))
		wantError(t, err, kuzu.KindTooLarge, fmt.Sprintf("line 1 of the stream is longer than %d bytes", size-1), "WithMaxMessageBytes")
	}
	endless := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", asNDJSON)
		for piece := []byte(strings.Repeat(" ", 1<<16)); ; {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	_, err := readStream(t, endless.client(t, kuzu.WithMaxMessageBytes(1<<20)))
	wantError(t, err, kuzu.KindTooLarge, "1048576 bytes")
}

// TestErrorsOfStreamsAreBounded: the text of an error chunk comes from outside.
func TestErrorsOfStreamsAreBounded(t *testing.T) {
	_, err := readStream(t, serve(t, says(200, asNDJSON, `{"error": "`+strings.Repeat("x", 1<<20)+`"}`+"\n")).client(t))
	if e, ok := errors.AsType[*kuzu.Error](err); !ok || len(e.Message) > 4<<10 {
		t.Errorf("got %.100v", err)
	}
}

// TestStreamsOfTheMock have every size at which a chunk more or less could be
// sent.
func TestStreamsOfTheMock(t *testing.T) {
	for _, rows := range []int{0, 1, 999, 1000, 1001, 2000, 2500} {
		t.Run(strconv.Itoa(rows), func(t *testing.T) {
			c := mock(t, func(engine *mockserver.Scripted) { numbers(engine, rows) })
			stream := c.Stream(t.Context(), numbersQuery, nil)
			n := 0
			for row, err := range stream.All() {
				if err != nil {
					t.Fatal(err)
				}
				if value, err := row.Get("n"); err != nil || value != int64(n) {
					t.Fatalf("row %d is %v, %v", n, value, err)
				}
				n++
			}
			if n != rows || stream.Err() != nil {
				t.Errorf("%d rows, %v", n, stream.Err())
			}
			if got := stream.Columns(); len(got) != 1 || got[0] != "n" {
				t.Errorf("columns are %v", got)
			}
		})
	}
}
