package usermock_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/examples/usermock"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// server is a mock server with a graph, on the scripted engine: pure Go, ready in
// a millisecond. Answers that would break the API document fail the test.
func server(t *testing.T) *mockserver.Server {
	engine := mockserver.NewScripted()
	if err := engine.Create(t.Context(), "people"); err != nil {
		t.Fatal(err)
	}
	// The engine answers the statements it is told about, with typed values.
	engine.Answer("MATCH (p:Person) WHERE p.since >= $since RETURN p.name", []string{"p.name"}, []any{"Ada"}, []any{"Grace"})
	srv, err := mockserver.New(mockserver.Config{Engine: engine, Reporter: t, Records: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = srv.Close() })
	return srv
}

// client asks a server under rules that hold for this test only, so that tests
// can share a server and run at the same time.
func client(t *testing.T, srv *mockserver.Server, rules ...mockserver.Rule) (*kuzu.Client, *mockserver.Script) {
	script := srv.Script(t, rules...)
	web := httptest.NewServer(script)
	t.Cleanup(web.Close)
	c, err := kuzu.New(web.URL, kuzu.WithGraph("people"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, script
}

func TestNames(t *testing.T) {
	c, script := client(t, server(t))
	names, complete, err := usermock.Names(t.Context(), c, 1990)
	if !slices.Equal(names, []string{"Ada", "Grace"}) || !complete || err != nil {
		t.Errorf("got %q, %v, %v", names, complete, err)
	}
	// What was asked can be looked at: here, that it was asked once.
	script.Ran("MATCH (p:Person) WHERE p.since >= $since RETURN p.name", 1)
}

// A server that is too busy, as the deployed one says it.
func TestNamesOfABusyServer(t *testing.T) {
	c, _ := client(t, server(t), mockserver.Rule{
		Match:   mockserver.Match{Operation: "queryDatabase"},
		Replies: []mockserver.Reply{{Status: 503, JSON: []byte(`{"detail": {"error": "busy", "retry_after": 7}}`)}},
	})
	_, _, err := usermock.Names(t.Context(), c, 1990)
	e, ok := errors.AsType[*kuzu.Error](err)
	if !errors.Is(err, kuzu.ErrUnavailable) || !ok || e.RetryAfter != 7*time.Second {
		t.Errorf("got %v", err)
	}
}

// A connection that breaks within the answer: half of a result must not pass for
// all of it.
func TestNamesOfABrokenStream(t *testing.T) {
	c, _ := client(t, server(t), mockserver.Rule{
		Fault: &mockserver.Fault{Kind: mockserver.FaultTruncatedLine},
	})
	if names, complete, err := usermock.Names(t.Context(), c, 1990); complete || err != nil {
		t.Errorf("got %q, %v, %v", names, complete, err)
	}
}
