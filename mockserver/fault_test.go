package mockserver_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

const (
	plainQuery  = "/databases/g/query"
	streamQuery = plainQuery + "?streaming=true"
)

// TestFault holds each fault over TCP, on the engine's own answers and on
// scripted ones.
func TestFault(t *testing.T) {
	two := []mockserver.Reply{{Lines: []mockserver.Line{{Raw: "first\n"}, {Raw: "second\n"}, {Raw: "third\n"}}}}
	sized := []mockserver.Reply{{Body: "0123456789"}}
	for name, test := range map[string]struct {
		fault   mockserver.Fault
		replies []mockserver.Reply // none: the engine's answer to a stream of 2500 rows
		status  int                // 0: there is no answer
		media   string
		check   func(t *testing.T, body string) bool
		end     error // of the body
	}{
		"status": {
			fault:  mockserver.Fault{Kind: mockserver.FaultStatus, Status: 503},
			status: 503, media: "application/json", check: is(`{"detail":"Fault of the mock server: rule rule-1 answers 503"}`),
		},
		"status instead of a scripted answer": {
			fault:  mockserver.Fault{Kind: mockserver.FaultStatus, Status: 599, Carry: true},
			status: 599, media: "application/json", replies: sized, check: is(`{"detail":"Fault of the mock server: rule rule-1 answers 599"}`),
		},
		"reset before headers": {fault: mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders}, end: syscall.ECONNRESET},
		"reset after the work": {fault: mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders, Carry: true}, end: syscall.ECONNRESET},
		"reset at once": {
			fault:  mockserver.Fault{Kind: mockserver.FaultResetInBody},
			status: 200, media: "application/x-ndjson", check: is(""), end: syscall.ECONNRESET,
		},
		"reset after bytes": {
			fault:  mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 20},
			status: 200, media: "application/x-ndjson", check: is(`{"chunk_index": 0, "`), end: syscall.ECONNRESET,
		},
		"reset after lines": {
			fault:  mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterLines: 2},
			status: 200, media: "application/x-ndjson", check: lineCount(2), end: syscall.ECONNRESET,
		},
		"reset after more lines than there are": {
			fault:  mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterLines: 4},
			status: 200, media: "application/x-ndjson", check: lineCount(3), end: syscall.ECONNRESET,
		},
		"reset of a scripted stream": {
			fault: mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterLines: 2}, replies: two,
			status: 200, media: "application/x-ndjson", check: is("first\nsecond\n"), end: syscall.ECONNRESET,
		},
		"reset of a body with a length": {
			fault: mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 4}, replies: sized,
			status: 200, media: "text/plain; charset=utf-8", check: is("0123"), end: syscall.ECONNRESET,
		},
		"reset at the end of a body with a length": {
			fault: mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 10}, replies: sized,
			status: 200, media: "text/plain; charset=utf-8", check: is("0123456789"), end: syscall.ECONNRESET,
		},
		"truncated line": {
			fault:  mockserver.Fault{Kind: mockserver.FaultTruncatedLine, AfterLines: 1},
			status: 200, media: "application/x-ndjson",
			check: func(_ *testing.T, body string) bool {
				first, rest, _ := strings.Cut(body, "\n")
				return strings.HasSuffix(first, "}") && strings.HasPrefix(rest, `{"chunk_index": 1`) && !strings.Contains(rest, "\n") && !strings.HasSuffix(rest, "}}")
			},
		},
		"truncated first line of a scripted stream": {
			fault: mockserver.Fault{Kind: mockserver.FaultTruncatedLine}, replies: two,
			status: 200, media: "application/x-ndjson", check: is("fir"),
		},
		"truncated body with a length": {
			fault: mockserver.Fault{Kind: mockserver.FaultTruncatedLine}, replies: sized,
			status: 200, media: "text/plain; charset=utf-8", check: is("01234"),
		},
		"no line to truncate": {
			fault: mockserver.Fault{Kind: mockserver.FaultTruncatedLine, AfterLines: 3}, replies: two,
			status: 200, media: "application/x-ndjson", check: is("first\nsecond\nthird\n"),
		},
		"dribble": {
			fault: mockserver.Fault{Kind: mockserver.FaultDribble, Bytes: 3, Interval: mockserver.Duration(time.Microsecond)}, replies: sized,
			status: 200, media: "text/plain; charset=utf-8", check: is("0123456789"),
		},
		"content type": {
			fault:  mockserver.Fault{Kind: mockserver.FaultContentType, ContentType: "text/html"},
			status: 200, media: "text/html", check: lineCount(3),
		},
		"latency": {
			fault:  mockserver.Fault{Kind: mockserver.FaultLatency, Delay: mockserver.Duration(time.Microsecond)},
			status: 200, media: "application/x-ndjson", check: lineCount(3),
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t, scripted(t))
			a.create("g", "")
			a.rules(mockserver.Rule{Match: mockserver.Match{Operation: "queryDatabase"}, Fault: &test.fault})
			if test.replies != nil {
				a.rules(mockserver.Rule{Match: mockserver.Match{Graph: "g"}, Replies: test.replies})
			}
			resp, body, err := a.fetch(http.MethodPost, streamQuery, queryBody(count(2500), ""))
			if !errors.Is(err, test.end) {
				t.Errorf("the end is %v, want %v", err, test.end)
			}
			if test.status == 0 {
				if resp != nil {
					t.Errorf("there is an answer, %d", resp.StatusCode)
				}
				return
			}
			if resp == nil {
				t.Fatal("there is no answer")
			}
			if got := resp.Header.Get("Content-Type"); resp.StatusCode != test.status || got != test.media {
				t.Errorf("got %d %s, want %d %s", resp.StatusCode, got, test.status, test.media)
			}
			if !test.check(t, body) {
				t.Errorf("the body is %.300q", body)
			}
		})
	}
}

