package mockserver_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/robosystems/kuzuclient/mockserver"
)

// plainWriter hides that the recorder can flush, as careless middleware does.
type plainWriter struct{ http.ResponseWriter }

// Such a writer makes streams less prompt, not empty.
func TestWriterWithoutFlush(t *testing.T) {
	a := newAPI(t, scripted(t))
	if err := a.engine.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string) reply {
		w := httptest.NewRecorder()
		a.server.ServeHTTP(plainWriter{w}, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
		if w.Flushed {
			t.Error("it can flush after all")
		}
		return reply{api: a, status: w.Code, header: w.Header(), body: w.Body.String()}
	}
	if got := ask("POST", "/databases/g/query?streaming=true", queryBody(count(2500), "")); strings.Count(got.body, "\n") != 3 {
		t.Errorf("got %s", got.body)
	}
	if got := ask("GET", "/tasks/x/monitor", ""); !strings.Contains(got.body, "event: error\r\n") {
		t.Errorf("got %s", got.body)
	}
}

// watchedWriter knows what has been written and not flushed yet.
type watchedWriter struct {
	*httptest.ResponseRecorder
	waiting int
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	w.waiting += len(p)
	return w.ResponseRecorder.Write(p)
}

func (w *watchedWriter) Flush() {
	w.waiting = 0
	w.ResponseRecorder.Flush()
}

// Nothing that has been written waits while the engine works.
func TestStreamIsFlushed(t *testing.T) {
	engine := newStub(t)
	a := newAPI(t, engine)
	if err := engine.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	w := &watchedWriter{ResponseRecorder: httptest.NewRecorder()}
	rows := 0
	engine.run = func(context.Context, string) (mockserver.Result, error) {
		if !w.Flushed {
			t.Error("the headers wait")
		}
		return &result{columns: []string{"i"}, next: func() ([]any, error) {
			if w.waiting > 0 {
				t.Errorf("%d bytes wait for row %d", w.waiting, rows)
			}
			if rows++; rows > 2500 {
				return nil, io.EOF
			}
			return []any{int64(rows)}, nil
		}}, nil
	}
	a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/databases/g/query?streaming=true", strings.NewReader(queryBody("x", ""))))
	if got := strings.Count(w.Body.String(), "\n"); got != 3 || w.waiting > 0 {
		t.Errorf("%d chunks, %d bytes wait", got, w.waiting)
	}
}

// brokenWriter fails once, after so many writes.
type brokenWriter struct {
	*httptest.ResponseRecorder
	left int
}

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left--; w.left == -1 {
		return 0, errors.New("broken pipe")
	}
	return w.ResponseRecorder.Write(p)
}

// When writing fails the rows that are left are not asked for, and a stream that
// broke does not count as a success.
func TestWriterBreaks(t *testing.T) {
	a := start(t, newStub(t), failingBackups)
	a.create("g", "")
	w := &brokenWriter{httptest.NewRecorder(), 1}
	a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/databases/g/query?streaming=true", strings.NewReader(queryBody(count(2500), ""))))
	if got := w.Body.String(); strings.Count(got, "\n") != 1 || strings.Contains(got, "error") {
		t.Errorf("got %s", got)
	}
	if got := into[struct{ Queries map[string]any }](a.get("/metrics")).Queries["total_queries"]; got != 0.0 {
		t.Errorf("%v queries are counted", got)
	}

	// An event stream does not go on behind a gap.
	task := into[started](a.post("/databases/g/backup", "{}"))
	for i, want := range []string{"", "connected", "connected progress", "connected progress failed"} {
		w := &brokenWriter{httptest.NewRecorder(), i}
		a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, task.URL, nil))
		var got []string
		for line := range strings.Lines(w.Body.String()) {
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				got = append(got, strings.TrimSpace(name))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func TestBodyBreaksOff(t *testing.T) {
	a := newAPI(t, scripted(t))
	body := io.MultiReader(strings.NewReader(`{"graph_id":`), iotest.ErrReader(io.ErrUnexpectedEOF))
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/databases", body))
	reply{api: a, status: w.Code, header: w.Header(), body: w.Body.String()}.
		is(422, `{"detail":[{"ctx":{"error":"the body breaks off"},"input":{},"loc":["body",12],"msg":"JSON decode error","type":"json_invalid"}]}`)
}

// A handler that gives the answer up gives up the connection.
func TestAbort(t *testing.T) {
	engine := newStub(t)
	a := newAPI(t, engine)
	engine.list = func() ([]string, error) { panic(http.ErrAbortHandler) }
	defer func() {
		if fault := recover(); fault != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so, too
			t.Errorf("recovered %v", fault)
		}
	}()
	a.server.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
}
