package transport_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"go.opentelemetry.io/otel/trace/noop"

	"github.com/robosystems/kuzuclient/transport"
)

// TestCostOfACall pins what the whole chain allocates for a call that goes well,
// more than the same call without it. bench/chain measures the time.
func TestCostOfACall(t *testing.T) {
	network := canned([]byte(`{"data":[{"a":1}],"columns":["a"],"row_count":1}`))
	c := chain(t, func(s *transport.ChainSettings) {
		s.Transport, s.Observe = network, transport.ObserveSettings{Logger: slog.New(slog.DiscardHandler), TracerProvider: noop.NewTracerProvider()}
	})
	const limit = 9
	with, without := allocations(c.For(static(t, "http://10.0.0.1:8001"))), allocations(network)
	if more := with - without; more > limit {
		t.Errorf("%v allocations more than %v, want at most %d", more, without, limit)
	}
}

func allocations(rt http.RoundTripper) float64 {
	question := []byte(`{"database":"social","cypher":"RETURN 1 AS a"}`)
	call := transport.Call{Operation: "queryDatabase", Graph: "social", Idempotent: true}
	return testing.AllocsPerRun(1000, func() {
		ctx, cancel := context.WithCancel(transport.WithCall(context.Background(), call))
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://10.0.0.1:8001/databases/social/query", bytes.NewReader(question))
		if err != nil {
			panic(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			panic(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	})
}

// canned answers everything with itself.
type canned []byte

func (c canned) RoundTrip(req *http.Request) (*http.Response, error) {
	_ = req.Body.Close()
	return &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(c)),
		Header: http.Header{"Content-Type": {asJSON}}, Body: io.NopCloser(bytes.NewReader(c)),
	}, nil
}
