package factory_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

const (
	instances = "robosystems-kuzu-test-instance-registry"
	graphs    = "robosystems-kuzu-test-graph-registry"
	parent    = "kg0123456789abcdef"
)

// world is a fleet on loopback, in the environment test.
type world struct {
	t     testing.TB
	db    database
	redis cache
	spy   *spy
	cfg   factory.Config
	log   *logBuffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, log: new(logBuffer), cfg: factory.DefaultConfig()}
	w.cfg.Environment, w.cfg.APIKey = "test", planted.Key
	w.redis = newCache(t, &w.cfg)
	w.useTables(dynamo.Registry("test"))
	w.cfg.RetryDelay = 0
	w.cfg.Logger = slog.New(slog.NewTextHandler(io.MultiWriter(w.log, planted.Stream("log")), &slog.HandlerOptions{Level: slog.LevelDebug}))
	return w
}

// useTables gives the world a new registry.
func (w *world) useTables(tables []dynamo.Table) {
	var url string
	w.db, url = newDatabase(w.t, tables, &w.cfg)
	w.spy = &spy{next: http.DefaultClient, counts: map[string]int{}}
	w.cfg.AWS = awsFor(url)
	w.cfg.AWS.HTTPClient = w.spy
}

func awsFor(url string) *aws.Config {
	return &aws.Config{Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}
}

// factory makes a factory after its settings were changed.
func (w *world) factory(change ...func(*factory.Config)) *factory.Factory {
	w.t.Helper()
	cfg := w.cfg
	for _, c := range change {
		c(&cfg)
	}
	planted.Note(cfg)
	f, err := factory.New(w.t.Context(), cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { f.Close() })
	return f
}

// node is one server.
type node struct {
	*httptest.Server
	id     string
	engine *mockserver.Scripted
	mu     sync.Mutex
	seen   []*http.Request
	before func(backend http.Handler, w http.ResponseWriter, r *http.Request) (answered bool) // nil for none
}

// start starts a server that is in no registry. Each has the graphs given.
func (w *world) start(id string, nodeType server.NodeType, graphs ...string) *node {
	w.t.Helper()
	n := &node{id: id, engine: mockserver.NewScripted()}
	for _, g := range graphs {
		if err := n.engine.Create(w.t.Context(), g); err != nil {
			w.t.Fatal(err)
		}
	}
	n.engine.Answer("RETURN 1 AS one", []string{"one"}, []any{int64(1)})
	srv, err := mockserver.New(mockserver.Config{Engine: n.engine, NodeType: nodeType, APIKey: string(w.cfg.APIKey)})
	if err != nil {
		w.t.Fatal(err)
	}
	n.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		n.seen = append(n.seen, r.Clone(context.WithoutCancel(r.Context())))
		n.mu.Unlock()
		if n.before == nil || !n.before(srv, rw, r) {
			srv.ServeHTTP(rw, r)
		}
	}))
	w.t.Cleanup(func() { n.Close(); srv.Close() })
	return n
}

// requests counts those whose path contains part.
func (n *node) requests(part string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for _, r := range n.seen {
		if strings.Contains(r.URL.Path, part) {
			count++
		}
	}
	return count
}

// register puts an instance into the registry. Further attributes come in pairs
// of name and value; an empty value removes one.
func (w *world) register(id, url, tier, nodeType string, more ...string) {
	item := dynamo.Item{
		"instance_id": dynamo.String(id), "status": dynamo.String("healthy"), "cluster_tier": dynamo.String(tier),
		"node_type": dynamo.String(nodeType), "private_ip": dynamo.String("127.0.0.1"), "endpoint_url": dynamo.String(url),
		"database_count": dynamo.Number(0), "max_databases": dynamo.Number(10),
	}
	w.db.Put(instances, with(item, more))
}

// place puts a graph into the registry.
func (w *world) place(graph, instance string, more ...string) {
	item := dynamo.Item{
		"graph_id": dynamo.String(graph), "instance_id": dynamo.String(instance), "status": dynamo.String("active"),
		"private_ip": dynamo.String("10.9.9.9"), // of an instance before this one
	}
	w.db.Put(graphs, with(item, more))
}

func with(item dynamo.Item, more []string) dynamo.Item {
	for i := 0; i < len(more); i += 2 {
		item[more[i]] = dynamo.String(more[i+1])
		if more[i+1] == "" {
			delete(item, more[i])
		}
	}
	return item
}

// writer starts and registers an instance of a tier that has graphs.
func (w *world) writer(id, tier string, graphs ...string) *node {
	n := w.start(id, server.NodeTypeWriter, graphs...)
	w.register(id, n.URL, tier, "writer")
	for _, g := range graphs {
		w.place(g, id)
	}
	return n
}

// logBuffer keeps what was logged.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// epoch is the time as Python's time.time() gives it.
func epoch() string { return strconv.FormatFloat(float64(time.Now().UnixMilli())/1e3, 'f', 3, 64) }

func itoa(n int) string { return strconv.Itoa(n) }

// eventually waits for what happens in the background.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for ctx := t.Context(); !holds(); {
		select {
		case <-ctx.Done():
			t.Fatal("it never happens")
		case <-time.After(10 * time.Millisecond):
		}
		if deadline, ok := t.Deadline(); ok && time.Until(deadline) < time.Second {
			t.Fatal("it never happens")
		}
	}
}
