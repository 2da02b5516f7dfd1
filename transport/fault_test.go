package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

const (
	readStatement  = "MATCH (n) RETURN n.a AS a"
	writeStatement = "CREATE (n:Person {id: 1})"
)

// operationsUnderTest are calls through the generated client, raw and typed, and
// through the client for people. They return the status, 0 for none.
var operationsUnderTest = map[string]struct {
	access string // read, idempotent or write
	call   func(context.Context, *http.Client, string) (int, error)
}{
	"read, raw":            {"read", rawQuery(readStatement)},
	"read, typed":          {"read", typedQuery(readStatement)},
	"read, kuzu":           {"read", kuzuQuery(readStatement)},
	"write, raw":           {"write", rawQuery(writeStatement)},
	"write, typed":         {"write", typedQuery(writeStatement)},
	"write, kuzu":          {"write", kuzuQuery(writeStatement)},
	"getDatabase, typed":   {"read", getDatabase},
	"deleteDatabase, raw":  {"idempotent", rawDelete},
	"createDatabase, kuzu": {"write", kuzuCreate},
}

func rawQuery(statement string) func(context.Context, *http.Client, string) (int, error) {
	return func(ctx context.Context, client *http.Client, url string) (int, error) {
		api, err := gen.NewClient(url, gen.WithHTTPClient(client))
		if err != nil {
			return 0, err
		}
		resp, err := api.QueryDatabase(ctx, "social", nil, gen.QueryRequest{Database: "social", Cypher: statement})
		if err != nil {
			return 0, err
		}
		return finish(resp)
	}
}

// finish reads an answer to its end.
func finish(resp *http.Response) (int, error) {
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return 0, err
	}
	return classified(resp, body)
}

// classified makes an error of an answer that has been read.
func classified(resp *http.Response, body []byte) (int, error) {
	if resp.StatusCode < 300 {
		return resp.StatusCode, nil
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp.StatusCode, transport.ResponseError(resp)
}

func typedQuery(statement string) func(context.Context, *http.Client, string) (int, error) {
	return func(ctx context.Context, client *http.Client, url string) (int, error) {
		api, err := gen.NewClientWithResponses(url, gen.WithHTTPClient(client))
		if err != nil {
			return 0, err
		}
		reply, err := api.QueryDatabaseWithResponse(ctx, "social", nil, gen.QueryRequest{Database: "social", Cypher: statement})
		if err != nil {
			return 0, err
		}
		return classified(reply.HTTPResponse, reply.Body)
	}
}

func kuzuQuery(statement string) func(context.Context, *http.Client, string) (int, error) {
	return func(ctx context.Context, client *http.Client, url string) (int, error) {
		c, err := kuzu.New(url, kuzu.WithGraph("social"), kuzu.WithTransport(client.Transport))
		if err != nil {
			return 0, err
		}
		_, err = c.Query(ctx, statement, nil)
		return statusOf(err)
	}
}

func getDatabase(ctx context.Context, client *http.Client, url string) (int, error) {
	api, err := gen.NewClientWithResponses(url, gen.WithHTTPClient(client))
	if err != nil {
		return 0, err
	}
	reply, err := api.GetDatabaseWithResponse(ctx, "social")
	if err != nil {
		return 0, err
	}
	return classified(reply.HTTPResponse, reply.Body)
}

func rawDelete(ctx context.Context, client *http.Client, url string) (int, error) {
	api, err := gen.NewClient(url, gen.WithHTTPClient(client))
	if err != nil {
		return 0, err
	}
	resp, err := api.DeleteDatabase(ctx, "social")
	if err != nil {
		return 0, err
	}
	return finish(resp)
}

func kuzuCreate(ctx context.Context, client *http.Client, url string) (int, error) {
	c, err := kuzu.New(url, kuzu.WithGraph("social"), kuzu.WithTransport(client.Transport))
	if err != nil {
		return 0, err
	}
	return statusOf(c.CreateDatabase(ctx, kuzu.DatabaseSpec{}))
}

func statusOf(err error) (int, error) {
	if e, ok := errors.AsType[*transport.Error](err); ok {
		return e.Status, err
	}
	return 200, err
}

// expectations say for each fault which kind a call ends in if the fault stays,
// and who repeats the attempt: everybody ("all"), those who may do it twice
// ("twice"), or nobody.
var expectations = map[string]struct {
	kind   transport.Kind
	status int
	repeat string
}{
	"dial refused":         {transport.KindUnavailable, 0, "all"},
	"connect timeout":      {transport.KindUnavailable, 0, "all"},
	"reset before headers": {transport.KindUnavailable, 0, "twice"},
	"reset mid-body":       {transport.KindUnavailable, 0, "twice"},
	"attempt timeout":      {transport.KindTimeout, 0, "twice"},
	"408 in 500":           {transport.KindTimeout, 500, "twice"},
	"429 lockout":          {transport.KindLockedOut, 429, ""},
	"429":                  {transport.KindThrottled, 429, "all"},
	"429 Retry-After":      {transport.KindThrottled, 429, "all"},
	"500 text":             {transport.KindServer, 500, "twice"},
	"500 execution":        {transport.KindExecution, 500, ""},
	"500 syntax":           {transport.KindSyntax, 500, ""},
	"400 syntax":           {transport.KindSyntax, 400, ""},
	"502 HTML":             {transport.KindUnavailable, 502, "twice"},
	"503 admission":        {transport.KindUnavailable, 503, "all"},
	"503 empty":            {transport.KindUnavailable, 503, "twice"},
	"504":                  {transport.KindUnavailable, 504, "twice"},
	"401":                  {transport.KindUnauthorized, 401, ""},
	"409":                  {transport.KindConflict, 409, ""},
}

const attemptsAllowed = 4

// impatient makes a chain wait little, and try the breakers and budgets not.
func impatient(pool http.RoundTripper) func(*transport.ChainSettings) {
	return func(s *transport.ChainSettings) {
		s.Transport = pool
		s.Retry.Delay, s.Retry.MaxDelay = time.Microsecond, time.Microsecond
		s.Retry.Budget = nil
		s.Breaker, s.Busy = nil, nil
	}
}

// TestFaults holds every kind of operation against every fault, which stays or
// passes after one attempt: how many attempts are made, how often the server runs
// the statement, and how the call ends.
func TestFaults(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		want, known := expectations[name]
		if !known {
			t.Fatalf("nothing is expected of %q", name)
		}
		for operation, under := range operationsUnderTest {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				repeats := want.repeat == "all" || want.repeat == "twice" && under.access != "write"
				stays, passes := int64(1), int64(1)
				if repeats {
					stays, passes = attemptsAllowed, 2
				}
				f := faults[name]
				f.name = name
				checkFault(t, f, 1000, stays, want.kind, want.status, under.call, under.access)
				kind, status := want.kind, want.status
				if repeats {
					kind, status = 0, 200
				}
				checkFault(t, f, 1, passes, kind, status, under.call, under.access)
			})
		}
	}
}

