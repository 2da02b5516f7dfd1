package chaos_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/transport"
)

// plantedBug is a bug, in a chain of the test's own that asks the factory for the way.
type plantedBug struct {
	settings func(*transport.ChainSettings)               // nil for those of the factory
	around   func(http.RoundTripper) http.RoundTripper    // nil for nothing
	resolver func(transport.Resolver) transport.Resolver  // nil for the factory's
	beneath  func(pool *http.Transport) http.RoundTripper // nil for nothing
}

// TestPlantedBugs has the checker find a bug in each of retry, breaker, deadline,
// stream end and cache invalidation; and nothing where there is none.
func TestPlantedBugs(t *testing.T) {
	everywhere := func(as fleet.Wire) func(w *world, target, detail int) (string, func()) {
		return func(w *world, _, _ int) (string, func()) {
			var ends []func()
			for n := range w.instances() {
				_, end := spoil(as)(w, n, n)
				ends = append(ends, end)
			}
			return "", func() {
				for _, end := range ends {
					end()
				}
			}
		}
	}
	allWriters := func(do func(*fleet.Instance)) func(w *world, target, detail int) (string, func()) {
		return func(w *world, _, _ int) (string, func()) {
			for n := range w.fleet.Writers("standard") {
				do(w.standard(n))
			}
			return "", func() {
				for n := range w.fleet.Writers("standard") {
					w.restart(w.standard(n))
				}
			}
		}
	}
	for name, row := range map[string]struct {
		begin func(w *world, target, detail int) (string, func())
		lasts time.Duration
		bug   plantedBug
		found rule
	}{
		"a write is repeated after it was sent": {
			begin: everywhere(fleet.Wire{Kind: fleet.WireReset, Share: 0.3}), lasts: time.Second,
			bug: plantedBug{around: func(next http.RoundTripper) http.RoundTripper { return repeater{next} }}, found: twice,
		},
		"a breaker never closes again": {
			begin: allWriters((*fleet.Instance).Kill), lasts: 500 * time.Millisecond,
			bug:   plantedBug{settings: func(s *transport.ChainSettings) { s.Breaker.OpenTimeout = time.Hour }},
			found: unexplained,
		},
		"nothing ends the wait for a server that is silent": {
			begin: allWriters((*fleet.Instance).Freeze), lasts: 6 * time.Second,
			bug: plantedBug{
				settings: func(s *transport.ChainSettings) { s.Timeout, s.Breaker, s.Busy = 0, nil, nil },
				around:   func(next http.RoundTripper) http.RoundTripper { return patient{next} },
			},
			found: late,
		},
		"a stream that broke off is taken for complete": {
			begin: everywhere(fleet.Wire{Kind: fleet.WireTruncate, Share: 0.3}), lasts: time.Second,
			bug: plantedBug{beneath: func(pool *http.Transport) http.RoundTripper { return forger{pool} }}, found: cut,
		},
		"a location is kept for ever": {
			begin: func(w *world, _, _ int) (string, func()) {
				for n := range 4 {
					w.move(w.graphs[n], n)
				}
				return "", func() {}
			},
			lasts: 100 * time.Millisecond,
			bug:   plantedBug{resolver: func(r transport.Resolver) transport.Resolver { return &stubborn{Resolver: r} }},
			found: unexplained,
		},
	} {
		for _, isPlanted := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s: %v", name, isPlanted), func(t *testing.T) {
				t.Parallel()
				var makers func(*world, *service) maker
				if isPlanted {
					makers = func(w *world, s *service) maker { return row.bug.maker(w, s) }
				}
				w := newWorld(t, 1, makers)
				const soon = 2500 * time.Millisecond
				within := 500*time.Millisecond + row.lasts
				h := w.run(round{
					seed: 1, within: within, grace: soon, calm: time.Second,
					plan: []planned{{fault: &fault{name: name, begin: row.begin}, at: 500 * time.Millisecond, lasts: row.lasts}},
				}, 0)
				violations := check(h, soon)
				if !isPlanted {
					for _, v := range violations {
						t.Error(h.explain(v, soon))
					}
					return
				}
				if !slices.ContainsFunc(violations, func(v violation) bool { return v.rule == row.found }) {
					t.Errorf("not found in %s", summary(0, 1, h))
					for _, v := range violations {
						t.Log(h.explain(v, soon))
					}
				}
			})
		}
	}
}