func is(want string) func(*testing.T, string) bool {
	return func(_ *testing.T, body string) bool { return body == want }
}

func lineCount(n int) func(*testing.T, string) bool {
	return func(_ *testing.T, body string) bool {
		return strings.Count(body, "\n") == n && strings.HasSuffix(body, "\n")
	}
}

// TestFaultOnAPlainAnswer cuts an answer that has a length.
func TestFaultOnAPlainAnswer(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		a.rules(mockserver.Rule{Fault: &mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 12}})
		resp, body, err := a.fetch(http.MethodPost, plainQuery, queryBody("RETURN 1 AS a", ""))
		if !errors.Is(err, syscall.ECONNRESET) || body != `{"columns":[` || resp.Header.Get("Content-Length") == "" {
			t.Errorf("got %v %q, %v", resp, body, err)
		}
	})
}

// TestCarry: whether a lost answer was to work that was done.
func TestCarry(t *testing.T) {
	for _, kind := range []mockserver.FaultKind{mockserver.FaultStatus, mockserver.FaultResetBeforeHeaders} {
		for _, carry := range []bool{false, true} {
			a := start(t, scripted(t))
			fault := &mockserver.Fault{Kind: kind, Carry: carry}
			if kind == mockserver.FaultStatus {
				fault.Status = 502
			}
			a.rules(mockserver.Rule{Match: mockserver.Match{Operation: "createDatabase"}, Fault: fault})
			_, _, _ = a.fetch(http.MethodPost, "/databases", `{"graph_id":"g"}`)
			if status := a.get("/databases/g").status; (status == 200) != carry {
				t.Errorf("%s, carry %v: the database is answered %d", kind, carry, status)
			}
		}
	}
}

