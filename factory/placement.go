package factory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// GraphSpec says what a new graph is like.
type GraphSpec struct {
	kuzu.DatabaseSpec
	EntityID string // whom it belongs to, "" for nobody
}

// Placement says where a graph was put.
type Placement struct {
	Graph    string
	Instance string // id in the registry; "" in development
	Endpoint string // scheme://host:port
	Tier     string
}

// reservedIDs are graphs that are not for users.
var reservedIDs = []string{"system", "metadata", "config", "kuzu", "default"}

const (
	// placementAttempts bounds how often a creation begins again after it lost a
	// race or an instance refused.
	placementAttempts = 20
	// settleTimeout is what taking back, or finishing, a creation may take after
	// the caller has given up.
	settleTimeout = 15 * time.Second
)

// CreateGraph creates a graph on the least full healthy instance of a tier. It
// registers the graph and counts it on the instance in one transaction, creates
// the database and then marks the graph active. If the database could not be
// created, the registration is taken back; if nobody knows whether it was, the
// server is asked. After a crash in between, or an error that says so, calling it
// again finishes the work. A graph that was deleted may be created again.
//
// A subgraph goes to its parent's instance and into no registry; the tier is then
// not looked at. Errors are [kuzu.ErrConflict] if the graph exists,
// [kuzu.ErrCapacity] if no instance of the tier has room, and
// [kuzu.ErrInvalidRequest] for ids and tiers that there cannot be.
func (f *Factory) CreateGraph(ctx context.Context, graphID, tier string, spec GraphSpec) (Placement, error) {
	g, err := f.placeable(graphID)
	if err != nil {
		return Placement{}, err
	}
	if g.subgraph() || development(f.cfg.Environment) {
		spec.Subgraph = g.subgraph()
		return f.createHere(ctx, g, tier, spec)
	}
	capacity, known := f.cfg.TierCapacity[tier]
	if !known {
		return Placement{}, invalid(graphID, "tier %.100q is unknown; there are %s", tier, strings.Join(slices.Sorted(maps.Keys(f.cfg.TierCapacity)), ", "))
	}
	p := &placer{factory: f, fleet: f.home, graph: g, tier: tier, capacity: capacity, spec: spec, full: map[string]bool{}, bad: map[string]error{}, patience: 3}
	return p.create(ctx)
}

// placeable checks the id of a graph that is to be created or deleted.
func (f *Factory) placeable(id string) (graph, error) {
	if f.closed.Load() {
		return graph{}, errClosed()
	}
	g, err := parseGraph(id, f.shared)
	switch {
	case err != nil:
		return g, err
	case g.shared:
		return g, invalid(id, "%q is a shared repository; it is created and deleted on the shared master by whoever runs it", id)
	case slices.Contains(reservedIDs, strings.ToLower(id)):
		return g, invalid(id, "%q is reserved", id)
	}
	return g, nil
}

// createHere creates a database where its location says already.
func (f *Factory) createHere(ctx context.Context, g graph, tier string, spec GraphSpec) (Placement, error) {
	c, err := f.Client(ctx, g.id, Write)
	if err != nil {
		return Placement{}, err
	}
	p := Placement{Graph: g.id, Tier: tier}
	d := f.Explain(ctx, g.id, Write)
	p.Instance, p.Endpoint = d.Instance, d.Endpoint
	err = c.CreateDatabase(ctx, spec.DatabaseSpec)
	if err != nil && ambiguous(err) {
		if f.exists(ctx, c) == nil {
			return p, nil
		}
	}
	return p, err
}

// placer creates one graph.
type placer struct {
	factory  *Factory
	fleet    *fleet
	graph    graph
	tier     string
	capacity int
	spec     GraphSpec

	full map[string]bool  // instances that turned out to have no room, though the index said so
	bad  map[string]error // instances that did not take the graph
	// patience is how often a registry that fails or throttles may be asked again.
	patience int

	lock string       // marks the record as ours
	old  *graphRecord // what our record replaced, nil for nothing
}

// errAgain says that somebody else was faster, or an instance refused.
var errAgain = errors.New("the registry changed meanwhile")

func (p *placer) create(ctx context.Context) (Placement, error) {
	var last error
	for range placementAttempts {
		i, resumed, err := p.reserve(ctx)
		if errors.Is(err, kuzu.ErrUnavailable) && !errors.Is(err, errAgain) && p.patience > 0 {
			p.patience--
			wait(ctx, time.Duration(rand.Float64()*float64(time.Second)))
			err = fmt.Errorf("%w: %w", errAgain, err)
		}
		if err == nil {
			var place Placement
			if place, err = p.build(ctx, i, resumed); err == nil {
				return place, nil
			}
		}
		if !errors.Is(err, errAgain) {
			return Placement{}, p.complete(err)
		}
		last = err
		if ctx.Err() != nil {
			return Placement{}, p.complete(transport.SendError(ctx, ctx.Err()))
		}
	}
	return Placement{}, p.complete(&transport.Error{Kind: transport.KindUnavailable, Message: "the graph could not be placed; try again", Err: last})
}

// complete names the graph in an error.
func (p *placer) complete(err error) error {
	if e, ok := errors.AsType[*transport.Error](err); ok && e.Graph == "" {
		e.Graph = p.graph.id
	}
	return err
}

