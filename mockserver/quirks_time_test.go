package mockserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// The quirks that show in time, in bubbles with a clock of their own.

// lasting is an engine whose statement "x" takes so long, if nothing interrupts
// it before.
func lasting(t testing.TB, duration time.Duration) *stub {
	engine := newStub(t)
	engine.run = func(ctx context.Context, cypher string) (mockserver.Result, error) {
		if cypher != "x" && !isCopy(cypher) {
			return nil, io.EOF
		}
		select {
		case <-time.After(duration):
			return stepped(ctx, 1, -1, nil), nil
		case <-ctx.Done():
			return nil, errors.New("Interrupted.")
		}
	}
	return engine
}

// TestQueryTimeout (sections 6.3 and 7, S-6): when and how a long statement is answered.
func TestQueryTimeout(t *testing.T) {
	const (
		one      = `200 {"columns":["i"],"data":[{"i":1}],"database":"g","execution_time_ms":<n>,"row_count":1}`
		stopped  = `500 {"detail":"Query execution error: Interrupted."}`
		late     = mockserver.QuirkLateTimeout
		deployed = mockserver.QuirksDeployed
	)
	for name, tt := range map[string]struct {
		limit  *time.Duration // nil: the default
		lasts  time.Duration
		quirks mockserver.Quirks
		after  time.Duration
		answer string
	}{
		"in time":                      {nil, 29 * time.Second, 0, 29 * time.Second, one},
		"too long":                     {nil, 40 * time.Second, 0, 30 * time.Second, `500 {"detail":"Unexpected error: 408: Query execution timeout (30 seconds)"}`},
		"too long, late":               {nil, 40 * time.Second, late, 40 * time.Second, `500 {"detail":"Unexpected error: 408: Query execution timeout (30 seconds)"}`},
		"in time, late":                {nil, 29 * time.Second, late, 29 * time.Second, one},
		"too long for engine, late":    {nil, time.Hour, deployed, 120 * time.Second, `500 {"detail":"Unexpected error: 408: Query execution timeout (30 seconds)"}`},
		"limit of its own":             {new(1500 * time.Millisecond), 3 * time.Second, 0, 1500 * time.Millisecond, `500 {"detail":"Unexpected error: 408: Query execution timeout (1.5 seconds)"}`},
		"limit of its own, late":       {new(time.Second), 3 * time.Second, deployed, 3 * time.Second, `500 {"detail":"Unexpected error: 408: Query execution timeout (1 seconds)"}`},
		"no limit":                     {new(time.Duration(0)), 100 * time.Second, 0, 100 * time.Second, one},
		"no limit, late":               {new(time.Duration(0)), 100 * time.Second, late, 100 * time.Second, one},
		"no limit but the engine's":    {new(time.Duration(0)), time.Hour, 0, 120 * time.Second, stopped},
		"limit beyond the engine's":    {new(time.Hour), time.Hour, 0, 120 * time.Second, stopped},
		"no limit but engine's, late":  {new(time.Duration(0)), time.Hour, late, 120 * time.Second, stopped},
		"limit beyond engine's, quirk": {new(time.Hour), time.Hour, deployed, 120 * time.Second, stopped},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := startInMemory(t, lasting(t, tt.lasts), withQuirks(tt.quirks), func(cfg *mockserver.Config) { cfg.QueryTimeout = tt.limit })
				a.create("g", "")
				began := time.Now()
				status, body, _ := strings.Cut(tt.answer, " ")
				a.query("g", "x", "").is(map[string]int{"200": 200, "500": 500}[status], body)
				if took := time.Since(began); took != tt.after {
					t.Errorf("answered after %v, want %v", took, tt.after)
				}
			})
		})
	}
}

// A stream has the engine's limit only.
func TestStreamTimeout(t *testing.T) {
	for _, quirks := range []mockserver.Quirks{0, mockserver.QuirksDeployed} {
		synctest.Test(t, func(t *testing.T) {
			a := startInMemory(t, lasting(t, time.Hour), withQuirks(quirks))
			a.create("g", "")
			began := time.Now()
			a.stream("g", "x").is(200, `{"error": "Interrupted.", "error_type": "RuntimeError", "chunk_index": 0, "is_last_chunk": true, "row_count": 0, "total_rows_sent": 0, "execution_time_ms": <n>}`+"\n")
			if took := time.Since(began); took != 120*time.Second {
				t.Errorf("quirks %q: answered after %v", quirks, took)
			}
		})
	}
}

// On every engine a statement over the limit is interrupted.
func TestQueryTimeoutInterrupts(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		if scripted, ok := a.engine.(*mockserver.Scripted); ok {
			scripted.Handle(endless, func(mockserver.Call) (mockserver.Answer, error) {
				<-time.After(200 * time.Millisecond) // handlers cannot be interrupted
				return mockserver.Answer{Columns: []string{"n"}, Rows: [][]any{{int64(1)}}}, nil
			})
		}
		a.query("g", endless, "").detail(500, "Unexpected error: 408: Query execution timeout (0.1 seconds)")
	}, func(cfg *mockserver.Config) { cfg.QueryTimeout = new(100 * time.Millisecond) })
}

