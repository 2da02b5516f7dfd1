package factory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
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
	Graph    string // id of the graph
	Instance string // id in the registry; "" in development
	Endpoint string // scheme://host:port
	Tier     string // as it was asked for
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
