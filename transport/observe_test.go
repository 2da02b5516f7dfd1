package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// TestObserve: a call is one span with its attempts, one log line, and a request
// id that the server and the error know.
func TestObserve(t *testing.T) {
	var sent []http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header)
		answering(503, asHTML, "<html>")(w, r)
	}))
	defer server.Close()
	spans := planted.NewSpans()
	var log bytes.Buffer
	c := chain(t, func(s *transport.ChainSettings) {
		s.Retry.Delay, s.Retry.MaxRetries = 0, 1
		s.Observe = transport.ObserveSettings{
			Logger:         slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			TracerProvider: spans, UserAgent: "reports/1.2",
		}
	})
	status, err := rawQuery("MATCH (n {name: 'secret'}) RETURN n")(t.Context(), &http.Client{Transport: c.For(static(t, server.URL))}, server.URL)
	_, _ = planted.Stream("log").Write(log.Bytes())
	e := transport.SendError(t.Context(), err)
	if status != 503 || len(sent) != 2 {
		t.Fatalf("ended in %d after %d requests: %v", status, len(sent), err)
	}
	for _, header := range sent {
		if id := header.Get("X-Request-Id"); len(id) != 16 || id != e.RequestID || !strings.Contains(err.Error(), "request "+id) {
			t.Errorf("the server was sent request id %q, the error has %q", id, e.RequestID)
		}
		if agent := header.Get("User-Agent"); !strings.HasPrefix(agent, "reports/1.2 kuzuclient-go/") {
			t.Errorf("the user agent is %q", agent)
		}
		if header.Get("Traceparent") != "00-01000000000000000000000000000000-0200000000000000-01" {
			t.Errorf("the span was not sent along: %v", header)
		}
	}
	ended := spans.Ended()
	calls := 0
	for _, span := range ended {
		if span.Name != "queryDatabase" {
			continue
		}
		calls++
		for name, want := range map[string]string{
			"db.system.name": "kuzu", "db.operation.name": "queryDatabase", "db.namespace": "social", "http.response.status_code": "503",
			"server.address": "127.0.0.1", "error.type": "unavailable", "kuzu.attempts": "2", "kuzu.request.id": e.RequestID,
		} {
			if span.Attributes[name] != want {
				t.Errorf("%s is %q, want %q", name, span.Attributes[name], want)
			}
		}
		if span.Events != 2 || !strings.HasPrefix(span.Status, "Error") || span.Attributes["db.query.text"] != "" {
			t.Errorf("span %+v", span)
		}
	}
	if calls != 1 {
		t.Errorf("%d spans for one call", calls)
	}
	for line, want := range map[string]int{"kuzu call": 1, "kuzu route": 2, "kuzu attempt": 2, "kuzu retry": 1, "secret": 0} {
		if got := strings.Count(log.String(), line); got != want {
			t.Errorf("%q is %d times in the log, want %d:\n%s", line, got, want, &log)
		}
	}
}

// TestObserveEnds: a call whose body is handed up as it comes ends with that
// body, and is a success if the body is complete.
func TestObserveEnds(t *testing.T) {
	const chunk = `{"chunk_index":0,"data":[{"1":1}],"columns":["1"],"row_count":1,"total_rows_sent":1,"execution_time_ms":1,"is_last_chunk":true}` + "\n"
	for name, answer := range map[string]struct {
		path, contentType, body, outcome string
	}{
		"stream":        {"/databases/social/query?streaming=true", "application/x-ndjson", chunk, ""},
		"failed stream": {"/databases/social/query?streaming=true", "application/x-ndjson", chunk[:9], "truncated"},
		"download":      {"/databases/social/backup-download", "application/zip", "PK", ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answering(200, answer.contentType, answer.body))
			defer server.Close()
			var log bytes.Buffer
			c := chain(t, func(s *transport.ChainSettings) {
				s.Observe = transport.ObserveSettings{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+answer.path, strings.NewReader(`{"database":"social","cypher":"RETURN 1"}`))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.For(static(t, server.URL)).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if (err != nil) != (answer.outcome != "") {
				t.Errorf("read with %v", err)
			}
			_, calls, found := strings.Cut(log.String(), `msg="kuzu call"`)
			_, outcome, _ := strings.Cut(calls, " outcome=")
			if !found || strings.Contains(calls, `msg="kuzu call"`) || strings.TrimSpace(outcome) != answer.outcome {
				t.Errorf("the call came to %q, want %q:\n%s", outcome, answer.outcome, &log)
			}
		})
	}
}

