package mockserver_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
)

// declare sends a request whose body is said to have a length.
func (a *api) declare(path string, length int64, body string) reply {
	a.Helper()
	r := httptest.NewRequestWithContext(a.Context(), http.MethodPost, path, strings.NewReader(body))
	r.ContentLength = length
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, r)
	return reply{api: a, status: w.Code, header: w.Header(), body: w.Body.String()}
}

// TestWire3 holds section 3: how large a declared body may be.
func TestWire3(t *testing.T) {
	const other = "Request body too large. Size: 10,485,761 bytes, Max allowed: 10,485,760 bytes"
	for _, tt := range []struct {
		path   string
		length int64
		detail string // "" if it passes
	}{
		{"/databases/g/query", 100_000, ""},
		{"/databases/g/query", 100_001, "Request query too large. Size: 100,001 bytes, Max allowed: 100,000 bytes"},
		{"/databases/g/query?streaming=true", 100_001, "Request query too large. Size: 100,001 bytes, Max allowed: 100,000 bytes"},
		{"/databases/g/schema", 1_048_576, ""},
		{"/databases/g/schema", 1_048_577, "Request schema too large. Size: 1,048,577 bytes, Max allowed: 1,048,576 bytes"},
		{"/databases", 10_485_760, ""},
		{"/databases", 10_485_761, other},
		{"/databases/g/copy", 12_345_678_901, "Request body too large. Size: 12,345,678,901 bytes, Max allowed: 10,485,760 bytes"},
		// It goes by pieces of the path, wherever they stand.
		{"/databases/queryfoo/copy", 100_001, "Request query too large. Size: 100,001 bytes, Max allowed: 100,000 bytes"},
		{"/databases/schemafoo/query", 100_001, "Request query too large. Size: 100,001 bytes, Max allowed: 100,000 bytes"},
		{"/databases/schemafoo/copy", 1_048_577, "Request schema too large. Size: 1,048,577 bytes, Max allowed: 1,048,576 bytes"},
		{"/databases/fooquery/copy", 100_001, ""},
		{"/none?x=/query", 100_001, ""},
		// It comes before the route and what the route finds.
		{"/none", 10_485_761, other},
		{"/health", 10_485_761, other},
		// A restore that is not an upload.
		{"/databases/g/restore?backup_path=x", 10_485_761, other},
	} {
		eachServer(t, func(t *testing.T, a *api) {
			a.create("g", "")
			r := a.declare(tt.path, tt.length, "{}")
			if tt.detail != "" {
				r.detail(http.StatusRequestEntityTooLarge, tt.detail)
			} else if r.status == http.StatusRequestEntityTooLarge {
				t.Errorf("%s of %d bytes, quirks %q: got %s", tt.path, tt.length, a.quirks, r.body)
			}
		})
	}
}

// The archive of an upload may be of any length, unless the body is ignored anyway.
func TestWire3Upload(t *testing.T) {
	archive := []byte(strings.Repeat("x", 10_485_760))
	eachServer(t, func(t *testing.T, a *api) {
		r := a.upload("new", archive)
		if a.quirks != 0 {
			if r.status != 413 || !strings.HasPrefix(r.body, `{"detail":"Request body too large. Size: 10,48`) {
				t.Errorf("quirks %q: got %d %s", a.quirks, r.status, r.body)
			}
			return
		}
		if r.status != 422 || !strings.Contains(r.body, "it is not a ZIP archive") { // it was read to its end
			t.Errorf("got %d %s", r.status, r.body)
		}
	})
}

// A body that does not say how long it is is read, up to the largest limit.
func TestWire3Unknown(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	eachServer(t, func(t *testing.T, a *api) {
		a.create("g", "")
		if r := a.declare("/databases/g/query?streaming=true", -1, queryBody(echo, `{"p":"`+long+`"}`)); !strings.Contains(r.body, `"data": [{"p": "`+long+`"}]`) {
			t.Errorf("a body of unknown length: got %d %.200s", r.status, r.body)
		}
		a.declare("/databases", -1, `{"graph_id":"`+strings.Repeat("x", 10_485_760)+`"}`).
			is(422, `{"detail":[{"ctx":{"max_length":10485760},"input":null,"loc":["body"],"msg":"Body should have at most 10485760 bytes","type":"too_long"}]}`)
	})
}

// A client that asks before it sends gets its answer without sending.
func TestWire3BeforeSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := startInMemory(t, scripted(t))
		conn, err := a.transport.DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "POST /databases/g/query HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\nExpect: 100-continue\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if want := `{"detail":"Request query too large. Size: 200,000 bytes, Max allowed: 100,000 bytes"}`; err != nil || resp.StatusCode != 413 || string(body) != want {
			t.Errorf("got %d %s, %v", resp.StatusCode, body, err)
		}
	})
}

// What is too large is read nevertheless, so that the client sees the answer.
func TestWire3WhileSending(t *testing.T) {
	a := start(t, scripted(t))
	a.post("/databases/g/query", strings.Repeat("x", 1_000_000)).
		detail(413, "Request query too large. Size: 1,000,000 bytes, Max allowed: 100,000 bytes")
}
