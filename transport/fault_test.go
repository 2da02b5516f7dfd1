package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/planted"
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
	access access
	call   func(context.Context, *http.Client, string) (int, error)
}{
	"read, raw":             {read, rawQuery(readStatement)},
	"read, typed":           {read, typedQuery(readStatement)},
	"read, kuzu":            {read, kuzuQuery(readStatement)},
	"getDatabase, typed":    {read, getDatabase},
	"deleteDatabase, raw":   {idempotentWrite, rawDelete},
	"deleteDatabase, typed": {idempotentWrite, typedDelete},
	"write, raw":            {write, rawQuery(writeStatement)},
	"write, typed":          {write, typedQuery(writeStatement)},
	"write, kuzu":           {write, kuzuQuery(writeStatement)},
	"createDatabase, typed": {write, typedCreate},
	"createDatabase, kuzu":  {write, kuzuCreate},
}

// access is what an operation does: the columns of the table of expectations.
type access int

const (
	read access = iota
	idempotentWrite
	write
)

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

func typedDelete(ctx context.Context, client *http.Client, url string) (int, error) {
	api, err := gen.NewClientWithResponses(url, gen.WithHTTPClient(client))
	if err != nil {
		return 0, err
	}
	reply, err := api.DeleteDatabaseWithResponse(ctx, "social")
	if err != nil {
		return 0, err
	}
	return classified(reply.HTTPResponse, reply.Body)
}

func typedCreate(ctx context.Context, client *http.Client, url string) (int, error) {
	api, err := gen.NewClientWithResponses(url, gen.WithHTTPClient(client))
	if err != nil {
		return 0, err
	}
	reply, err := api.CreateDatabaseWithResponse(ctx, gen.CreateDatabaseRequest{GraphID: "social"})
	if err != nil {
		return 0, err
	}
	return classified(reply.HTTPResponse, reply.Body)
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

// effort is what a call costs: how many attempts are made, and how often the
// server runs what is asked of it.
type effort struct{ attempts, runs int64 }

// efforts are those of a call if the fault stays, and if it passes after one
// attempt.
type efforts struct{ stays, passes effort }

// What a fault leads to. Of 4 attempts that are allowed all are made if it stays.
var (
	repeated   = efforts{effort{4, 0}, effort{2, 1}} // the server did not begin
	ranAgain   = efforts{effort{4, 4}, effort{2, 2}} // it did, and may do so again
	ranOnce    = efforts{effort{1, 1}, effort{1, 1}} // it did, or may have, and must not again
	notStarted = efforts{effort{1, 0}, effort{1, 0}} // it did not, and never would
)

// expectations say for each fault which kind a call ends in if the fault stays,
// and what it costs by the access of the operation.
var expectations = map[string]struct {
	kind   transport.Kind
	status int
	costs  [3]efforts // of a read, an idempotent write and a write
}{
	"dial refused":         {transport.KindUnavailable, 0, [3]efforts{repeated, repeated, repeated}},
	"connect timeout":      {transport.KindUnavailable, 0, [3]efforts{repeated, repeated, repeated}},
	"reset before headers": {transport.KindUnavailable, 0, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"reset mid-body":       {transport.KindUnavailable, 0, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"attempt timeout":      {transport.KindTimeout, 0, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"408 in 500":           {transport.KindTimeout, 500, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"429 lockout":          {transport.KindLockedOut, 429, [3]efforts{notStarted, notStarted, notStarted}},
	"429":                  {transport.KindThrottled, 429, [3]efforts{repeated, repeated, repeated}},
	"429 Retry-After":      {transport.KindThrottled, 429, [3]efforts{repeated, repeated, repeated}},
	"500 text":             {transport.KindServer, 500, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"500 execution":        {transport.KindExecution, 500, [3]efforts{ranOnce, ranOnce, ranOnce}},
	"500 syntax":           {transport.KindSyntax, 500, [3]efforts{notStarted, notStarted, notStarted}},
	"400 syntax":           {transport.KindSyntax, 400, [3]efforts{notStarted, notStarted, notStarted}},
	"502 HTML":             {transport.KindUnavailable, 502, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"503 admission":        {transport.KindUnavailable, 503, [3]efforts{repeated, repeated, repeated}},
	"503 empty":            {transport.KindUnavailable, 503, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"504":                  {transport.KindUnavailable, 504, [3]efforts{ranAgain, ranAgain, ranOnce}},
	"401":                  {transport.KindUnauthorized, 401, [3]efforts{notStarted, notStarted, notStarted}},
	"409":                  {transport.KindConflict, 409, [3]efforts{notStarted, notStarted, notStarted}},
}

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
// what is asked, and how the call ends.
func TestFaults(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		want, known := expectations[name]
		if !known {
			t.Fatalf("nothing is expected of %q", name)
		}
		for operation, under := range operationsUnderTest {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				f := faults[name]
				f.name = name
				costs := want.costs[under.access]
				checkFault(t, f, 1000, costs.stays, want.kind, want.status, under.call)
				kind, status := want.kind, want.status
				if costs.passes.attempts > 1 {
					kind, status = 0, 200
				}
				checkFault(t, f, 1, costs.passes, kind, status, under.call)
			})
		}
	}
}

func checkFault(t *testing.T, f fault, times int64, want effort, kind transport.Kind, status int,
	call func(context.Context, *http.Client, string) (int, error)) {
	t.Helper()
	server := fails(t, f, times)
	c := chain(t, impatient(server.pool(t)), patienceFor(f, kind != 0))
	got, err := call(t.Context(), &http.Client{Transport: c.For(static(t, server.URL))}, server.URL)
	if made := (effort{server.attempts(), server.ranTimes.Load()}); made != want {
		t.Errorf("fault %d times: %v, want %+v", times, server, want)
	}
	if kind == 0 {
		if err != nil || got != status {
			t.Errorf("fault %d times: ended in %d, %v", times, got, err)
		}
		return
	}
	planted.Note(err)
	e := transport.SendError(t.Context(), err)
	if e.Kind != kind || e.Status != status {
		t.Errorf("fault %d times: ended in %v %d, want %v %d: %v", times, e.Kind, e.Status, kind, status, err)
	}
	if f.answer != nil && len(e.Attempts) != int(want.attempts) && !unheld(f, want) {
		t.Errorf("the error remembers %d attempts, want %d: %v", len(e.Attempts), want.attempts, err)
	}
}

// unheld tells whether the answer of a write breaks off in the hands of its
// reader, whose error then knows nothing of attempts.
func unheld(f fault, made effort) bool { return made.attempts == 1 && f.name == "reset mid-body" }

// patienceFor bounds the attempts that a fault would keep for ever, and leaves
// time for an answer unless none will ever come.
func patienceFor(f fault, stays bool) func(*transport.ChainSettings) {
	return func(s *transport.ChainSettings) {
		switch {
		case f.name != "attempt timeout":
		case stays:
			s.Timeout = time.Second / 2
		default:
			s.Timeout = time.Second
		}
	}
}

// TestFaultsFailOver holds the same table against two servers, of which the
// second works: what may be repeated ends there, and runs there once.
func TestFaultsFailOver(t *testing.T) {
	for name, want := range expectations {
		for operation, under := range operationsUnderTest {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				f := faults[name]
				f.name = name
				sick, well := fails(t, f, 1000), fails(t, fault{}, 0)
				pool := sick.pool(t)
				if f.dial != nil {
					pool.DialContext = onlyTo(well, sick, f.dial)
				}
				c := chain(t, impatient(pool), patienceFor(f, false))
				status, err := under.call(t.Context(), &http.Client{Transport: c.For(static(t, sick.URL, well.URL))}, sick.URL)
				planted.Note(err)
				costs := want.costs[under.access].passes
				failedOver := costs.attempts > 1
				if sick.attempts() != 1 || (well.attempts() == 1) != failedOver || sick.ranTimes.Load()+well.ranTimes.Load() != costs.runs {
					t.Errorf("the sick one: %v, the other: %v; want %+v in all", sick, well, costs)
				}
				if e := transport.SendError(t.Context(), err); failedOver && (err != nil || status != 200) || !failedOver && e.Kind != want.kind {
					t.Errorf("ended in %d, %v", status, err)
				}
			})
		}
	}
}

// onlyTo dials one of two servers, and fails for the other.
func onlyTo(well, sick *faulty, err error) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == well.Listener.Addr().String() {
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		sick.dialed.Add(1)
		return nil, err
	}
}

// TestRetryWritesAlways brings the seed's behaviour back: a write of which nobody
// knows whether it ran is repeated as if it were a read.
func TestRetryWritesAlways(t *testing.T) {
	for name, want := range expectations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "reset mid-body" {
				want.costs[read] = ranOnce // the answer of a write is not held back until it is complete
			}
			f := faults[name]
			f.name = name
			server := fails(t, f, 1)
			c := chain(t, impatient(server.pool(t)), patienceFor(f, false), func(s *transport.ChainSettings) { s.Retry.Writes = transport.RetryWritesAlways })
			_, err := rawQuery(writeStatement)(t.Context(), &http.Client{Transport: c.For(static(t, server.URL))}, server.URL)
			costs := want.costs[read].passes
			if made := (effort{server.attempts(), server.ranTimes.Load()}); made != costs || (err == nil) != (costs.attempts > 1) {
				t.Errorf("%v, want %+v; ended in %v", server, costs, err)
			}
		})
	}
}

