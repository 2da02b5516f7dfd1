package transport_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// TestNamedCalls: whoever names the call decides what it does, without a look at
// its body; a name that is in no table decides nothing.
func TestNamedCalls(t *testing.T) {
	for _, test := range []struct {
		name     string
		call     transport.Call
		requests int
	}{
		{"read", transport.Call{Operation: "queryDatabase", Graph: "social", Idempotent: true}, 2},
		{"write", transport.Call{Operation: "queryDatabase", Graph: "social", Write: true}, 1},
		{"unknown", transport.Call{Operation: "dropEverything", Idempotent: true}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
				return answerTo(req, 502, asHTML, "<html>"), nil
			}}
			c := chain(t, func(s *transport.ChainSettings) { s.Transport, s.Retry.Delay, s.Retry.MaxRetries = network, 0, 1 })
			req, err := http.NewRequestWithContext(transport.WithCall(t.Context(), test.call), http.MethodPost, "http://ignored/databases/social/query", strings.NewReader("not JSON"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.For(static(t, "http://10.0.0.1:8001")).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			if e := transport.ResponseError(resp); len(network.at) != test.requests || e.Operation != "queryDatabase" || e.Graph != "social" {
				t.Errorf("%d requests, want %d; %v", len(network.at), test.requests, e)
			}
		})
	}
}

// TestRequestsOutsideTheTable are judged by their method.
func TestRequestsOutsideTheTable(t *testing.T) {
	for method, requests := range map[string]int{"GET": 2, "HEAD": 2, "PUT": 2, "DELETE": 2, "POST": 1, "PATCH": 1} {
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			return answerTo(req, 502, asHTML, "<html>"), nil
		}}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport, s.Retry.Delay, s.Retry.MaxRetries = network, 0, 1 })
		req, err := http.NewRequestWithContext(t.Context(), method, "http://ignored/no/such/route", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.For(static(t, "http://10.0.0.1:8001")).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(network.at) != requests {
			t.Errorf("%s: %d requests, want %d", method, len(network.at), requests)
		}
	}
}

// TestStreamsThroughTheChain: a stream is guarded, and what has to be asked about
// one that came empty goes the same way as a call of its own.
func TestStreamsThroughTheChain(t *testing.T) {
	var asked []string
	rows := `{"chunk_index":0,"data":[{"a":1}],"columns":["a"],"is_last_chunk":true,"row_count":1,"total_rows_sent":1}` + "\n"
	body := rows
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("X-Kuzu-Api-Key"))
		if r.Method == http.MethodGet {
			answering(404, asJSON, `{"detail":"Database social not found"}`)(w, r)
			return
		}
		answering(200, "application/x-ndjson", body)(w, r)
	}))
	defer server.Close()
	c := chain(t)
	stream := func() (string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/databases/social/query?streaming=true",
			strings.NewReader(`{"database":"social","cypher":"MATCH (n) RETURN n.a AS a"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.For(static(t, server.URL)).RoundTrip(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		return string(got), err
	}
	if got, err := stream(); got != rows || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	body, asked = "", nil
	_, err := stream()
	planted.Note(err)
	if e := transport.SendError(t.Context(), err); e.Kind != transport.KindNotFound || len(asked) != 2 || asked[1] != "GET /databases/social "+planted.Key {
		t.Errorf("got %v after %d requests", err, len(asked))
	}
}

// TestTheClientNamesItsStatements, so that the chain does not read them again.
func TestTheClientNamesItsStatements(t *testing.T) {
	network := &scripted{answer: func(int, *http.Request) (*http.Response, error) {
		return nil, errors.New("connection reset by peer")
	}}
	for statement, requests := range map[string]int{"MATCH (n) RETURN n.a": 2, "CREATE (:Entity {id: '1'})": 1} {
		network.at = nil
		c := chain(t, func(s *transport.ChainSettings) { s.Transport, s.Retry.Delay, s.Retry.MaxRetries = network, 0, 1 })
		unread := unreadable{c.For(static(t, "http://10.0.0.1:8001"))}
		client, err := kuzu.New("http://nowhere.invalid", kuzu.WithGraph("social"), kuzu.WithTransport(unread))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Query(t.Context(), statement, nil); err == nil || len(network.at) != requests {
			t.Errorf("%s: %v after %d requests, want %d", statement, err, len(network.at), requests)
		}
	}
}

// unreadable passes requests on with bodies that say nothing of the statement.
type unreadable struct{ next http.RoundTripper }

func (u unreadable) RoundTrip(req *http.Request) (*http.Response, error) {
	other := req.Clone(req.Context())
	_ = req.Body.Close()
	other.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("not JSON")), nil }
	other.Body, _ = other.GetBody()
	other.ContentLength = int64(len("not JSON"))
	return u.next.RoundTrip(other)
}
