package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

const (
	chunk0   = `{"chunk_index": 0, "data": [{"n": 0}, {"n": 1}], "columns": ["n"], "is_last_chunk": false, "row_count": 2, "total_rows_sent": 2}` + "\n"
	chunk1   = `{"chunk_index": 1, "data": [{"n": 2}], "columns": [], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 3, "execution_time_ms": 12.5, "database": "social"}` + "\n"
	asNDJSON = "application/x-ndjson"
)

// says serves a stream of the given bytes; the graph exists.
func says(t *testing.T, contentType string, body func() string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusOK)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body())
		_ = http.NewResponseController(w).Flush()
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func text(s string) func() string { return func() string { return s } }

// TestNoCutIsTakenForTheEnd cuts a stream at every byte. It ends cleanly each
// time, and only its whole reads as success.
func TestNoCutIsTakenForTheEnd(t *testing.T) {
	const stream = chunk0 + chunk1
	var at atomic.Int64
	for _, direct := range []bool{false, true} {
		server := says(t, asNDJSON, func() string { return stream[:at.Load()] })
		r := newReader(t, func(s *transport.StreamSettings) { s.Direct = direct })
		for cut := range len(stream) + 1 {
			at.Store(int64(cut))
			rows, lines, err := r.read(t, server, numbers(3))
			switch {
			case cut == len(stream):
				if err != nil || rows != 3 || strings.Join(lines, "") != stream {
					t.Errorf("the whole: %d rows, %v", rows, err)
				}
			case err == nil:
				t.Errorf("cut at byte %d: it passes for complete after %d rows", cut, rows)
			case cut < len(chunk0) && rows != 0, cut >= len(chunk0) && rows != 2:
				t.Errorf("cut at byte %d: %d rows, %v", cut, rows, err)
			case !errors.Is(err, transport.ErrTruncated) && cut > 0:
				t.Errorf("cut at byte %d: an error of another kind: %v", cut, err)
			}
		}
	}
}

// TestStreamsThatFail for every reader alike.
func TestStreamsThatFail(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		kind transport.Kind
		want string
	}{
		"error chunk":         {`{"error": "Binder exception: Table Nope does not exist."}` + "\n", transport.KindSyntax, "Table Nope"},
		"error after rows":    {chunk0 + `{"error": "boom"}` + "\n", transport.KindExecution, "after 2 rows: boom"},
		"no JSON":             {chunk0 + "<html>\n", transport.KindProtocol, "line 2 of the stream, after 2 rows"},
		"no data":             {`{}` + "\n", transport.KindProtocol, "chunk 0 of the stream has no data"},
		"a chunk left out":    {chunk1, transport.KindProtocol, "says that it is chunk 1"},
		"too few rows":        {chunk0 + strings.Replace(chunk1, `{"n": 2}`, ``, 1), transport.KindProtocol, "announces 1 rows, 3 in all; it holds 0"},
		"too many rows":       {strings.Replace(chunk0, `[{`, `[{}, {`, 1), transport.KindProtocol, "announces 2 rows, 2 in all; it holds 3"},
		"another sum":         {chunk0 + strings.Replace(chunk1, `sent": 3`, `sent": 4`, 1), transport.KindProtocol, "4 in all; 2 had arrived"},
		"a broken row":        {strings.Replace(chunk0, `{"n": 1}`, `{"n": nil}`, 1), transport.KindProtocol, "chunk 0 of the stream has broken rows"},
		"it goes on":          {chunk0 + chunk1 + chunk1, transport.KindProtocol, "goes on after its last chunk, chunk 1"},
		"it goes on, a bit":   {chunk0 + chunk1 + "{", transport.KindProtocol, "goes on after its last chunk"},
		"a line without end":  {chunk0 + strings.TrimSuffix(chunk1, "\n"), transport.KindTruncated, "within line 2, after 2 rows"},
		"empty":               {"", transport.KindUnsupported, "DATE, TIMESTAMP"},
		"no last, no 1000":    {chunk0, transport.KindTruncated, "after 2 rows without its last chunk"},
		"a long line":         {chunk0 + strings.Repeat(" ", 2000) + "\n", transport.KindTooLarge, "line 2 of the stream is longer than 1000 bytes"},
		"an endless line":     {chunk0 + strings.Repeat(" ", 1<<20), transport.KindTooLarge, "line 2 of the stream is longer than 1000 bytes"},
		"nothing but a chunk": {`{"chunk_index": 0, "data": [], "columns": ["n"], "is_last_chunk": false, "row_count": 0, "total_rows_sent": 0}` + "\n", transport.KindTruncated, "after 0 rows"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t, func(s *transport.StreamSettings) { s.MaxLineBytes = 1000 })
			_, _, err := r.read(t, says(t, asNDJSON, text(test.body)), numbers(3))
			e, ok := errors.AsType[*transport.Error](err)
			if !ok || e.Kind != test.kind || !strings.Contains(e.Error(), test.want) || e.Operation != "queryDatabase" || e.Graph != "social" || e.Endpoint == "" {
				t.Errorf("got %v, want %s with %q", err, test.kind, test.want)
			}
		})
	}
}