// TestFaultsTogether: all that apply do, the first outermost.
func TestFaultsTogether(t *testing.T) {
	a := start(t, scripted(t))
	a.rules(
		mockserver.Rule{Name: "type", Fault: &mockserver.Fault{Kind: mockserver.FaultContentType, ContentType: "a/b"}},
		mockserver.Rule{Name: "late", Fault: &mockserver.Fault{Kind: mockserver.FaultLatency, Delay: mockserver.Duration(time.Microsecond)}},
		mockserver.Rule{Name: "cut", Fault: &mockserver.Fault{Kind: mockserver.FaultTruncatedLine}},
		mockserver.Rule{Name: "drops", Fault: &mockserver.Fault{Kind: mockserver.FaultDribble, Bytes: 1, Interval: mockserver.Duration(time.Microsecond)}},
		mockserver.Rule{Name: "end", Times: 1, Match: mockserver.Match{Operation: "getInfo"}, Fault: &mockserver.Fault{Kind: mockserver.FaultStatus, Status: 500}},
		mockserver.Rule{Name: "reply", Match: mockserver.Match{Operation: "getHealth"}, Replies: []mockserver.Reply{{Body: "abcdef"}}},
	)
	resp, body, err := a.fetch(http.MethodGet, "/health", "")
	if err != nil || resp.Header.Get("Content-Type") != "a/b" || body != "a" {
		t.Errorf("got %v %q, %v", resp, body, err)
	}
	resp, _, err = a.fetch(http.MethodGet, "/info", "")
	if err != nil || resp.StatusCode != 500 || resp.Header.Get("Content-Type") != "a/b" {
		t.Errorf("got %v, %v", resp, err)
	}
}

// TestHeldOpenBody: what has passed is there, and then nothing comes and nothing
// ends, until the server does.
func TestHeldOpenBody(t *testing.T) {
	for name, fault := range map[string]mockserver.Fault{
		"nothing":         {},
		"a part":          {AfterBytes: 4},
		"all of it":       {AfterBytes: 100},
		"all of its line": {AfterLines: 1},
	} {
		t.Run(name, func(t *testing.T) {
			fault.Kind = mockserver.FaultHeldOpenBody
			a := start(t, scripted(t))
			a.rules(mockserver.Rule{Fault: &fault}, mockserver.Rule{Replies: []mockserver.Reply{{Body: "12345678\n"}}})
			resp := a.send(a.request(t.Context(), http.MethodGet, "/health", ""))
			defer resp.Body.Close()
			want := "12345678\n"[:min(fault.AfterBytes+9*fault.AfterLines, 9)]
			got := make([]byte, len(want))
			if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != want {
				t.Errorf("got %q, %v", got, err)
			}
			rest := make(chan error, 1)
			go func() {
				_, err := resp.Body.Read(make([]byte, 1))
				rest <- err
			}()
			select {
			case err := <-rest:
				t.Errorf("the body goes on: %v", err)
			default:
			}
			if err := a.server.Close(); err != nil {
				t.Fatal(err)
			}
			if err := <-rest; !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("the body ends with %v", err)
			}
		})
	}
}

// TestHeldOpenBodyEndsWithItsClient: nothing of it stays behind.
func TestHeldOpenBodyEndsWithItsClient(t *testing.T) {
	a := start(t, scripted(t), func(cfg *mockserver.Config) { cfg.Records = 1 })
	a.rules(mockserver.Rule{Fault: &mockserver.Fault{Kind: mockserver.FaultHeldOpenBody}})
	ctx, cancel := context.WithCancel(t.Context())
	resp := a.send(a.request(ctx, http.MethodGet, "/health", ""))
	cancel()
	resp.Body.Close()
	for !a.server.Requests(mockserver.RequestFilter{}).Requests[0].Ended {
		if t.Context().Err() != nil {
			t.Fatal("the request does not end")
		}
	}
}

