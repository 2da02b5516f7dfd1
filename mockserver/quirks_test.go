package mockserver_test

import (
	"bufio"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// raw sends a request and returns what came, without holding it against the API
// document, and whether the connection stays open: whether it answers again.
func (a *api) raw(method, path, body string) (text string, open bool) {
	a.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(a.url, "http://"))
	if err != nil {
		a.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	ask := func() (string, error) {
		req := a.request(a.Context(), method, path, body)
		if err := req.Write(conn); err != nil {
			return "", err
		}
		resp, err := http.ReadResponse(in, req)
		if err != nil {
			return "", err
		}
		content, err := io.ReadAll(resp.Body)
		return string(content), err
	}
	if text, err = ask(); err != nil {
		a.Errorf("%s %s: %v", method, path, err)
	}
	_, err = ask()
	return text, err == nil
}

// TestQuirks holds each quirk, switched on and off.
func TestQuirks(t *testing.T) {
	last := `"is_last_chunk": true`
	stream := "/databases/g/query?streaming=true"
	for _, test := range []struct {
		quirk        mockserver.Quirks
		method, path string
		body         string
		off, on      string // what the answer holds
		never        string // what it does not hold with the quirk
		closed       bool   // the connection, after the answer with the quirk
	}{
		{quirk: mockserver.QuirkNoLastChunk, path: stream, body: queryBody(count(1000), ""), off: last, on: `"row_count": 1000`, never: last},
		{quirk: mockserver.QuirkNoLastChunk, path: stream, body: queryBody(count(999), ""), off: last, on: last},
		{quirk: mockserver.QuirkNoLastChunk, path: stream, body: queryBody(count(1001), ""), off: last, on: last},
		{quirk: mockserver.QuirkNoLastChunk, path: stream, body: queryBody(count(0), ""), off: last, on: last},
		{quirk: mockserver.QuirkSilentFailure, path: stream, body: queryBody("RETURN 'immigrant'", ""), off: "forbidden keyword: GRANT", never: "{", closed: true},
		{quirk: mockserver.QuirkSilentFailure, path: stream, body: queryBody(" ", ""), off: "Query cannot be empty", never: "{", closed: true},
		{quirk: mockserver.QuirkSilentFailure, path: "/databases/none/query?streaming=true", body: queryBody("RETURN 1", ""), off: "Database 'none' not found", never: "{", closed: true},
		{quirk: mockserver.QuirkSilentFailure, path: stream, body: queryBody("MATCH (n:Nope) RETURN n", ""), off: "Binder exception", on: "Binder exception"},
		{quirk: mockserver.QuirkUnstreamable | mockserver.QuirkSilentFailure, path: stream, body: queryBody(lateDate, ""), off: `"d": "2020-01-02"`, on: `"total_rows_sent": 1000}`, never: last, closed: true},
		{quirk: mockserver.QuirkUnstreamable, path: stream, body: queryBody(aDate, ""), off: `"d": "2020-01-02"`, on: `"error": `, never: "2020"},
		{quirk: mockserver.QuirkUnstreamable, path: "/databases/g/query", body: queryBody(aDate, ""), off: `"d":"2020-01-02"`, on: `"d":"2020-01-02"`},
		{quirk: mockserver.QuirkNaNTokens, path: stream, body: queryBody(notNumbers, ""), off: `[{"a": null, "b": null, "c": null}]`, on: `[{"a": NaN, "b": Infinity, "c": -Infinity}]`},
		{quirk: mockserver.QuirkNaNTokens, path: "/databases/g/query", body: queryBody(notNumbers, ""), off: `{"a":null,"b":null,"c":null}`, on: `{"a":null,"b":null,"c":null}`},
		{quirk: mockserver.QuirkTextColumns, path: "/databases/g/query", body: queryBody("RETURN 1 AS order_id;", ""), off: `"columns":["order_id"]`, on: `"columns":["1 AS"]`},
		{quirk: mockserver.QuirkTextColumns, path: stream, body: queryBody("RETURN 1 AS order_id;", ""), off: `"columns": ["order_id"]`, on: `"columns": ["1 AS"]`},
		{quirk: mockserver.QuirkNoProperties, method: http.MethodGet, path: "/databases/g/schema", off: `"properties":[{"name":"id"`, on: `"properties":[]`, never: "INT64"},
		{quirk: mockserver.QuirkNoIngest, path: "/databases/g/ingest", body: "{}", off: "no files", on: `{"detail":"Not Found"}`},
		{quirk: mockserver.QuirkNoIngest, method: http.MethodGet, path: "/databases/g/ingest", off: "Method Not Allowed", on: `{"detail":"Not Found"}`},
	} {
		t.Run(test.quirk.String(), func(t *testing.T) {
			for _, quirks := range []mockserver.Quirks{0, test.quirk, mockserver.QuirksDeployed} {
				if quirks == mockserver.QuirksDeployed && strings.Contains(test.on, `"error": `) {
					continue // another quirk takes the words away
				}
				eachEngine(t, func(t *testing.T, a *api) {
					a.create("g", "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
					method := test.method
					if method == "" {
						method = http.MethodPost
					}
					got, open := a.raw(method, test.path, test.body)
					want, never := test.on, test.never
					if quirks == 0 {
						want, never = test.off, ""
					}
					if !strings.Contains(got, want) || never != "" && strings.Contains(got, never) {
						t.Errorf("quirks %q: got %.300q, want %q and not %q", quirks, got, want, never)
					}
					if closed := quirks != 0 && test.closed; open == closed {
						t.Errorf("quirks %q: the connection stays open: %v", quirks, open)
					}
				}, func(cfg *mockserver.Config) { cfg.Quirks = quirks })
			}
		})
	}
}

// TestQuirksOfCopies: a copy that creates its database, and tasks without counts.
func TestQuirksOfCopies(t *testing.T) {
	for _, quirks := range []mockserver.Quirks{0, mockserver.QuirksDeployed} {
		eachEngine(t, func(t *testing.T, a *api) {
			a.create("g", "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
			a.write("b/P.csv", "id\n1\n2\n")
			for _, graph := range []string{"g", "stray"} {
				task := into[started](a.post("/databases/"+graph+"/copy", `{"s3_pattern":"s3://b/P.csv","table_name":"P"}`))
				record := a.finished(task)
				records := map[bool]int{true: 0, false: 2}[quirks != 0]
				if graph == "g" && (record.Status != "completed" || record.Result.Records != records) {
					t.Errorf("quirks %q: the task is %+v", quirks, record)
				}
			}
			if status := a.get("/databases/stray").status; (status == 200) != (quirks != 0) {
				t.Errorf("quirks %q: the stray database is answered %d", quirks, status)
			}
		}, func(cfg *mockserver.Config) { cfg.Quirks = quirks })
	}
}

func TestQuirkNames(t *testing.T) {
	for bit := mockserver.Quirks(1); bit <= mockserver.QuirksDeployed; bit <<= 1 {
		name := bit.String()
		if got, err := mockserver.ParseQuirks(name); err != nil || got != bit || name == "" {
			t.Errorf("%q is read as %d, %v; want %d", name, got, err, bit)
		}
	}
	all, err := mockserver.ParseQuirks("deployed")
	if err != nil || all != mockserver.QuirksDeployed {
		t.Errorf("deployed is %v, %v", all, err)
	}
	_, err = mockserver.ParseQuirks("no-ingest", "no-such", "nor-this")
	for _, want := range []string{`"no-such"`, `"nor-this"`, "nan-tokens"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %s", err, want)
		}
	}
	if _, err := mockserver.New(mockserver.Config{Engine: scripted(t), Quirks: math.MaxUint32}); err == nil || !strings.Contains(err.Error(), "Quirks") {
		t.Errorf("unknown bits: %v", err)
	}
}
