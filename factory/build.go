package factory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// build creates the database of a graph that is registered, and marks the graph
// active; or it takes the registration back.
func (p *placer) build(ctx context.Context, i *instanceRecord, resumed bool) (Placement, error) {
	u, _, err := addressOf(i.endpointURL, i.privateIP, p.factory.cfg.AllowPublicAddresses)
	if err != nil {
		return Placement{}, p.elsewhere(ctx, i, err)
	}
	ep := p.fleet.endpoints.get(u)
	c, err := p.factory.client(&resolver{factory: p.factory, fleet: p.fleet, graph: p.graph, op: Write, pinned: ep}, ep.url, &clientSettings{})
	if err != nil {
		return Placement{}, p.undo(ctx, i, err)
	}
	err = c.CreateDatabase(ctx, p.spec.DatabaseSpec)
	switch {
	case err == nil, resumed && errors.Is(err, kuzu.ErrConflict):
	case errors.Is(err, kuzu.ErrConflict):
		return Placement{}, p.undo(ctx, i, fmt.Errorf("instance %s has a database of this name, which the registry did not know: %w", i.id, err))
	case errors.Is(err, kuzu.ErrExecution):
		// The database is there and its schema is not. Nothing must be left behind.
		settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
		defer cancel()
		if dropped := c.DeleteDatabase(settle); dropped != nil && !errors.Is(dropped, kuzu.ErrNotFound) {
			return Placement{}, unfinished(p.graph.id, i.id, errors.Join(err, dropped))
		}
		return Placement{}, p.undo(ctx, i, err)
	case ambiguous(err):
		there := p.factory.exists(ctx, c)
		switch {
		case there == nil:
		case errors.Is(there, kuzu.ErrNotFound), refused(err):
			return Placement{}, p.elsewhere(ctx, i, err)
		default:
			return Placement{}, unfinished(p.graph.id, i.id, err)
		}
	case errors.Is(err, kuzu.ErrCapacity):
		return Placement{}, p.elsewhere(ctx, i, err)
	default:
		return Placement{}, p.undo(ctx, i, err)
	}
	if err := p.activate(ctx, i); err != nil {
		return Placement{}, err
	}
	return Placement{Graph: p.graph.id, Instance: i.id, Endpoint: ep.url.String(), Tier: p.tier}, nil
}

// activate marks the graph active, whoever's the record is by now.
func (p *placer) activate(ctx context.Context, i *instanceRecord) error {
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	registry := p.fleet.registry
	what, err := registry.write(settle, registry.setGraph(p.graph.id, "SET #status = :active", "#status = :creating AND instance_id = :instance",
		item{":active": text(statusActive), ":creating": text(statusCreating), ":instance": text(i.id)}), nil)
	p.fleet.forget(p.graph.id)
	if what == written {
		return nil
	}
	if g, failed := registry.graph(settle, p.graph.id, true); failed == nil && g != nil {
		if g.status == statusActive && g.instance == i.id {
			return nil
		}
		if g.status != statusCreating {
			return transport.Errorf(transport.KindConflict, "graph %s was created and is %s by now; somebody else changed it", g.id, g.status)
		}
	}
	return unfinished(p.graph.id, i.id, err)
}

// undo takes the registration back because of an error, which it returns. What is
// no longer ours is left alone.
func (p *placer) undo(ctx context.Context, i *instanceRecord, because error) error {
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	registry := p.fleet.registry
	graph := registry.undoGraph(p.graph.id, p.lock, p.old)
	what, err := registry.write(settle, graph, registry.countDown(i.id, time.Now()))
	if what == countRefused { // the instance is gone, or counts nothing
		what, err = registry.write(settle, graph, nil)
	}
	p.fleet.forget(p.graph.id)
	if what == writeFailed {
		return unfinished(p.graph.id, i.id, errors.Join(because, err))
	}
	return because
}

// elsewhere takes the registration back so that another instance can be tried.
func (p *placer) elsewhere(ctx context.Context, i *instanceRecord, err error) error {
	p.bad[i.id] = fmt.Errorf("instance %s: %w", i.id, err)
	return p.undo(ctx, i, fmt.Errorf("%w: %w", errAgain, p.bad[i.id]))
}

// exists asks a server whether it has the client's graph, even if the caller has
// given up.
func (f *Factory) exists(ctx context.Context, c *kuzu.Client) error {
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	_, err := c.Database(settle)
	return err
}

// ambiguous reports whether a server may have done what failed.
func ambiguous(err error) bool {
	for _, kind := range []error{kuzu.ErrTimeout, kuzu.ErrUnavailable, kuzu.ErrServer, kuzu.ErrCanceled, kuzu.ErrProtocol} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// refused reports whether a server provably was not asked.
func refused(err error) bool { return errors.Is(err, kuzu.ErrCircuitOpen) || isRefusedConnection(err) }

func unfinished(graph, instance string, err error) error {
	e := transport.Errorf(transport.KindUnavailable, "graph %s is registered on instance %s, and nobody knows whether it is there; CreateGraph with the same id finishes or undoes it", graph, instance)
	e.Graph, e.Err = graph, err
	return e
}
