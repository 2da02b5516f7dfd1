package contract_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// wire serves requests without a network and keeps the last one.
type wire struct {
	next http.Handler
	last *http.Request
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.RequestURI(), req.Body)
	sent.Header = req.Header
	w.last = sent
	answer := httptest.NewRecorder()
	w.next.ServeHTTP(answer, sent)
	resp := answer.Result()
	resp.Request = req
	return resp, nil
}

// FuzzIDs holds three opinions on the id of a graph against each other: the
// client and the factory refuse what the server would refuse, and nothing else.
// And whatever the id of a graph or a task, it changes only its own place in the
// path: a request goes where it should, or nowhere.
func FuzzIDs(f *testing.F) {
	for _, id := range []string{
		"kg1a2b3c4d5", "kg0123456789abcdef_dev", "sec", "SEC", "sec_x", "_", "-", "", ".", "..", "a/b", "a%2Fb", "../tasks", "a?streaming=true", "a#b", "a b", "ä", "a\x00", "a\n", "%2e%2e", "\xff", "*shared_master",
		strings.Repeat("a", 64), strings.Repeat("a", 65), "ingest_kg1_Person_0a1b2c3d", "tasks", "a;b", `a\b`, "+",
	} {
		f.Add(id)
	}
	engine := mockserver.NewScripted()
	server, err := mockserver.New(mockserver.Config{Engine: engine})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = server.Close() })
	line := &wire{next: server}
	anyGraph, err := kuzu.New("http://memory:8001", kuzu.WithTransport(line))
	if err != nil {
		f.Fatal(err)
	}
	cfg := factory.DefaultConfig() // of the environment dev, which looks nothing up
	cfg.RedisCache = false
	finder, err := factory.New(f.Context(), cfg)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = finder.Close() })
	f.Fuzz(func(t *testing.T, id string) {
		line.last = nil
		_, err := anyGraph.ForGraph(id).Database(t.Context())
		refused := errors.Is(err, kuzu.ErrInvalidRequest) && line.last == nil
		if !refused && !errors.Is(err, kuzu.ErrNotFound) {
			t.Fatalf("graph %q: %v", id, err)
		}
		checkPath(t, line.last, "/databases/", id, "")
		if _, err := kuzu.New("http://memory:8001", kuzu.WithTransport(line), kuzu.WithGraph(id)); (err != nil) != refused {
			t.Errorf("graph %q: New says %v", id, err)
		}
		// The server is asked past the client, which keeps such ids to itself.
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/databases/"+escaped(id)+"/query", strings.NewReader(`{"database": "x", "cypher": "RETURN 1"}`))
		req.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, req)
		if unknown := answer.Code == http.StatusNotFound && strings.Contains(answer.Body.String(), "Database '"+id+"' not found"); unknown == refused {
			t.Errorf("graph %q: the client refuses it: %t; the server says %d %s", id, refused, answer.Code, answer.Body)
		}
		parent, _, isSubgraph := strings.Cut(id, "_")
		ofShared := isSubgraph && finder.Explain(t.Context(), parent, factory.Read).Err == nil // the factory knows that these have none
		if d := finder.Explain(t.Context(), id, factory.Read); errors.Is(d.Err, kuzu.ErrInvalidRequest) != refused && !ofShared {
			t.Errorf("graph %q: %v", id, d)
		}
		line.last = nil
		_, _ = anyGraph.Task(t.Context(), id)
		checkPath(t, line.last, "/tasks/", id, "/status")
	})
}

// escaped is an id in a path, also if dots would make something else of it.
func escaped(id string) string {
	return strings.ReplaceAll(url.PathEscape(id), ".", "%2E")
}

// checkPath fails if a request that was sent has another path than the id between
// what is before and after it.
func checkPath(t *testing.T, sent *http.Request, before, id, after string) {
	t.Helper()
	if sent == nil {
		return
	}
	path, ok := strings.CutPrefix(sent.URL.EscapedPath(), before)
	path, still := strings.CutSuffix(path, after)
	segment, err := url.PathUnescape(path)
	if !ok || !still || err != nil || strings.Contains(path, "/") || segment != id || sent.URL.RawQuery != "" || id == "." || id == ".." || id == "" {
		t.Errorf("%s%q: the request is for %s", before, id, sent.URL.RequestURI())
	}
}