func checkFault(t *testing.T, f fault, times, attempts int64, kind transport.Kind, status int,
	call func(context.Context, *http.Client, string) (int, error), access string) {
	t.Helper()
	server := fails(t, f, times)
	resolver, err := transport.NewStatic(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := chain(t, impatient(server.pool(t)), func(s *transport.ChainSettings) {
		if f.name == "attempt timeout" {
			s.Timeout = time.Second
		}
	})
	client := &http.Client{Transport: c.For(resolver)}
	got, err := call(t.Context(), client, server.URL)
	if server.attempts() != attempts {
		t.Errorf("fault %d times: %v, want %d attempts", times, server, attempts)
	}
	if access == "write" && server.ranTimes.Load() > 1 {
		t.Errorf("fault %d times: the write %v", times, server)
	}
	if kind == 0 {
		if err != nil || got != status {
			t.Errorf("fault %d times: ended in %d, %v", times, got, err)
		}
		return
	}
	seen.note(err)
	e := transport.SendError(t.Context(), err)
	if e.Kind != kind || e.Status != status {
		t.Errorf("fault %d times: ended in %v %d, want %v %d: %v", times, e.Kind, e.Status, kind, status, err)
	}
	if f.answer != nil && len(e.Attempts) != int(attempts) && !unheld(f, access) {
		t.Errorf("the error remembers %d attempts, want %d: %v", len(e.Attempts), attempts, err)
	}
}

// unheld tells whether the answer of a write breaks off in the hands of its
// reader, whose error then knows nothing of attempts.
func unheld(f fault, access string) bool { return access == "write" && f.name == "reset mid-body" }

// TestRetryWritesAlways brings the seed's behaviour back: a write of which nobody
// knows whether it ran is repeated.
func TestRetryWritesAlways(t *testing.T) {
	server := fails(t, faults["reset before headers"], 1)
	resolver, err := transport.NewStatic(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := chain(t, impatient(server.pool(t)), func(s *transport.ChainSettings) { s.Retry.Writes = transport.RetryWritesAlways })
	if _, err := rawQuery(writeStatement)(t.Context(), &http.Client{Transport: c.For(resolver)}, server.URL); err != nil {
		t.Fatal(err)
	}
	if server.attempts() != 2 || server.ranTimes.Load() != 2 {
		t.Errorf("%v, want 2 of each", server)
	}
}

// TestOpenBreaker: nothing is sent to a server whose breaker is open, and the
// error says when it may be.
func TestOpenBreaker(t *testing.T) {
	for operation, under := range operationsUnderTest {
		t.Run(operation, func(t *testing.T) {
			server := fails(t, faults["500 text"], 1000)
			resolver, err := transport.NewStatic(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			c := chain(t, impatient(server.pool(t)), func(s *transport.ChainSettings) {
				breaker, busy := resilience.ClientBreaker(), resilience.ClientBreaker()
				s.Breaker, s.Busy = &breaker, &busy
				s.Retry.MaxRetries = 0
			})
			client := &http.Client{Transport: c.For(resolver)}
			for range 5 {
				_, _ = under.call(t.Context(), client, server.URL)
			}
			_, err = under.call(t.Context(), client, server.URL)
			e := transport.SendError(t.Context(), err)
			if !errors.Is(err, transport.ErrCircuitOpen) || !errors.Is(err, transport.ErrUnavailable) || e.RetryAfter <= 0 || e.RetryAfter > time.Minute || e.Endpoint != server.URL {
				t.Errorf("got %v", err)
			}
			if server.attempts() != 5 {
				t.Errorf("%v, want 5", server)
			}
		})
	}
}