// reserve makes the graph's record ours and returns the instance that it names.
// resumed is set if the record was there, left behind by a creation that did not
// finish.
func (p *placer) reserve(ctx context.Context) (i *instanceRecord, resumed bool, err error) {
	registry := p.fleet.registry
	p.lock, p.old = strconv.FormatUint(rand.Uint64(), 36)+strconv.FormatUint(rand.Uint64(), 36), nil
	g, err := registry.graph(ctx, p.graph.id, true)
	if err != nil {
		return nil, false, err
	}
	if g != nil {
		switch g.status {
		case statusDeleted:
			p.old = g
		case statusCreating, statusFailed:
			if i, err = registry.instance(ctx, g.instance, true); err != nil {
				return nil, false, err
			}
			if i != nil && i.status != statusTerminating && i.status != statusTerminated {
				return i, true, p.takeOver(ctx, g)
			}
			p.old = g // its instance is gone, and the count with it
		default:
			return nil, false, transport.Errorf(transport.KindConflict, "graph %s exists on instance %s with status %s", g.id, g.instance, orNone(g.status))
		}
	}
	i, err = p.choose(ctx)
	if err != nil {
		return nil, false, err
	}
	now := time.Now()
	what, err := registry.write(ctx, registry.putGraph(p.record(i, now), p.old), registry.countUp(i.id, p.capacityOf(i), now))
	switch what {
	case written:
		return i, false, nil
	case countRefused:
		p.full[i.id] = true
		return nil, false, errAgain
	case graphRefused:
		return nil, false, errAgain
	}
	// The answer may have been lost: the record tells.
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if g, failed := registry.graph(settle, p.graph.id, true); failed == nil && g != nil && g.lock == p.lock {
		return i, false, nil
	}
	return nil, false, err
}

// takeOver makes an unfinished record ours, unless its owner is faster.
func (p *placer) takeOver(ctx context.Context, g *graphRecord) error {
	registry := p.fleet.registry
	condition, values := "#status = :seen AND allocation_lock = :theirs", item{":seen": text(g.status), ":theirs": text(g.lock)}
	if g.lock == "" {
		condition = "#status = :seen AND attribute_not_exists(allocation_lock)"
		delete(values, ":theirs")
	}
	values[":ours"], values[":creating"] = text(p.lock), text(statusCreating)
	what, err := registry.write(ctx, registry.setGraph(g.id, "SET allocation_lock = :ours, #status = :creating", condition, values), nil)
	switch what {
	case written:
		return nil
	case graphRefused:
		return errAgain
	}
	return err
}

// record is what the registry is to say of the graph.
func (p *placer) record(i *instanceRecord, now time.Time) item {
	kind := "entity"
	if p.spec.DDL != "" || p.spec.Schema == kuzu.SchemaCustom {
		kind = "custom"
	}
	record := item{
		"graph_id": text(p.graph.id), "graph_type": text(kind), "instance_id": text(i.id), "private_ip": text(i.privateIP),
		"availability_zone": text(i.zone), "created_at": text(stamp(now)), "last_accessed": text(stamp(now)),
		"status": text(statusCreating), "database_size_mb": num(0), "allocation_lock": text(p.lock), "entity_id": text(p.spec.EntityID),
	}
	for name := range record {
		if str(record, name) == "" && name != "database_size_mb" {
			delete(record, name) // an index takes no empty key
		}
	}
	return record
}

// choose returns the least full instance of the tier that has room.
func (p *placer) choose(ctx context.Context) (*instanceRecord, error) {
	all, err := p.fleet.registry.healthy(ctx, p.tier)
	if err != nil {
		return nil, err
	}
	if i := p.leastFull(all); i != nil {
		return i, nil
	}
	// The index lags behind the table, which has the last word.
	if all, err = p.fleet.registry.healthyNow(ctx, p.tier); err != nil {
		return nil, err
	}
	p.full = map[string]bool{}
	if i := p.leastFull(all); i != nil {
		return i, nil
	}
	e := transport.Errorf(transport.KindCapacity, "no capacity in tier %s: none of its %d healthy instances has room; add one, then try again", p.tier, len(all))
	e.Err = errors.Join(slices.Collect(maps.Values(p.bad))...)
	return nil, e
}

func (p *placer) leastFull(all []*instanceRecord) *instanceRecord {
	all = slices.DeleteFunc(slices.Clone(all), func(i *instanceRecord) bool {
		return p.full[i.id] || p.bad[i.id] != nil || p.free(i) <= 0 || i.nodeType != nodeWriter && i.nodeType != ""
	})
	if len(all) == 0 {
		return nil
	}
	rand.Shuffle(len(all), func(a, b int) { all[a], all[b] = all[b], all[a] }) // those who come at once spread out
	return slices.MaxFunc(all, func(a, b *instanceRecord) int { return cmp.Compare(p.free(a), p.free(b)) })
}

func (p *placer) free(i *instanceRecord) int { return p.capacityOf(i) - max(i.databases, 0) }

func (p *placer) capacityOf(i *instanceRecord) int {
	if i.maxDatabases >= 0 {
		return i.maxDatabases
	}
	return p.capacity
}
