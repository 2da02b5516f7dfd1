package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// TestLayersAlone: with nothing but its own setting a layer does its work and no
// other does any. Each case makes three calls of the same kind.
func TestLayersAlone(t *testing.T) {
	const cut = `{"chunk_index":0,"data":[],"columns":["a"],"is_last_chunk":false,"row_count":0,"total_rows_sent":0}` + "\n"
	breaker := resilience.ClientBreaker()
	breaker.FailureThreshold = 2
	failing := func(req *http.Request) (*http.Response, error) {
		return answerTo(req, http.StatusBadGateway, asHTML, "<html>"), nil
	}
	streaming := func(req *http.Request) (*http.Response, error) {
		return answerTo(req, http.StatusOK, "application/x-ndjson", cut), nil
	}
	silent := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, context.Cause(req.Context())
	}
	for _, test := range []struct {
		name     string
		settings transport.ChainSettings
		answer   func(*http.Request) (*http.Response, error)
		requests int
		last     error // of the third call
	}{
		{"none", transport.ChainSettings{}, failing, 3, nil},
		{"none, and a stream that breaks off", transport.ChainSettings{}, streaming, 3, nil},
		{"retry", transport.ChainSettings{Retry: transport.RetrySettings{MaxRetries: 2, Factor: 1}}, failing, 9, nil},
		{"breaker", transport.ChainSettings{Breaker: &breaker, Busy: &breaker}, failing, 2, transport.ErrCircuitOpen},
		{"rate", transport.ChainSettings{Rate: &resilience.ThrottleSettings{Name: "calls", Calls: 2, Period: 24 * time.Hour, Burst: 2}}, failing, 2, transport.ErrThrottled},
		{"bulkhead", transport.ChainSettings{Bulkhead: &resilience.BulkheadSettings{Name: "graph", Concurrent: 1}}, failing, 3, nil},
		{"stream", transport.ChainSettings{Streams: transport.StreamSettings{MaxLineBytes: 1 << 10}}, streaming, 3, transport.ErrTruncated},
		{"attempt", transport.ChainSettings{Timeout: time.Second}, silent, 3, transport.ErrTimeout},
		{"auth", transport.ChainSettings{Keys: transport.StaticKey(planted.Key)}, func(req *http.Request) (*http.Response, error) {
			if req.Header.Get("X-Kuzu-Api-Key") != planted.Key {
				return nil, errors.New("no key came")
			}
			return answerTo(req, http.StatusOK, asJSON, `{}`), nil
		}, 3, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) { return test.answer(req) }}
				test.settings.Operations, test.settings.Transport = operations.Table(), network
				c, err := transport.NewChain(test.settings)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				for i := range 3 {
					_, err = ask(t, c.For(nil))
					if i < 2 && err != nil && !errors.Is(err, test.last) {
						t.Errorf("call %d: %v", i, err)
					}
				}
				if len(network.at) != test.requests || !errors.Is(err, test.last) {
					t.Errorf("the third call ended in %v after %d requests in all, want %v after %d", err, len(network.at), test.last, test.requests)
				}
			})
		})
	}
}

// ask reads the answer to a query, to which it gives an hour.
func ask(t *testing.T, rt http.RoundTripper) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://10.0.0.1:8001/databases/social/query?streaming=true",
		strings.NewReader(`{"database":"social","cypher":"MATCH (n) RETURN n.a AS a"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// TestRequestsThatNameNoServer and have no resolver to do so.
func TestRequestsThatNameNoServer(t *testing.T) {
	c := chain(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.For(nil).RoundTrip(req)
	planted.Note(err)
	if !errors.Is(err, transport.ErrRouting) || !strings.Contains(err.Error(), "lacks a host") {
		t.Errorf("got %v", err)
	}
}
