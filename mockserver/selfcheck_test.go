package mockserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// reports collects what a server reports.
type reports struct {
	mu   sync.Mutex
	list []string // guarded by mu
}

func (*reports) Helper() {}

func (r *reports) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, fmt.Sprintf(format, args...))
}

func (r *reports) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

const (
	plainPath   = "/databases/g/query"
	monitorTask = "/tasks/x/monitor"

	goodBody  = `{"columns":["a"],"data":[{"a":{"b":[1,-2.5e3,"é\u00e9",null,true]}}],"database":"g","execution_time_ms":0.5,"row_count":1}`
	goodChunk = `{"chunk_index": 0, "data": [{"a": 1}], "columns": ["a"], "is_last_chunk": false, "row_count": 1, "total_rows_sent": 1}` + "\n"
	nanChunk  = `{"chunk_index": 0, "data": [{"a": [NaN, -Infinity]}], "columns": ["a"], "is_last_chunk": false, "row_count": 1, "total_rows_sent": 1}` + "\n"
	lastChunk = `{"chunk_index": 1, "data": [], "columns": [], "is_last_chunk": true, "row_count": 0, "total_rows_sent": 1, "execution_time_ms": 1.0, "database": "is_last_chunk"}` + "\n"
	failChunk = `{"error": "x", "error_type": "RuntimeError", "chunk_index": 0, "is_last_chunk": true, "row_count": 0, "total_rows_sent": 0, "execution_time_ms": 1}` + "\n"
	goodEvent = "event: connected\r\ndata: {\"task_id\": \"x\", \"task_type\": \"backup\", \"timestamp\": \"2025-09-20T12:00:15.123456+00:00\", \"message\": \"m\"}\r\n\r\n"
	lastEvent = "event: error\r\ndata: {\"error\": \"gone\", \"task_type\": \"backup\"}\r\n\r\n"
)