// TestOpenBreaker: nothing is sent to a server whose breaker is open. The call
// goes to another one and runs there once, or its error says when this one may be
// asked again.
func TestOpenBreaker(t *testing.T) {
	for operation, under := range operationsUnderTest {
		t.Run(operation, func(t *testing.T) {
			server, other := fails(t, faults["500 text"], 1000), fails(t, fault{}, 0)
			c := chain(t, impatient(server.pool(t)), func(s *transport.ChainSettings) {
				breaker, busy := resilience.ClientBreaker(), resilience.ClientBreaker()
				s.Breaker, s.Busy = &breaker, &busy
				s.Retry.MaxRetries = 0
			})
			client := &http.Client{Transport: c.For(static(t, server.URL))}
			for range 5 {
				_, _ = under.call(t.Context(), client, server.URL)
			}
			if server.attempts() != 5 || server.ranTimes.Load() != 5 {
				t.Fatalf("%v, want 5 of each", server)
			}
			_, err := under.call(t.Context(), client, server.URL)
			planted.Note(err)
			e := transport.SendError(t.Context(), err)
			if !errors.Is(err, transport.ErrCircuitOpen) || !errors.Is(err, transport.ErrUnavailable) || e.RetryAfter <= 0 || e.RetryAfter > time.Minute || e.Endpoint != server.URL {
				t.Errorf("got %v", err)
			}
			client.Transport = c.For(static(t, server.URL, other.URL))
			if status, err := under.call(t.Context(), client, server.URL); err != nil || status != 200 {
				t.Errorf("with another server: %d, %v", status, err)
			}
			if server.attempts() != 5 || server.ranTimes.Load() != 5 || other.attempts() != 1 || other.ranTimes.Load() != 1 {
				t.Errorf("the server: %v, the other: %v", server, other)
			}
		})
	}
}