// TestBlanksAfterTheEnd are no rows.
func TestBlanksAfterTheEnd(t *testing.T) {
	for _, end := range []string{"", "\n", " \r\n", "  "} {
		if rows, _, err := newReader(t).read(t, says(t, asNDJSON, text(chunk0+chunk1+end)), numbers(3)); rows != 3 || err != nil {
			t.Errorf("with %q: %d rows, %v", end, rows, err)
		}
	}
}

// TestOtherAnswersPass as they came.
func TestOtherAnswersPass(t *testing.T) {
	for _, contentType := range []string{"application/json", "text/plain", ";;", "application/x-ndjson-not"} {
		resp, err := newReader(t).ask(t.Context(), says(t, contentType, text("{}")), numbers(3))
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(resp.Body); string(body) != "{}" || err != nil {
			t.Errorf("%s: %q, %v", contentType, body, err)
		}
		resp.Body.Close()
	}
}

// TestEmptyStreamsAreAskedAbout: a server says nothing of a missing graph.
func TestEmptyStreamsAreAskedAbout(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		kind   transport.Kind
		cause  error
		want   string
	}{
		"missing":  {404, `{"detail": "Database social not found"}`, transport.KindNotFound, transport.ErrNotFound, "Database social not found"},
		"there":    {200, `{}`, transport.KindUnsupported, transport.ErrUnstreamable, "CAST(n.born AS STRING)"},
		"no idea":  {503, `{"detail": "busy"}`, transport.KindProtocol, transport.ErrUnavailable, "asking whether the graph exists failed"},
		"no route": {404, `{"detail": "Not Found"}`, transport.KindProtocol, transport.ErrUnsupported, "asking whether the graph exists failed"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					asked = append(asked, r.RequestURI+" "+r.Header.Get("X-Kuzu-API-Key"))
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(test.status)
					_, _ = io.WriteString(w, test.body)
					return
				}
				w.Header().Set("Content-Type", asNDJSON)
			}))
			defer srv.Close()
			r := newReader(t)
			next := r.client.Transport
			r.client.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
				req.Header.Set("X-Kuzu-API-Key", "secret")
				return next.RoundTrip(req)
			})
			_, _, err := r.read(t, srv.URL, numbers(3))
			e, ok := errors.AsType[*transport.Error](err)
			if !ok || e.Kind != test.kind || !errors.Is(err, test.cause) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
			if len(asked) != 1 || asked[0] != "/databases/social secret" {
				t.Errorf("asked %q", asked)
			}
		})
	}
	t.Run("gone", func(t *testing.T) {
		next := newReader(t)
		server := says(t, asNDJSON, text(""))
		next.client.Transport = transport.Streams(roundTrip(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodGet {
				return nil, errors.New("connection refused")
			}
			return next.base.RoundTrip(req)
		}), transport.DefaultStreamSettings())
		if _, _, err := next.read(t, server, numbers(3)); !errors.Is(err, transport.ErrTruncated) || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("elsewhere", func(t *testing.T) {
		r := newReader(t)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, says(t, asNDJSON, text(""))+"/other?streaming=true", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, transport.ErrProtocol) || !strings.Contains(err.Error(), "the stream is empty") {
			t.Errorf("got %v", err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestSilenceEndsAStream after its first line, and not before: until then the
// statement runs.
func TestSilenceEndsAStream(t *testing.T) {
	slow := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", asNDJSON)
		_ = http.NewResponseController(w).Flush()
		<-slow
		_, _ = io.WriteString(w, chunk0)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer srv.Close()
	r := newReader(t, func(s *transport.StreamSettings) { s.IdleTimeout = 20 * time.Millisecond })
	time.AfterFunc(100*time.Millisecond, func() { close(slow) })
	rows, _, err := r.read(t, srv.URL, numbers(3))
	if rows != 2 || !errors.Is(err, transport.ErrTimeout) || !strings.Contains(err.Error(), "nothing came for 20ms after 2 rows") {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// TestStreamsCanBeLeft early, by closing and by the context.
func TestStreamsCanBeLeft(t *testing.T) {
	gone := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", asNDJSON)
		_, _ = io.WriteString(w, chunk0)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		gone <- struct{}{}
	}))
	defer srv.Close()
	t.Run("closed", func(t *testing.T) {
		resp, err := newReader(t).ask(t.Context(), srv.URL, numbers(3))
		if err != nil {
			t.Fatal(err)
		}
		var ends []string
		resp.Body.(*transport.StreamBody).OnEnd(func(rows int64, err error) { ends = append(ends, strconv.FormatInt(rows, 10), "closed") })
		if _, err := io.ReadFull(resp.Body, make([]byte, len(chunk0))); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
		}
		<-gone
		if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) || !errors.Is(err, transport.ErrCanceled) {
			t.Errorf("reading on: %v", err)
		}
		if len(ends) != 2 || ends[0] != "2" {
			t.Errorf("its end was reported as %q", ends)
		}
	})
	t.Run("canceled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		resp, err := newReader(t).ask(ctx, srv.URL, numbers(3))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, _ = io.ReadFull(resp.Body, make([]byte, len(chunk0)))
		cancel()
		<-gone
		if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, transport.ErrCanceled) || !errors.Is(err, context.Canceled) {
			t.Errorf("reading on: %v", err)
		}
	})
}

