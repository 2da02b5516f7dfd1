// Command factory measures how a graph's server is found: a lookup of a graph
// that is known, a thousand at once for one that is not, what 100,000 graphs take,
// and how soon a read answers after its instance died and the graph moved. The
// baselines are the limits that the project has set itself.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/transport"
)

const (
	instances = "robosystems-kuzu-test-instance-registry"
	graphs    = "robosystems-kuzu-test-graph-registry"
	graph     = "kg0123456789abcdef"
)

func main() {
	ctx := context.Background()
	rows := []table.Row{
		table.Within("factory: warm lookup", "ns", must(lookup(ctx)), 150),
		table.Within("factory: reads of a table for 1000 cold callers", "requests", must(herd(ctx)), 1),
		table.Within("factory: 100,000 graphs in the process", "MiB", must(memory(ctx)), 64),
		table.Within("factory: read after its instance died", "ms", must(failover(ctx)), 250),
	}
	if err := table.Report(os.Stdout, table.File, rows...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func must(figure float64, err error) float64 {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return figure
}

// registry asks a stand-in for DynamoDB without a network, and counts.
type registry struct {
	*dynamo.Server
	wait func() // before each request, nil for nothing
}

func (r *registry) Do(req *http.Request) (*http.Response, error) {
	if r.wait != nil {
		r.wait()
	}
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, req)
	return answer.Result(), nil
}

func newFactory(ctx context.Context, r *registry) (*factory.Factory, error) {
	cfg := factory.DefaultConfig()
	cfg.Environment, cfg.RedisCache, cfg.Logger = "test", false, slog.New(slog.DiscardHandler)
	cfg.AWS = &aws.Config{Region: "us-east-1", HTTPClient: r, BaseEndpoint: aws.String("http://registry.invalid"),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}
	return factory.New(ctx, cfg)
}

func newRegistry() *registry { return &registry{Server: dynamo.New(dynamo.Registry("test")...)} }

func (r *registry) instance(id, url string) {
	r.Put(instances, dynamo.Item{"instance_id": dynamo.String(id), "endpoint_url": dynamo.String(url), "status": dynamo.String("healthy")})
}

func (r *registry) place(id, instance string) {
	r.Put(graphs, dynamo.Item{"graph_id": dynamo.String(id), "instance_id": dynamo.String(instance), "status": dynamo.String("active")})
}

// lookup is the best of several runs, since a busy machine only ever adds.
func lookup(ctx context.Context) (float64, error) {
	r := newRegistry()
	r.instance("i-1", "http://10.0.0.1:8001")
	r.place(graph, "i-1")
	f, err := newFactory(ctx, r)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	resolver, err := f.Resolver(graph, factory.Read)
	if err != nil {
		return 0, err
	}
	best := 0.0
	for range table.Count(7, 1) {
		result := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				if _, err := resolver.Resolve(ctx, transport.Call{Graph: graph}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		if result.AllocsPerOp() != 0 {
			return 0, fmt.Errorf("a warm lookup allocates %d times", result.AllocsPerOp())
		}
		if ns := float64(result.T.Nanoseconds()) / float64(result.N); best == 0 || ns < best {
			best = ns
		}
	}
	return best, nil
}

func herd(ctx context.Context) (float64, error) {
	const callers = 1000
	r := newRegistry()
	r.instance("i-1", "http://10.0.0.1:8001")
	r.place(graph, "i-1")
	var started, done sync.WaitGroup
	started.Add(callers)
	r.wait = started.Wait
	f, err := newFactory(ctx, r)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var failed atomic.Int32
	for range callers {
		done.Go(func() {
			started.Done()
			if _, err := f.Client(ctx, graph, factory.Read); err != nil {
				failed.Add(1)
			}
		})
	}
	done.Wait()
	if n := failed.Load(); n != 0 {
		return 0, fmt.Errorf("%d of %d callers failed", n, callers)
	}
	return float64(max(r.Requests("GetItem", graphs), r.Requests("GetItem", instances))), nil
}

func memory(ctx context.Context) (float64, error) {
	const count, servers = 100_000, 500
	r := newRegistry()
	for i := range servers {
		r.instance(fmt.Sprintf("i-%08x", i), fmt.Sprintf("http://10.0.%d.%d:8001", i/250, 1+i%250))
	}
	ids := make([]string, count)
	for i := range ids {
		ids[i] = fmt.Sprintf("kg%016x", i)
		r.place(ids[i], fmt.Sprintf("i-%08x", i%servers))
	}
	f, err := newFactory(ctx, r)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	before := heap()
	for i := range ids {
		ids[i] = strings.Clone(ids[i]) // so that the ids count as well
	}
	if err := f.Warm(ctx, ids...); err != nil {
		return 0, err
	}
	clear(ids)
	return float64(heap()-before) / (1 << 20), nil
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// failover is the median of several: from the death of the instance, which the
// registry knows at once, to the answer.
func failover(ctx context.Context) (float64, error) {
	var took []float64
	for range table.Count(9, 1) {
		ms, err := failOnce(ctx)
		if err != nil {
			return 0, err
		}
		took = append(took, ms)
	}
	return table.Median(took), nil
}

func failOnce(ctx context.Context) (float64, error) {
	r := newRegistry()
	r.place(graph, "i-1")
	old, err := serve(ctx)
	if err != nil {
		return 0, err
	}
	defer old.Close()
	next, err := serve(ctx)
	if err != nil {
		return 0, err
	}
	defer next.Close()
	r.instance("i-1", old.URL)
	r.instance("i-2", next.URL)
	f, err := newFactory(ctx, r)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	c, err := f.Client(ctx, graph, factory.Read)
	if err != nil {
		return 0, err
	}
	if _, err := c.Query(ctx, "RETURN 1 AS one", nil); err != nil {
		return 0, err
	}
	old.Close()
	r.place(graph, "i-2")
	began := time.Now()
	_, err = c.Query(ctx, "RETURN 1 AS one", nil)
	return float64(time.Since(began).Microseconds()) / 1e3, err
}

func serve(ctx context.Context) (*httptest.Server, error) {
	engine := mockserver.NewScripted()
	engine.Answer("RETURN 1 AS one", []string{"one"}, []any{int64(1)})
	if err := engine.Create(ctx, graph); err != nil {
		return nil, err
	}
	srv, err := mockserver.New(mockserver.Config{Engine: engine})
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(srv), nil
}
