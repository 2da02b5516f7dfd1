package fleet

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// capacities are how many databases an instance of a tier holds.
var capacities = map[string]int{"standard": 10, "enterprise": 1, "premium": 1, "shared": 10}

// register puts an instance into the registry, with the attributes that a
// deployed one writes at boot and the monitor an hour later.
func (f *Fleet) register(i *Instance) {
	now := time.Now().UTC().Format(time.RFC3339)
	item := dynamo.Item{
		"instance_id": dynamo.String(i.ID), "status": dynamo.String("healthy"), "node_type": dynamo.String(string(i.NodeType)),
		"cluster_tier": dynamo.String(i.Tier), "private_ip": dynamo.String("127.0.0.1"), "endpoint_url": dynamo.String(i.URL),
		"availability_zone": dynamo.String("us-east-1a"), "region": dynamo.String("us-east-1"),
		"database_count": dynamo.Number(0), "max_databases": dynamo.Number(capacities[i.Tier]),
		"created_at": dynamo.String(now), "last_health_check": dynamo.String(now),
	}
	if i.NodeType != server.NodeTypeWriter {
		item["repository_type"] = dynamo.String("shared")
	}
	f.registry.Put(f.instanceTable, item)
}

// Registry is what stands in for DynamoDB, for tests that read or write its
// tables themselves; [Fleet.Tables] has their names.
func (f *Fleet) Registry() *dynamo.Server { return f.registry }

// Tables names the tables of the registry.
func (f *Fleet) Tables() (instances, graphs string) { return f.instanceTable, f.graphTable }

// SetStatus changes an instance's status in the registry to one of initializing,
// healthy, unhealthy, terminating and terminated.
func (f *Fleet) SetStatus(instance, status string) error {
	item := f.registry.Get(f.instanceTable, instance)
	if item == nil {
		return fmt.Errorf("fleet: instance %s is not in the registry", instance)
	}
	item["status"] = dynamo.String(status)
	f.registry.Put(f.instanceTable, item)
	return nil
}

// Place makes an empty database on an instance and registers it as an active
// graph, as if it had been there for long. Shared repositories go to the shared
// master, whatever instance says.
func (f *Fleet) Place(ctx context.Context, graph, instance string) error {
	i := f.Instance(instance)
	if i == nil {
		return fmt.Errorf("fleet: there is no instance %q", instance)
	}
	if err := i.Engine.Create(ctx, graph); err != nil {
		return fmt.Errorf("fleet: %s on %s: %w", graph, instance, err)
	}
	now := dynamo.String(time.Now().UTC().Format(time.RFC3339))
	f.registry.Put(f.graphTable, dynamo.Item{
		"graph_id": dynamo.String(graph), "entity_id": dynamo.String("entity_" + graph), "graph_type": dynamo.String("entity"),
		"instance_id": dynamo.String(i.ID), "private_ip": dynamo.String("127.0.0.1"), "availability_zone": dynamo.String("us-east-1a"),
		"created_at": now, "last_accessed": now, "status": dynamo.String("active"), "database_size_mb": dynamo.Number(0),
	})
	f.count(i.ID, 1)
	return nil
}

// Move brings a graph and its data to another instance and tells the registry. It
// does not ask the instance that had it, which may be killed.
func (f *Fleet) Move(ctx context.Context, graph, to string) error {
	item := f.registry.Get(f.graphTable, graph)
	if item == nil {
		return fmt.Errorf("fleet: graph %s is not in the registry", graph)
	}
	from, target := f.Instance(item["instance_id"].Text()), f.Instance(to)
	if from == nil || target == nil {
		return fmt.Errorf("fleet: graph %s cannot move from %q to %q: there is no such instance", graph, item["instance_id"].Text(), to)
	}
	if from == target {
		return nil
	}
	if err := copyDatabase(ctx, graph, from.Engine, target.Engine); err != nil {
		return fmt.Errorf("fleet: moving %s: %w", graph, err)
	}
	item["instance_id"] = dynamo.String(to)
	f.registry.Put(f.graphTable, item)
	f.count(from.ID, -1)
	f.count(to, 1)
	if err := from.Engine.Drop(ctx, graph); err != nil && !errors.Is(err, mockserver.ErrDatabaseNotFound) {
		return fmt.Errorf("fleet: moving %s: %w", graph, err)
	}
	return nil
}

// count changes how many databases the registry counts on an instance.
func (f *Fleet) count(instance string, by int) {
	item := f.registry.Get(f.instanceTable, instance)
	n, _ := strconv.Atoi(item["database_count"].Text()) // written by us or by the operations that we know
	item["database_count"] = dynamo.Number(n + by)
	f.registry.Put(f.instanceTable, item)
}

// ThrottleRegistry makes the registry refuse every request as too many.
func (f *Fleet) ThrottleRegistry() {
	f.gate.set(outage{status: http.StatusBadRequest, kind: "ProvisionedThroughputExceededException"})
}

// FailRegistry makes the registry answer every request with an internal error.
func (f *Fleet) FailRegistry() {
	f.gate.set(outage{status: http.StatusInternalServerError, kind: "InternalServerError"})
}

// SlowRegistry makes the registry wait before every answer.
func (f *Fleet) SlowRegistry(by time.Duration) { f.gate.set(outage{delay: by}) }

// RestoreRegistry makes the registry work again, unless it was stopped.
func (f *Fleet) RestoreRegistry() { f.gate.set(outage{}) }

// StopRegistry makes the registry refuse connections.
func (f *Fleet) StopRegistry() { f.tables.stop() }

// StartRegistry ends what StopRegistry did. It fails if another program has taken
// the address meanwhile.
func (f *Fleet) StartRegistry(ctx context.Context) error { return f.tables.start(ctx) }

// AgeRegistry moves all times in the registry into the past, or with a negative
// duration into the future, as clocks do that are wrong.
func (f *Fleet) AgeRegistry(by time.Duration) {
	for table, attributes := range map[string][]string{
		f.instanceTable: {"created_at", "last_health_check"}, f.graphTable: {"created_at", "last_accessed"},
	} {
		f.registry.Change(table, func(item dynamo.Item) {
			for _, name := range attributes {
				if t, err := time.Parse(time.RFC3339, item[name].Text()); err == nil {
					item[name] = dynamo.String(t.Add(-by).Format(time.RFC3339))
				}
			}
		})
	}
}

// outage is what a request to the registry meets.
type outage struct {
	delay  time.Duration
	status int // 0: it is answered
	kind   string
	over   chan struct{} // closed when it is
}

// gate stands before the registry.
type gate struct {
	next http.Handler
	mu   sync.Mutex
	now  outage
}

func (g *gate) set(o outage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now.over != nil {
		close(g.now.over)
	}
	o.over = make(chan struct{})
	g.now = o
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	o := g.now
	g.mu.Unlock()
	if o.delay > 0 {
		timer := time.NewTimer(o.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-o.over:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	if o.status == 0 {
		g.next.ServeHTTP(w, r)
		return
	}
	answer := `{"__type":"com.amazonaws.dynamodb.v20120810#` + o.kind + `","message":"the fleet's registry is away"}`
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(answer))), 10))
	w.WriteHeader(o.status)
	_, _ = io.WriteString(w, answer)
}