// TestTheEndIsReported once, with what went wrong.
func TestTheEndIsReported(t *testing.T) {
	for body, want := range map[string]transport.Kind{chunk0 + chunk1: 0, chunk0: transport.KindTruncated} {
		resp, err := newReader(t).ask(t.Context(), says(t, asNDJSON, text(body)), numbers(3))
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		resp.Body.(*transport.StreamBody).OnEnd(func(rows int64, err error) {
			calls++
			e, _ := errors.AsType[*transport.Error](err)
			if want == 0 && (err != nil || rows != 3) || want != 0 && (e == nil || e.Kind != want || rows != 2) {
				t.Errorf("%d rows, %v", rows, err)
			}
		})
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if calls != 1 {
			t.Errorf("the end was reported %d times", calls)
		}
	}
}

// TestEmptyStreamOfAGraphThatMoved: it is not there any more, and a server that
// streams says so by silence. That it is elsewhere by now does not make the
// statement one that cannot be streamed.
func TestEmptyStreamOfAGraphThatMoved(t *testing.T) {
	server := func(onQuestion int) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				answering(onQuestion, asJSON, `{"detail": "Database social not found"}`)(w, r)
				return
			}
			w.Header().Set("Content-Type", asNDJSON)
		}))
		t.Cleanup(s.Close)
		return s
	}
	from, to := server(404), server(200)
	resolver := &moving{endpoints: at(t, from.URL)}
	resolver.onReport = func(m *moving, outcome transport.Outcome) {
		if outcome == transport.OutcomeMisplaced {
			m.endpoints = at(t, to.URL)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, from.URL+"/databases/social/query?streaming=true",
		strings.NewReader(`{"database":"social","cypher":"MATCH (n) RETURN n.a AS a"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := chain(t).For(resolver).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	if !errors.Is(err, transport.ErrTruncated) || !strings.Contains(err.Error(), to.Listener.Addr().String()+" by now; ask again") {
		t.Errorf("got %v", err)
	}
	if e, ok := errors.AsType[*transport.Error](err); !ok || e.Endpoint != from.URL {
		t.Errorf("it happened at %v", e)
	}
}