// maker makes clients over a chain that has the bug.
func (b plantedBug) maker(w *world, s *service) maker {
	w.t.Helper()
	cfg := s.config()
	settings := transport.DefaultChainSettings(operations.Table())
	settings.Timeout, settings.Keys, settings.Observe.Logger = cfg.Timeout, cfg.Keys, cfg.Logger
	settings.Retry.Delay, settings.Breaker.OpenTimeout, settings.Busy.OpenTimeout = cfg.RetryDelay, cfg.BreakerTimeout, cfg.BreakerTimeout
	settings.Base.TLS.Config = cfg.TLS
	if b.settings != nil {
		b.settings(&settings)
	}
	if b.beneath != nil {
		pool := transport.NewBase()
		pool.TLSClientConfig = cfg.TLS
		w.t.Cleanup(pool.CloseIdleConnections)
		settings.Transport = b.beneath(pool)
	}
	chain, err := transport.NewChain(settings)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = chain.Close() })
	var mu sync.Mutex
	resolvers := make(map[string]transport.Resolver)
	return func(_ context.Context, graph string, op factory.Op, options ...factory.ClientOption) (*kuzu.Client, error) {
		mu.Lock()
		defer mu.Unlock()
		key := fmt.Sprint(graph, op, len(options))
		if resolvers[key] == nil {
			r, err := s.factory.Load().Resolver(graph, op, options...)
			if err != nil {
				return nil, err
			}
			if b.resolver != nil {
				r = b.resolver(r)
			}
			resolvers[key] = r
		}
		rt := chain.For(resolvers[key])
		if b.around != nil {
			rt = b.around(rt)
		}
		return kuzu.New("http://any.invalid", kuzu.WithGraph(graph), kuzu.WithTransport(rt))
	}
}

// repeater sends again whatever failed.
type repeater struct{ next http.RoundTripper }

func (r repeater) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.next.RoundTrip(req)
	if err == nil || req.GetBody == nil {
		return resp, err
	}
	again := req.Clone(req.Context())
	if again.Body, err = req.GetBody(); err != nil {
		return nil, err
	}
	return r.next.RoundTrip(again)
}

// patient forgets the caller's deadline.
type patient struct{ next http.RoundTripper }

func (p patient) RoundTrip(req *http.Request) (*http.Response, error) {
	return p.next.RoundTrip(req.WithContext(context.WithoutCancel(req.Context())))
}

// stubborn keeps to the endpoint that it heard of first.
type stubborn struct {
	transport.Resolver
	mu    sync.Mutex
	known *transport.Endpoint
}

func (s *stubborn) Resolve(ctx context.Context, call transport.Call, tried []transport.Endpoint) (transport.Endpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known != nil {
		return *s.known, nil
	}
	endpoint, err := s.Resolver.Resolve(ctx, call, tried)
	if err == nil {
		s.known = &endpoint
	}
	return endpoint, err
}

func (s *stubborn) Report(transport.Call, transport.Endpoint, transport.Outcome, time.Duration) {}

// forger ends every stream as a complete one ends.
type forger struct{ next *http.Transport }

func (f forger) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := f.next.RoundTrip(req)
	if err == nil && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/x-ndjson") {
		columns := `"id"`
		if body, err := req.GetBody(); err == nil {
			if text, _ := io.ReadAll(body); bytes.Contains(text, []byte("square")) {
				columns = `"i", "square"`
			}
		}
		resp.Body = &forged{body: resp.Body, lines: bufio.NewReader(resp.Body), columns: columns, head: make(map[string]any)}
	}
	return resp, err
}

type forged struct {
	body    io.ReadCloser
	lines   *bufio.Reader
	columns string         // of the answer
	head    map[string]any // the last whole line
	ready   bytes.Buffer
	over    bool
}

func (f *forged) Read(p []byte) (int, error) {
	for f.ready.Len() == 0 {
		if f.over {
			return 0, io.EOF
		}
		line, err := f.lines.ReadBytes('\n')
		if err == nil {
			f.ready.Write(line)
			_ = json.Unmarshal(line, &f.head)
			continue
		}
		f.over = true
		if f.head["is_last_chunk"] == true {
			continue
		}
		index, begun := f.head["chunk_index"].(float64)
		if begun {
			index++
			f.columns = ""
		}
		sent, _ := f.head["total_rows_sent"].(float64)
		fmt.Fprintf(&f.ready, `{"chunk_index": %v, "data": [], "columns": [%s], "is_last_chunk": true, "row_count": 0, "total_rows_sent": %v, "execution_time_ms": 1, "database": "any"}`+"\n",
			index, f.columns, sent)
	}
	return f.ready.Read(p)
}

func (f *forged) Close() error { return f.body.Close() }
