// Chain measures what the whole chain of package transport adds to a call:
// without a network, against bare net/http and against failsafe-go's retry and
// breaker, and on loopback.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/failsafehttp"

	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/transport"
)

const (
	rounds        = 21
	memoryCalls   = 5000 // a round, without a network
	loopbackCalls = 400  // a round
	callers       = 100  // at once, for the tail
)

var (
	question = []byte(`{"database":"social","cypher":"MATCH (n) RETURN n.a AS a"}`)
	answer   = []byte(`{"data":[{"a":1}],"columns":["a"],"execution_time_ms":0.5,"row_count":1,"database":"social"}`)
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	const nowhere = "http://127.0.0.1:8001"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
	defer server.Close()
	memory, err := chainOver(canned{}, nowhere)
	if err != nil {
		return err
	}
	pool := func() *http.Transport { p := transport.NewBase(); p.ForceAttemptHTTP2 = false; return p }
	loopback, err := chainOver(pool(), server.URL)
	if err != nil {
		return err
	}
	one := side{rt: canned{}, url: nowhere, calls: memoryCalls}
	near := side{rt: pool(), url: server.URL, calls: loopbackCalls, headers: sameOnTheWire}

	var rows []table.Row
	pair := func(name string, ours, baseline side, target table.Target) error {
		a, b, ratio, err := table.Paired(rounds, ours.median, baseline.median)
		rows = append(rows, table.Row{Name: name, Unit: "ns", Ours: a, Baseline: b, Ratio: ratio, Target: target})
		return err
	}
	chained := side{rt: memory, url: nowhere, calls: memoryCalls}
	if err := pair("chain: bare against bare, without network", one, one, table.Target{}); err != nil {
		return err
	}
	if err := pair("chain: against failsafe-go, without network", chained, side{rt: peerOver(canned{}), url: nowhere, calls: memoryCalls}, table.AtMost(1)); err != nil {
		return err
	}
	if err := pair("chain: against bare, without network", chained, one, table.Target{}); err != nil {
		return err
	}
	more := rows[len(rows)-1]
	more.Name, more.Ratio, more.Target = "chain: ns more than bare, in place of a ratio", more.Ours-more.Baseline, table.AtMost(900)
	rows = append(rows, more)
	ours, err := chained.allocations()
	if err != nil {
		return err
	}
	bare, err := one.allocations()
	if err != nil {
		return err
	}
	rows = append(rows, table.Row{
		Name: "chain: allocations more than bare, in place of a ratio", Unit: "allocs", Ours: ours, Baseline: bare, Ratio: ours - bare, Target: table.AtMost(20),
	})
	far := side{rt: loopback, url: server.URL, calls: loopbackCalls}
	if err := pair("chain: against bare, on loopback, client and server on all processors", far, near, table.Target{}); err != nil {
		return err
	}
	if err := oneProcessor(func() error {
		return errors.Join(
			pair("chain: bare against bare, on loopback", near, near, table.Target{}),
			pair("chain: failsafe-go against bare, on loopback", side{rt: peerOver(pool()), url: server.URL, calls: loopbackCalls, headers: sameOnTheWire}, near, table.Target{}),
			pair("chain: against bare, on loopback", far, near, table.AtMost(1.06)))
	}); err != nil {
		return err
	}
	a, b, ratio, err := table.Paired(3, far.tail, near.tail)
	if err != nil {
		return err
	}
	rows = append(rows, table.Row{Name: fmt.Sprintf("chain: p99 at %d callers, on loopback", callers), Unit: "ns", Ours: a, Baseline: b, Ratio: ratio})
	return table.Report(os.Stdout, table.File, rows...)
}

// oneProcessor has client and server take turns on one processor. On several, a
// call takes either 45 or 140 us, by whether the scheduler wakes another thread
// for the next of the four goroutines that take part; 5 us of mere waiting
// before a bare call then raise the median of many by a third.
func oneProcessor(measure func() error) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	return measure()
}

// sameOnTheWire are the headers that the chain adds: what they cost net/http and
// the server is no cost of the chain.
var sameOnTheWire = http.Header{
	"X-Kuzu-Api-Key": {"kuzu_bench_0123456789"}, "X-Request-Id": {"0123456789abcdef"}, "User-Agent": {"kuzuclient-go/devel"},
}

// canned answers without a network.
type canned struct{}

func (canned) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	_ = req.Body.Close()
	return &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(answer)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(answer)),
	}, nil
}

// chainOver is the whole chain with its default settings and a key, and without
// a provider of spans and metrics.
func chainOver(rt http.RoundTripper, url string) (http.RoundTripper, error) {
	settings := transport.DefaultChainSettings(operations.Table())
	settings.Transport, settings.Keys = rt, transport.StaticKey("kuzu_bench_0123456789")
	chain, err := transport.NewChain(settings)
	if err != nil {
		return nil, err
	}
	resolver, err := transport.NewStatic(url)
	if err != nil {
		return nil, err
	}
	return chain.For(resolver), nil
}

// peerOver is failsafe-go's retry around its breaker.
func peerOver(rt http.RoundTripper) http.RoundTripper {
	failed := func(resp *http.Response, err error) bool { return err != nil || resp.StatusCode >= 500 }
	retry := failsafehttp.NewRetryPolicyBuilder().WithMaxRetries(3).WithBackoffFactor(time.Second, time.Minute, 2).WithJitterFactor(0.1).Build() //nolint:bodyclose // nothing here holds a body
	breaker := circuitbreaker.NewBuilder[*http.Response]().HandleIf(failed).WithFailureThreshold(5).WithDelay(time.Minute).Build()               //nolint:bodyclose // nothing here holds a body
	return failsafehttp.NewRoundTripper(rt, retry, breaker)
}

// side is one way of making calls.
type side struct {
	rt      http.RoundTripper
	url     string
	calls   int         // a round
	headers http.Header // that the caller sends besides
}

// ask makes one call, whose request names its operation as the client's do.
func (s side) ask() error {
	ctx, cancel := context.WithCancel(transport.WithCall(context.Background(), transport.Call{Operation: "queryDatabase", Graph: "social", Idempotent: true}))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/databases/social/query", bytes.NewReader(question))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	maps.Copy(req.Header, s.headers)
	resp, err := (&http.Client{Transport: s.rt}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// median is the time of a call in the middle of a round, in ns.
func (s side) median() (float64, error) {
	times := make([]float64, s.calls)
	for i := range times {
		begun := time.Now()
		if err := s.ask(); err != nil {
			return 0, err
		}
		times[i] = float64(time.Since(begun))
	}
	return table.Median(times), nil
}

// allocations is how many a call makes.
func (s side) allocations() (float64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range s.calls {
		if err := s.ask(); err != nil {
			return 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(s.calls), nil
}

// tail is the time, in ns, that 99 of 100 calls stay below when many are made at
// once.
func (s side) tail() (float64, error) {
	times := make([]time.Duration, callers*50)
	errs := make([]error, callers)
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for i := range 50 {
				begun := time.Now()
				if err := s.ask(); err != nil {
					errs[caller] = err
					return
				}
				times[caller*50+i] = time.Since(begun)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	slices.Sort(times)
	return float64(times[len(times)*99/100]), nil
}
