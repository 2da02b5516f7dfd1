package mockserver_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
)

// lines is a log that many goroutines may write to.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = planted.Stream("log").Write(p)
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func logTo(l *lines) func(*mockserver.Config) {
	return func(cfg *mockserver.Config) { cfg.Logger = slog.New(slog.NewTextHandler(l, nil)) }
}

// A fault of the engine is a 500, and the operator learns of it.
func TestPanic(t *testing.T) {
	var log lines
	engine := newStub(t)
	a := start(t, engine, logTo(&log))
	a.create("g", socialDDL)
	a.write("b/Person.csv", peopleCSV)
	engine.run = func(context.Context, string) (mockserver.Result, error) { panic("the engine broke") }
	r := a.query("g", "RETURN 1", "")
	r.is(500, "Internal Server Error")
	if got := r.header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("content type is %q", got)
	}
	a.get("/databases/g/schema").is(500, "Internal Server Error")
	for _, piece := range []string{"level=ERROR", `fault="the engine broke"`, "path=/databases/g/query", "stack="} {
		if !strings.Contains(log.String(), piece) {
			t.Errorf("%s is not in the log:\n%s", piece, &log)
		}
	}

	task := a.finished(into[started](a.post("/databases/g/copy", `{"s3_pattern":"s3://b/Person.csv","table_name":"Person"}`)))
	if task.Status != "failed" || task.Error != "Internal Server Error: the engine broke" {
		t.Errorf("got %+v", task)
	}
	if !strings.Contains(log.String(), "task="+task.ID) {
		t.Errorf("the task is not in the log:\n%s", &log)
	}
	engine.run = nil
	a.query("g", "RETURN 1", "").is(200, `{"columns":["1"],"data":[{"1":1}],"database":"g","execution_time_ms":<n>,"row_count":1}`)
}

// A stream that has begun cannot become a 500; it breaks off, so that nobody
// takes it for whole.
func TestPanicInStream(t *testing.T) {
	engine := newStub(t)
	a := start(t, engine)
	a.create("g", "")
	rows := 0
	engine.run = func(context.Context, string) (mockserver.Result, error) {
		return &result{columns: []string{"i"}, next: func() ([]any, error) {
			if rows++; rows > 1500 {
				panic("the engine broke")
			}
			return []any{int64(rows)}, nil
		}}, nil
	}
	resp := a.send(a.request(t.Context(), http.MethodPost, "/databases/g/query?streaming=true", queryBody("x", "")))
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the body ends with %v", err)
	}
	if got := string(body); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, `{"chunk_index": 0, `) {
		t.Errorf("got %s", got)
	}
}

// Rows that fail after the statement has run are another failure than its own.
func TestRowsFail(t *testing.T) {
	engine := newStub(t)
	a := start(t, engine)
	a.create("g", "")
	closed := 0
	fails := func(after int, value any, err error) {
		rows := 0
		engine.run = func(context.Context, string) (mockserver.Result, error) {
			return &result{columns: []string{"v"}, closed: func() { closed++ }, next: func() ([]any, error) {
				if rows++; rows > after {
					return []any{value}, err
				}
				return []any{int64(0)}, nil
			}}, nil
		}
	}
	const rest = `, "is_last_chunk": true, "row_count": 0, "total_rows_sent": `
	for _, tt := range []struct {
		value               any
		err                 error
		plain, word, stream string
	}{
		{nil, errors.New("IO exception: disk gone"), `{"detail":"Query execution failed: IO exception: disk gone"}`, "RuntimeError", "IO exception: disk gone"},
		{nil, errors.New("Binder exception: late"), `{"detail":"Query execution failed: Binder exception: late"}`, "BinderException", "Binder exception: late"},
		{[]byte{0xff}, nil, "Internal Server Error", "RuntimeError", "a BLOB that is not UTF-8 text cannot be written as JSON; cast it to STRING in the statement"},
		{[]any{mockserver.Map{{Key: []byte{0xff}}}}, nil, "Internal Server Error", "RuntimeError", "a BLOB that is not UTF-8 text cannot be written as JSON; cast it to STRING in the statement"},
		{struct{}{}, nil, `{"detail":"Query execution failed: the engine returned a struct {}, which is not a value"}`, "RuntimeError", "the engine returned a struct {}, which is not a value"},
	} {
		fails(3, tt.value, tt.err)
		a.query("g", "x", "").is(500, tt.plain)
		// The rows of a chunk that is not full yet are lost.
		fails(3, tt.value, tt.err)
		a.stream("g", "x").is(200, `{"error": `+quote(tt.stream)+`, "error_type": "`+tt.word+`", "chunk_index": 0`+rest+`0, "execution_time_ms": <n>}`+"\n")
		fails(2001, tt.value, tt.err)
		r := a.stream("g", "x")
		if chunks := strings.SplitAfter(r.stable(), "\n"); len(chunks) != 4 || chunks[2] != `{"error": `+quote(tt.stream)+`, "error_type": "`+tt.word+`", "chunk_index": 2`+rest+`2000, "execution_time_ms": <n>}`+"\n" {
			t.Errorf("%d chunks, the last is %s", len(chunks)-1, chunks[len(chunks)-2])
		}
	}
	if closed != 15 {
		t.Errorf("%d of 15 results are closed", closed)
	}
}