// TestLatency holds how long requests wait, in virtual time.
func TestLatency(t *testing.T) {
	for name, test := range map[string]struct {
		fault    mockserver.Fault
		from, to time.Duration
		mean     time.Duration
	}{
		"fixed":   {mockserver.Fault{Delay: mockserver.Duration(time.Second)}, time.Second, time.Second, time.Second},
		"uniform": {mockserver.Fault{Min: mockserver.Duration(time.Second), Max: mockserver.Duration(3 * time.Second)}, time.Second, 3 * time.Second, 2 * time.Second},
		"normal":  {mockserver.Fault{Mean: mockserver.Duration(10 * time.Second), Deviation: mockserver.Duration(time.Second)}, 5 * time.Second, 15 * time.Second, 10 * time.Second},
		"clipped": {mockserver.Fault{Mean: mockserver.Duration(time.Second), Deviation: mockserver.Duration(time.Second)}, 0, 6 * time.Second, 1100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			test.fault.Kind = mockserver.FaultLatency
			first := waits(t, test.fault, 1)
			for _, took := range first {
				if took < test.from || took > test.to {
					t.Errorf("a request took %v", took)
				}
			}
			var sum time.Duration
			for _, took := range first {
				sum += took
			}
			if mean := sum / time.Duration(len(first)); (mean - test.mean).Abs() > test.mean/5 {
				t.Errorf("the mean is %v, want about %v", mean, test.mean)
			}
			if again := waits(t, test.fault, 1); !slices.Equal(first, again) {
				t.Error("the same seed gives other times")
			}
			if other := waits(t, test.fault, 2); name != "fixed" && slices.Equal(first, other) {
				t.Error("another seed gives the same times")
			}
		})
	}
}

func waits(t *testing.T, fault mockserver.Fault, seed uint64) (took []time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t, scripted(t))
		defer a.close()
		a.rules(mockserver.Rule{Seed: seed, Fault: &fault})
		for range 200 {
			began := time.Now()
			a.server.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
			took = append(took, time.Since(began))
		}
	})
	return took
}

// TestDribble holds the pieces and the time between them.
func TestDribble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t, scripted(t))
		defer a.close()
		a.rules(
			mockserver.Rule{Fault: &mockserver.Fault{Kind: mockserver.FaultDribble, Bytes: 4, Interval: mockserver.Duration(time.Second)}},
			mockserver.Rule{Replies: []mockserver.Reply{{Lines: []mockserver.Line{{Raw: "0123456789"}, {Raw: "ab"}}}}},
		)
		w := &timedWriter{ResponseRecorder: httptest.NewRecorder(), began: time.Now()}
		a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
		if got, want := strings.Join(w.sent, " "), "0s: 0s:0123 1s:4567 2s:89 2s: 3s:ab 3s:"; got != want { // an item is flushed once more at its end
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// timedWriter knows when which part of an answer left.
type timedWriter struct {
	*httptest.ResponseRecorder
	began   time.Time
	waiting string
	sent    []string
}

func (w *timedWriter) Write(p []byte) (int, error) {
	w.waiting += string(p)
	return len(p), nil
}

func (w *timedWriter) Flush() {
	w.sent = append(w.sent, fmt.Sprintf("%v:%s", time.Since(w.began), w.waiting))
	w.waiting = ""
}

// TestFaultsThatWaitEndWithTheirServer: an answer that the server's end cuts is
// not taken for whole.
func TestFaultsThatWaitEndWithTheirServer(t *testing.T) {
	hour := mockserver.Duration(time.Hour)
	for _, fault := range []mockserver.Fault{
		{Kind: mockserver.FaultLatency, Delay: hour},
		{Kind: mockserver.FaultDribble, Bytes: 1, Interval: hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := newAPI(t, scripted(t))
			a.rules(mockserver.Rule{Fault: &fault})
			gone := make(chan any, 1)
			go func() {
				defer func() { gone <- recover() }()
				a.server.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
			}()
			synctest.Wait()
			a.close()
			if got, _ := (<-gone).(error); !errors.Is(got, http.ErrAbortHandler) {
				t.Errorf("%s: the handler ends with %v", fault.Kind, got)
			}
		})
	}
}

