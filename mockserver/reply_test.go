package mockserver_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestReply holds each kind of answer as it comes over the wire.
func TestReply(t *testing.T) {
	for name, test := range map[string]struct {
		reply   mockserver.Reply
		status  int
		media   string
		body    string
		headers map[string]string
	}{
		"nothing":         {reply: mockserver.Reply{}, status: 200},
		"status":          {reply: mockserver.Reply{Status: 418}, status: 418},
		"undeclared":      {reply: mockserver.Reply{Status: 599, Body: "no"}, status: 599, media: "text/plain; charset=utf-8", body: "no"},
		"without a body":  {reply: mockserver.Reply{Status: 204}, status: 204},
		"JSON":            {reply: mockserver.Reply{JSON: json.RawMessage(`{"b": 12345678901234567890, "a": "<"}`)}, status: 200, media: "application/json", body: `{"b": 12345678901234567890, "a": "<"}`},
		"JSON null":       {reply: mockserver.Reply{JSON: json.RawMessage("null")}, status: 200, media: "application/json", body: "null"},
		"raw with header": {reply: mockserver.Reply{Status: 502, Headers: map[string]string{"Content-Type": "text/html", "Retry-After": "3"}, Body: "<h1>"}, status: 502, media: "text/html", body: "<h1>", headers: map[string]string{"Retry-After": "3"}},
		"example":         {reply: mockserver.Reply{Example: "default"}, status: 200, media: "application/json", body: `"row_count":1`},
		"named example":   {reply: mockserver.Reply{Status: 400, Example: "parser"}, status: 400, media: "application/json", body: `{"detail":`},
		"example as text": {reply: mockserver.Reply{Status: 500, Example: "default", Headers: map[string]string{"X-A": "b"}}, status: 500, media: "text/plain", body: "Internal Server Error", headers: map[string]string{"X-A": "b"}},
		"lines": {
			reply:  mockserver.Reply{Lines: []mockserver.Line{{JSON: json.RawMessage("{\"a\":\n null}")}, {JSON: json.RawMessage(`{"a": "ü"}`)}, {Raw: `{"a": NaN}` + "\n"}, {Raw: "{"}}},
			status: 200, media: "application/x-ndjson",
			body: "{\"a\":null}\n{\"a\": \"ü\"}\n{\"a\": NaN}\n{",
		},
		"events": {
			reply:  mockserver.Reply{Status: 206, Events: []mockserver.Event{{Event: "progress", Data: json.RawMessage("{\"a\":\n1}")}, {Comment: "ping"}, {Data: json.RawMessage("2")}, {Raw: "event: cut"}}},
			status: 206, media: "text/event-stream; charset=utf-8",
			body: "event: progress\r\ndata: {\"a\":1}\r\n\r\n: ping\r\n\r\ndata: 2\r\n\r\nevent: cut",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t, scripted(t))
			if strings.HasPrefix(name, "named") {
				test.reply.Example = firstExample(t, "queryDatabase", test.reply.Status)
			}
			a.rules(mockserver.Rule{Match: mockserver.Match{Operation: "queryDatabase"}, Replies: []mockserver.Reply{test.reply}})
			resp, body, err := a.fetch(http.MethodPost, "/databases/g/query", queryBody("RETURN 1", ""))
			if err != nil {
				t.Fatal(err)
			}
			media := resp.Header.Get("Content-Type")
			matches := body == test.body || strings.Contains(name, "example") && strings.Contains(body, test.body)
			if resp.StatusCode != test.status || media != test.media || !matches {
				t.Errorf("got %d %q %q\nwant %d %q %q", resp.StatusCode, media, body, test.status, test.media, test.body)
			}
			for name, want := range test.headers {
				if got := resp.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// firstExample returns a name from the document.
func firstExample(t *testing.T, id string, status int) string {
	t.Helper()
	for _, item := range document().Paths.Map() {
		for _, op := range item.Operations() {
			if op.OperationID != id {
				continue
			}
			for _, content := range op.Responses.Status(status).Value.Content {
				for name := range content.Examples {
					return name
				}
			}
		}
	}
	t.Fatalf("the document has no named example for %s %d", id, status)
	return ""
}

// TestRepliesInSequence: one after another, the last one again and again.
func TestRepliesInSequence(t *testing.T) {
	a := start(t, scripted(t))
	a.rules(mockserver.Rule{Replies: []mockserver.Reply{{Body: "1"}, {Status: 503, Body: "2"}, {Body: "3"}}})
	for _, want := range []string{"1", "2", "3", "3", "3"} {
		a.says(want, http.MethodGet, "/health", "")
	}
}

// TestStreamLeavesItemByItem: headers at once, and each item when its time has
// come.
func TestStreamLeavesItemByItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t, scripted(t))
		defer a.close()
		a.rules(mockserver.Rule{Replies: []mockserver.Reply{{Lines: []mockserver.Line{
			{Raw: "1"}, {After: mockserver.Duration(time.Hour), Raw: "2"}, {Raw: "3"},
		}}}})
		w := &timedWriter{ResponseRecorder: httptest.NewRecorder(), began: time.Now()}
		a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
		if got, want := strings.Join(w.sent, " "), "0s: 0s:1 1h0m0s:2 1h0m0s:3"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestStreamEndsWithItsServer: a stream that the server's end cuts does not look
// like a whole one.
func TestStreamEndsWithItsServer(t *testing.T) {
	a := start(t, scripted(t))
	a.rules(mockserver.Rule{Replies: []mockserver.Reply{{Events: []mockserver.Event{{Comment: "a"}, {After: mockserver.Duration(time.Hour), Comment: "b"}}}}})
	resp := a.send(a.request(t.Context(), http.MethodGet, "/health", ""))
	defer resp.Body.Close()
	in := bufio.NewReader(resp.Body)
	if line, err := in.ReadString('\n'); line != ": a\r\n" || err != nil {
		t.Fatalf("got %q, %v", line, err)
	}
	if err := a.server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.ReadString('x'); err == nil || err.Error() != "unexpected EOF" {
		t.Errorf("the body ends with %v", err)
	}
}

// TestPrefer: a client asks for an example of the document, as Prism lets it.
func TestPrefer(t *testing.T) {
	a := start(t, scripted(t))
	named := firstExample(t, "queryDatabase", 400)
	for _, test := range []struct {
		prefer, accept string
		status         int
		media, body    string
	}{
		{prefer: "code=200", status: 200, media: "application/json", body: `"row_count":1`},
		{prefer: "code=404", status: 404, media: "application/json", body: `{"detail":`},
		{prefer: `code="404"`, status: 404, media: "application/json", body: `{"detail":`},
		{prefer: "respond-async, Code=503", status: 503, media: "application/json", body: `{"detail":{`},
		{prefer: "code=400, example=" + named, status: 400, media: "application/json", body: `{"detail":`},
		{prefer: "example=default", status: 200, media: "application/json", body: `"row_count":1`},
		{prefer: "code=200", accept: "text/html, application/x-ndjson;q=0.9", status: 200, media: "application/x-ndjson", body: `"is_last_chunk"`},
		{prefer: "code=200", accept: "*/*", status: 200, media: "application/json", body: `"row_count":1`},
		{prefer: "code=418", status: 400, media: "application/json", body: "the API document has no 418 for queryDatabase; it has 200, 400"},
		{prefer: "code=teapot", status: 400, media: "application/json", body: `code is \"teapot\"`},
		{prefer: "code=400, example=none", status: 400, media: "application/json", body: `has no example \"none\" for queryDatabase 400; it has `},
		{prefer: "return=minimal", status: 404, media: "application/json", body: "Database 'g' not found"},
	} {
		resp, body, err := a.fetch(http.MethodPost, "/databases/g/query", queryBody("RETURN 1", ""), "Prefer: "+test.prefer, "Accept: "+test.accept)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != test.status || resp.Header.Get("Content-Type") != test.media || !strings.Contains(body, test.body) {
			t.Errorf("Prefer: %s: got %d %q %s", test.prefer, resp.StatusCode, resp.Header.Get("Content-Type"), body)
		}
	}
	a.says("Field required", http.MethodPost, "/databases/g/query", "{}", "Prefer: code=200")
}

// TestEveryExampleCanBeScripted: of every operation and status, by its name.
func TestEveryExampleCanBeScripted(t *testing.T) {
	a := start(t, scripted(t))
	n := 0
	for _, item := range document().Paths.Map() {
		for _, op := range item.Operations() {
			for code, described := range op.Responses.Map() {
				status, err := strconv.Atoi(code)
				if err != nil {
					t.Fatal(err)
				}
				for _, content := range described.Value.Content {
					names := slices.Collect(maps.Keys(content.Examples))
					if content.Example != nil {
						names = append(names, "default")
					}
					for _, name := range names {
						if n++; slices.ContainsFunc(a.server.Rules(), func(r mockserver.RuleState) bool {
							return r.Match.Operation == op.OperationID && r.Match.Headers["X-Example"] == code+name
						}) {
							n-- // of another media type, which the client's Accept chooses
							continue
						}
						a.rules(mockserver.Rule{
							Match:   mockserver.Match{Operation: op.OperationID, Headers: map[string]string{"X-Example": code + name}},
							Replies: []mockserver.Reply{{Status: status, Example: name}},
						})
					}
				}
			}
		}
	}
	if n < 100 || len(a.server.Rules()) != n {
		t.Errorf("%d examples, %d rules", n, len(a.server.Rules()))
	}
}