// TestLimitsAreOurs: what a limit of the client refuses is not sent, and the error
// says whose limit it is.
func TestLimitsAreOurs(t *testing.T) {
	network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) { return answerTo(req, 200, asJSON, `{}`), nil }}
	c := chain(t, func(s *transport.ChainSettings) {
		s.Transport = network
		s.Rate = &resilience.ThrottleSettings{Name: "calls", Calls: 2, Period: 3600e9, Burst: 2}
	})
	rt := c.For(static(t, "http://10.0.0.1:8001"))
	for range 2 {
		if _, err := get(t.Context(), rt); err != nil {
			t.Fatal(err)
		}
	}
	_, err := get(t.Context(), rt)
	planted.Note(err)
	if e := transport.SendError(t.Context(), err); !errors.Is(err, transport.ErrThrottled) || !strings.Contains(err.Error(), "of this client") || e.RetryAfter <= 0 || len(network.at) != 2 {
		t.Errorf("got %v after %d requests", err, len(network.at))
	}
}

// TestBulkheadIsAGraphs: calls beyond those that run at once are refused, and a
// place is free again when an answer has been read.
func TestBulkheadIsAGraphs(t *testing.T) {
	release := make(chan struct{})
	network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
		<-release
		return answerTo(req, 200, asJSON, `{}`), nil
	}}
	c := chain(t, func(s *transport.ChainSettings) {
		s.Transport = network
		s.Bulkhead = &resilience.BulkheadSettings{Name: "graph", Concurrent: 1}
	})
	rt := c.For(static(t, "http://10.0.0.1:8001"))
	results := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := get(t.Context(), rt)
			results <- err
		}()
	}
	if err := <-results; !errors.Is(err, transport.ErrThrottled) || !errors.Is(err, resilience.ErrFull) {
		t.Errorf("the second call ended in %v", err)
	}
	close(release)
	if err := <-results; err != nil {
		t.Error(err)
	}
	if _, err := get(t.Context(), rt); err != nil {
		t.Errorf("the place is still taken: %v", err)
	}
}

// TestWaitsAreTold, of a second each, for a place in the bulkhead and for a turn.
func TestWaitsAreTold(t *testing.T) {
	for limit, set := range map[string]func(*transport.ChainSettings){
		"bulkhead": func(s *transport.ChainSettings) {
			s.Bulkhead = &resilience.BulkheadSettings{Name: "graph", Concurrent: 1, Queue: 1, QueueTimeout: time.Minute}
		},
		"rate": func(s *transport.ChainSettings) {
			s.Rate = &resilience.ThrottleSettings{Name: "calls", Calls: 1, Period: time.Second, Burst: 1, MaxWait: time.Minute}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			c := chain(t, func(s *transport.ChainSettings) {
				s.Transport, s.Bulkhead = after{}, nil
				s.Observe.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				set(s)
			})
			ctx := context.WithValue(t.Context(), after{}, time.Second)
			var calls sync.WaitGroup
			for range 2 {
				calls.Go(func() {
					if _, err := get(ctx, c.For(static(t, "http://10.0.0.1:8001"))); err != nil {
						t.Error(err)
					}
				})
			}
			calls.Wait()
			if want := "limit=" + limit + " waited=1s"; strings.Count(log.String(), "kuzu queue") != 1 || !strings.Contains(log.String(), want) {
				t.Errorf("want one line with %q:\n%s", want, &log)
			}
		})
	}
}

// TestLostAnswersAreSettled: a repeated deletion that finds nothing, and a
// repeated creation that finds the graph, have succeeded before.
func TestLostAnswersAreSettled(t *testing.T) {
	for _, test := range []struct {
		name, call string
		second     func(http.ResponseWriter, *http.Request)
		exists     bool
		want       int
	}{
		{"deletion", "deleteDatabase, raw", answering(404, asJSON, `{"detail":"Database social not found"}`), false, 200},
		{"creation", "createDatabase, kuzu", answering(409, asJSON, `{"detail":"Database social already exists"}`), true, 200},
		{"creation of nothing", "createDatabase, kuzu", answering(409, asJSON, `{"detail":"Database social already exists"}`), false, 409},
	} {
		t.Run(test.name, func(t *testing.T) {
			attempts := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/schema") && test.exists:
					answering(200, asJSON, `{"tables":[{"name":"Person","type":"NODE"}]}`)(w, r)
				case strings.HasSuffix(r.URL.Path, "/schema"):
					answering(404, asJSON, `{"detail":"Database social not found"}`)(w, r)
				default:
					if attempts++; attempts == 1 {
						reset("")(w, r)
						return
					}
					test.second(w, r)
				}
			}))
			defer server.Close()
			c := chain(t, func(s *transport.ChainSettings) { s.Retry.Delay, s.Retry.Writes = 0, transport.RetryWritesAlways })
			status, err := operationsUnderTest[test.call].call(t.Context(), &http.Client{Transport: c.For(static(t, server.URL))}, server.URL)
			if status != test.want || (err != nil) != (test.want != 200) || attempts != 2 {
				t.Errorf("ended in %d, %v after %d attempts", status, err, attempts)
			}
		})
	}
}