// answer is a handler that writes an answer in so many pieces, and flushes.
func answer(status int, contentType string, pieces ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		for _, piece := range pieces {
			if _, err := io.WriteString(w, piece); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// replaced is a server of which a test takes over the handler.
func replaced(t *testing.T, reporter Reporter, quirks Quirks, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s, err := New(Config{Engine: NewScripted(), Reporter: reporter, Quirks: quirks})
	if err != nil {
		t.Fatal(err)
	}
	s.handler = handler
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return web
}

func ask(t *testing.T, web *httptest.Server, method, path string) (status int, body string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, web.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := web.Client().Transport.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(content), err
}

// TestSelfCheck: an answer that breaks the document is reported and becomes a
// 500, or loses its connection if it has begun; one that keeps to it arrives as
// it was written.
func TestSelfCheck(t *testing.T) {
	ndjson := func(pieces ...string) http.HandlerFunc { return answer(200, mediaNDJSON, pieces...) }
	events := func(pieces ...string) http.HandlerFunc {
		return answer(200, "text/event-stream; charset=utf-8", pieces...)
	}
	for name, test := range map[string]struct {
		path    string // POST /databases/g/query if empty
		quirks  Quirks
		handler http.HandlerFunc
		fault   string // in the report; none if empty
		sent    string // what arrives, with or without a fault; all that was written if there is none
		cut     bool
	}{
		"plain":                     {handler: answer(200, mediaJSON, goodBody), sent: goodBody},
		"plain in pieces":           {handler: answer(200, mediaJSON, goodBody[:10], goodBody[10:60], goodBody[60:]), sent: goodBody},
		"with a charset":            {handler: answer(200, mediaJSON+"; charset=utf-8", goodBody), sent: goodBody},
		"words":                     {handler: answer(404, mediaJSON, `{"detail":"x"}`), sent: `{"detail":"x"}`},
		"text":                      {handler: answer(500, "text/plain; charset=utf-8", "Internal ", "Server Error"), sent: "Internal Server Error"},
		"archive":                   {path: "/databases/g/backup-download", handler: answer(200, "application/zip", "PK", "..."), sent: "PK..."},
		"nowhere":                   {path: "/nowhere", handler: answer(404, mediaJSON, `{"detail":"Not Found"}`), sent: `{"detail":"Not Found"}`},
		"redirect":                  {path: "/databases/", handler: answer(307, "")},
		"status":                    {handler: answer(418, mediaJSON, goodBody), fault: "has no 418 for this operation"},
		"status of none":            {path: "/nowhere", handler: answer(200, mediaJSON, "{}"), fault: "has no 200"},
		"media type":                {handler: answer(200, "text/html", goodBody), fault: `has no "text/html" for 200, but application/json, application/x-ndjson`},
		"no media type":             {handler: answer(200, "", goodBody), fault: `has no "" for 200`},
		"nothing written":           {handler: func(http.ResponseWriter, *http.Request) {}, fault: `has no "" for 200`},
		"no body":                   {handler: answer(200, mediaJSON), fault: "the body at /: broken JSON, a value is wanted at byte 0"},
		"body of a redirect":        {path: "/databases/", handler: answer(307, "", "x"), fault: "has no body for 307"},
		"field missing":             {handler: answer(200, mediaJSON, `{"columns":[],"data":[],"database":"g"}`), fault: "the body at /: required, and not there: execution_time_ms, row_count"},
		"field of another type":     {handler: answer(200, mediaJSON, strings.Replace(goodBody, `["a"]`, `["b",1]`, 1)), fault: "the body at /columns/1: the number 1 is not allowed"},
		"fraction":                  {handler: answer(200, mediaJSON, strings.Replace(goodBody, `count":1`, `count":1.0`, 1)), fault: "the body at /row_count: the number 1.0 is not allowed"},
		"bounds":                    {handler: answer(200, mediaJSON, strings.Replace(goodBody, `count":1`, `count":-1`, 1)), fault: "-1 is out of bounds"},
		"null":                      {handler: answer(200, mediaJSON, strings.Replace(goodBody, `"g"`, `null`, 1)), fault: "the body at /database: null is not allowed"},
		"twice":                     {handler: answer(200, mediaJSON, strings.Replace(goodBody, `"row_count"`, `"database":"g","row_count"`, 1)), fault: `the field "database" is there twice`},
		"row":                       {handler: answer(200, mediaJSON, strings.Replace(goodBody, `{"a":{`, `[{`, 1)), fault: "the body at /data/0: an array is not allowed"},
		"NaN in plain":              {handler: answer(200, mediaJSON, strings.Replace(goodBody, "null", "NaN", 1)), quirks: QuirksDeployed, fault: "the body at /data/0/a/b/3: NaN is no JSON"},
		"not UTF-8":                 {handler: answer(200, mediaJSON, strings.Replace(goodBody, "é", "\xff", 1)), fault: "a string is not UTF-8"},
		"two values":                {handler: answer(200, mediaJSON, goodBody+goodBody), fault: "is followed by more"},
		"enum":                      {path: "/databases/g/query", handler: answer(503, mediaJSON, `{"detail":{"error":"x","reason":"y","decision":"reject_all","retry_after":5}}`), fault: `at /detail/decision: "reject_all" is none of reject_memory`},
		"alternatives":              {handler: answer(422, mediaJSON, `{"detail":[{"type":"t","loc":["body",1.5],"msg":"m"}]}`), fault: "at /detail/0/loc/1: the number 1.5 is not allowed"},
		"free value":                {handler: answer(422, mediaJSON, `{"detail":[{"type":"t","loc":["body",1],"msg":"m","input":null,"ctx":{"a":1}}]}`), sent: `{"detail":[{"type":"t","loc":["body",1],"msg":"m","input":null,"ctx":{"a":1}}]}`},
		"stream":                    {handler: ndjson(goodChunk, lastChunk), sent: goodChunk + lastChunk},
		"stream in pieces":          {handler: ndjson(goodChunk[:7], goodChunk[7:]+lastChunk[:20], lastChunk[20:30], lastChunk[30:]), sent: goodChunk + lastChunk},
		"stream that failed":        {handler: ndjson(failChunk), sent: failChunk},
		"first line":                {handler: ndjson(`{"chunk_index": 0}` + "\n"), fault: "line 1 at /: required, and not there"},
		"second line":               {handler: ndjson(goodChunk, `{}`+"\n"), fault: "line 2 at /", sent: goodChunk, cut: true},
		"both kinds of line":        {handler: ndjson(strings.TrimSuffix(lastChunk, "}\n") + `, "error": "x", "error_type": "y"}` + "\n"), fault: "matches 2 alternatives"},
		"stream inside a line":      {handler: ndjson(goodChunk, lastChunk[:30]), fault: "ends inside a piece", sent: goodChunk, cut: true},
		"stream without end":        {handler: ndjson(goodChunk), fault: "without a line that is marked as the last", sent: goodChunk, cut: true},
		"stream of nothing":         {handler: ndjson(), fault: "the stream has no line"},
		"stream goes on":            {handler: ndjson(lastChunk, goodChunk), fault: "goes on behind its last piece", sent: lastChunk, cut: true},
		"tokens":                    {handler: ndjson(nanChunk, lastChunk), fault: "line 1 at /data/0/a/0: NaN is no JSON"},
		"quirk of tokens":           {quirks: QuirkNaNTokens, handler: ndjson(nanChunk, lastChunk), sent: nanChunk + lastChunk},
		"tokens in declared fields": {quirks: QuirksDeployed, handler: ndjson(strings.Replace(lastChunk, "1.0", "NaN", 1)), fault: "line 1 at /execution_time_ms: NaN is no JSON"},
		"quirk of the last chunk":   {quirks: QuirkNoLastChunk, handler: ndjson(goodChunk), sent: goodChunk},
		"which is not of nothing":   {quirks: QuirkNoLastChunk, handler: ndjson(), fault: "the stream has no line"},
		"quirk of silence":          {quirks: QuirkSilentFailure, handler: ndjson()},
		"silence inside a line":     {quirks: QuirksDeployed, handler: ndjson("{"), fault: "ends inside a piece", cut: true},
		"quirks and status":         {quirks: QuirksDeployed, handler: answer(402, mediaJSON, "{}"), fault: "has no 402"},
		"events":                    {path: monitorTask, handler: events(goodEvent, ": ping\r\n\r\n"+lastEvent), sent: goodEvent + ": ping\r\n\r\n" + lastEvent},
		"events in pieces":          {path: monitorTask, handler: events(goodEvent[:20], goodEvent[20:]), sent: goodEvent},
		"data of an event":          {path: monitorTask, handler: events(goodEvent, strings.Replace(goodEvent, "2025-09-20T", "2025-09-20 ", 1)), fault: "event 2 at /data/timestamp", sent: goodEvent, cut: true},
		"name of an event":          {path: monitorTask, handler: events("event: more\r\ndata: {}\r\n\r\n"), fault: `event 1 at /: "more" is no event that the document knows`},
		"line of an event":          {path: monitorTask, handler: events("id: 1\r\n\r\n"), fault: `an event has the line "id: 1"`},
		"event that is no JSON":     {path: monitorTask, handler: events("event: error\r\ndata: {\r\n\r\n"), fault: "event 1 at /"},
	} {
		t.Run(name, func(t *testing.T) {
			method := http.MethodPost
			switch test.path {
			case "":
				test.path = plainPath
			case monitorTask, "/nowhere", "/databases/":
				method = http.MethodGet
			}
			var reported reports
			web := replaced(t, &reported, test.quirks, test.handler)
			status, body, err := ask(t, web, method, test.path)
			got := reported.all()
			if cut := errors.Is(err, io.ErrUnexpectedEOF); cut != test.cut || err != nil && !cut {
				t.Errorf("the answer ends with %v", err)
			}
			if test.fault == "" {
				if len(got) > 0 || body != test.sent {
					t.Errorf("reported %q, sent %d %q", got, status, body)
				}
				return
			}
			if len(got) != 1 || !strings.Contains(got[0], test.fault) {
				t.Errorf("reported %q, want %q", got, test.fault)
			}
			if test.cut {
				if body != test.sent {
					t.Errorf("sent %q", body)
				}
				return
			}
			var words struct{ Detail string }
			if err := json.Unmarshal([]byte(body), &words); err != nil || status != 500 || len(got) > 0 && words.Detail != got[0] {
				t.Errorf("answered %d %s", status, body)
			}
		})
	}
}

// An answer that says it may be anything is not looked at, and the check can be
// switched off for all.
func TestUnchecked(t *testing.T) {
	odd := answer(418, "text/html", "I am a ", "teapot")
	var got reports
	web := replaced(t, &got, 0, func(w http.ResponseWriter, r *http.Request) {
		unchecked(httptest.NewRecorder()) // of another kind; nothing happens
		unchecked(struct {
			http.ResponseWriter
			wrapped
		}{wrapped: wrapped{w}})
		odd(w, r)
	})
	if status, body, err := ask(t, web, "GET", "/health"); status != 418 || body != "I am a teapot" || err != nil || got.all() != nil {
		t.Errorf("got %d %s, %v, reports %q", status, body, err, got.all())
	}
	for _, v := range []Validation{ValidateRequests, ValidateNothing} {
		s, err := New(Config{Engine: NewScripted(), Reporter: &got, Validation: v})
		if err != nil {
			t.Fatal(err)
		}
		s.handler = odd
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/health", nil))
		if w.Code != 418 || got.all() != nil {
			t.Errorf("%v: got %d, reports %q", v, w.Code, got.all())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

type wrapped struct{ inner http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.inner }