// TestFreeze (section 1, S-15): what is answered while a statement runs.
func TestFreeze(t *testing.T) {
	const (
		plain  = "/databases/g/query"
		stream = "/databases/g/query?streaming=true"
		copies = "/databases/g/copy"
	)
	for name, tt := range map[string]struct {
		quirks mockserver.Quirks
		first  string // what runs for 60 s
		body   string
		ask    string // what is asked after a second
		waits  bool
	}{
		"plain, clean":            {0, plain, queryBody("x", ""), "/health", false},
		"plain":                   {mockserver.QuirkFreeze, plain, queryBody("x", ""), "/health", true},
		"plain, deployed":         {mockserver.QuirksDeployed &^ mockserver.QuirkLateTimeout, plain, queryBody("x", ""), "/tasks", true},
		"plain, new monitor":      {mockserver.QuirkFreeze, plain, queryBody("x", ""), "/tasks/none/monitor", true},
		"stream":                  {mockserver.QuirkFreeze, stream, queryBody("x", ""), "/health", false},
		"copy, clean":             {0, copies, `{"s3_pattern":"s3://b/P.csv","table_name":"P"}`, "/health", false},
		"copy":                    {mockserver.QuirkFreeze, copies, `{"s3_pattern":"s3://b/P.csv","table_name":"P"}`, "/health", true},
		"copy, new monitor":       {mockserver.QuirkFreeze, copies, `{"s3_pattern":"s3://b/P.csv","table_name":"P"}`, "/tasks/none/monitor", true},
		"copy, unknown path":      {mockserver.QuirkFreeze, copies, `{"s3_pattern":"s3://b/P.csv","table_name":"P"}`, "/none", true},
		"copy, new monitor clean": {0, copies, `{"s3_pattern":"s3://b/P.csv","table_name":"P"}`, "/tasks/none/monitor", false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := startInMemory(t, lasting(t, 60*time.Second), withQuirks(tt.quirks), func(cfg *mockserver.Config) { cfg.QueryTimeout = new(time.Duration(0)) })
				a.create("g", "")
				began := time.Now()
				go a.post(tt.first, tt.body)
				time.Sleep(time.Second) //nolint:forbidigo // virtual time
				a.get(tt.ask)
				want := map[bool]time.Duration{true: 60 * time.Second, false: time.Second}[tt.waits]
				if took := time.Since(began); took != want {
					t.Errorf("answered after %v, want %v", took, want)
				}
				time.Sleep(time.Hour) //nolint:forbidigo // virtual time; the first one ends
			})
		})
	}
}

// What is under way in other requests stands still, too, and a client that
// waits may go.
func TestFreezeHoldsStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, release := newStub(t), make(chan struct{})
		a := startInMemory(t, engine, withQuirks(mockserver.QuirkFreeze), func(cfg *mockserver.Config) { cfg.QueryTimeout = new(time.Duration(0)) })
		a.create("g", "")
		engine.run = func(ctx context.Context, cypher string) (mockserver.Result, error) {
			if cypher != "x" {
				<-time.After(time.Minute)
				return stepped(ctx, 0, -1, nil), nil
			}
			return stepped(ctx, 1, 1, release), nil
		}
		resp := a.openStream(t.Context())
		defer resp.Body.Close()
		began := time.Now()
		done := make(chan reply)
		go func() { done <- a.query("g", "plain", "") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, path := range []string{"/health", "/databases/g/query"} {
			req := a.request(ctx, http.MethodPost, path, queryBody("other", ""))
			if resp, err := a.transport.RoundTrip(req); err == nil {
				resp.Body.Close()
				t.Errorf("%s is answered", path)
			}
		}
		close(release) // the stream's rows are there
		if c := a.readChunk(bufio.NewReader(resp.Body)); !c.Last || time.Since(began) != time.Minute {
			t.Errorf("after %v came %+v", time.Since(began), c)
		}
		<-done
	})
}

// TestRunOn (section 6.3): what happens to a statement whose client goes.
func TestRunOn(t *testing.T) {
	for _, quirks := range []mockserver.Quirks{0, mockserver.QuirkRunOn} {
		for _, path := range []string{"/databases/g/query", "/databases/g/query?streaming=true"} {
			synctest.Test(t, func(t *testing.T) {
				engine := newStub(t)
				a := startInMemory(t, engine, withQuirks(quirks))
				a.create("g", "")
				began, ended := time.Now(), make(chan time.Duration, 1)
				engine.run = func(ctx context.Context, _ string) (mockserver.Result, error) {
					select {
					case <-time.After(10 * time.Second):
					case <-ctx.Done():
					}
					ended <- time.Since(began)
					return nil, errors.New("Interrupted.")
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if resp, err := a.transport.RoundTrip(a.request(ctx, http.MethodPost, path, queryBody("x", ""))); err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
				want := map[bool]time.Duration{false: time.Second, true: 10 * time.Second}[quirks != 0]
				if took := <-ended; took != want {
					t.Errorf("quirks %q, %s: the statement ended after %v, want %v", quirks, path, took, want)
				}
			})
		}
	}
}

// The server's closing ends what runs on for nobody.
func TestRunOnEndsWithTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := startInMemory(t, lasting(t, time.Hour), withQuirks(mockserver.QuirkRunOn))
		a.create("g", "")
		began := time.Now()
		go func() {
			time.Sleep(time.Second) //nolint:forbidigo // virtual time
			_ = a.server.Close()
		}()
		a.query("g", "x", "").detail(500, "Query execution error: Interrupted.")
		if took := time.Since(began); took != time.Second {
			t.Errorf("answered after %v", took)
		}
	})
}