// TestFaultWithoutAConnection: what cannot be done is said, to the client and to
// the operator.
func TestFaultWithoutAConnection(t *testing.T) {
	for _, kind := range []mockserver.FaultKind{mockserver.FaultResetBeforeHeaders, mockserver.FaultResetInBody} {
		var log lines
		a := newAPI(t, scripted(t), logTo(&log))
		defer a.close()
		a.rules(mockserver.Rule{Name: "r", Fault: &mockserver.Fault{Kind: kind}})
		w := httptest.NewRecorder()
		a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
		want := "the fault " + string(kind) + " of rule r has to break the connection, and a request over HTTP/1.1 whose http.ResponseWriter is a *httptest.ResponseRecorder does not give it away; serve over HTTP/1.1"
		if w.Code != 500 || !strings.Contains(w.Body.String(), want) || !strings.Contains(log.String(), "fault cannot strike") {
			t.Errorf("got %d %s\n%s", w.Code, w.Body, &log)
		}
	}
}

// TestResetOverTLSAndServe: the reset reaches the TCP connection beneath TLS,
// and beneath what Serve puts around connections; on a pipe it closes it.
func TestResetOverTLSAndServe(t *testing.T) {
	rule := mockserver.Rule{Fault: &mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 3}}
	t.Run("TLS", func(t *testing.T) {
		a := newAPI(t, scripted(t))
		defer a.close()
		a.rules(rule)
		web := httptest.NewTLSServer(a.server)
		defer web.Close()
		a.url, a.transport = web.URL, web.Client().Transport.(*http.Transport)
		if _, _, err := a.fetch(http.MethodGet, "/health", ""); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the end is %v", err)
		}
	})
	t.Run("Serve", func(t *testing.T) {
		a := newAPI(t, scripted(t))
		a.rules(rule)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- a.server.Serve(ctx, l) }()
		a.url = "http://" + l.Addr().String()
		if _, _, err := a.fetch(http.MethodGet, "/health", ""); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the end is %v", err)
		}
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	t.Run("pipe", func(t *testing.T) {
		a := newAPI(t, scripted(t))
		defer a.close()
		a.rules(rule)
		w := &pipeWriter{ResponseRecorder: httptest.NewRecorder()}
		var far net.Conn
		w.conn, far = net.Pipe()
		a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil))
		if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the far end reads %v", err)
		}
	})
}

// pipeWriter gives away a connection that is no TCP.
type pipeWriter struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (w *pipeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.conn, nil, nil }

// TestFaultAfterAQuirkTookTheConnection: both may want it.
func TestFaultAfterAQuirkTookTheConnection(t *testing.T) {
	a := start(t, scripted(t), func(cfg *mockserver.Config) { cfg.Quirks = mockserver.QuirkSilentFailure })
	a.create("g", "")
	a.rules(mockserver.Rule{Fault: &mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 10}})
	if _, body, err := a.fetch(http.MethodPost, streamQuery, queryBody(" ", "")); err != nil || body != "" {
		t.Errorf("got %q, %v", body, err)
	}
}

// TestAnswersAreCheckedBeforeAFault: a fault does not hide that the server's own
// answer is wrong.
func TestAnswersAreCheckedBeforeAFault(t *testing.T) {
	var log lines
	engine := newStub(t)
	a := newAPI(t, engine, func(cfg *mockserver.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	defer a.close()
	if err := engine.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	a.rules(mockserver.Rule{Fault: &mockserver.Fault{Kind: mockserver.FaultContentType, ContentType: "a/b"}})
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, plainQuery, bytes.NewReader([]byte(queryBody("RETURN 1", "")))))
	if w.Code != 200 || w.Header().Get("Content-Type") != "a/b" || strings.Contains(log.String(), "not as documented") {
		t.Errorf("got %d %v %s\n%s", w.Code, w.Header(), w.Body, &log)
	}
}
