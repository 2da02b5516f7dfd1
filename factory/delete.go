package factory

import (
	"context"
	"errors"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// DeleteGraph deletes a graph's database and data, and then marks it deleted in
// the registry and takes it off its instance's count, in one transaction. After a
// crash in between, calling it again finishes the work; a graph that is deleted
// already is no error. An unknown graph is [kuzu.ErrRouting]; a server that cannot
// be reached leaves everything as it is.
func (f *Factory) DeleteGraph(ctx context.Context, graphID string) error {
	g, err := f.placeable(graphID)
	if err != nil {
		return err
	}
	if g.subgraph() || development(f.cfg.Environment) {
		c, err := f.Client(ctx, g.id, Write)
		if err != nil {
			return err
		}
		return gone(c.DeleteDatabase(ctx))
	}
	in := f.home
	record, err := in.registry.graph(ctx, g.id, true)
	switch {
	case err != nil:
		return err
	case record == nil:
		e := transport.Errorf(transport.KindRouting, "graph %s is not in the registry %s; there is nothing to delete", g.id, in.registry.graphs)
		e.Graph = g.id
		return e
	case record.status == statusDeleted:
		return nil
	}
	i, err := in.registry.instance(ctx, record.instance, true)
	if err != nil {
		return err
	}
	if i != nil {
		u, _, err := addressOf(i.endpointURL, i.privateIP, f.cfg.AllowPublicAddresses)
		if err != nil {
			return transport.Errorf(transport.KindRouting, "the record of instance %s in %s has no address to use: %v", i.id, in.registry.instances, err)
		}
		ep := in.endpoints.get(u)
		c, err := f.client(&resolver{factory: f, fleet: in, graph: g, op: Write, pinned: ep}, ep.url, &clientSettings{})
		if err != nil {
			return err
		}
		if err := gone(c.DeleteDatabase(ctx)); err != nil {
			return err
		}
	} // else the instance is gone, and the database with it
	return f.unregister(ctx, g.id, record.instance)
}

// unregister marks a graph deleted.
func (f *Factory) unregister(ctx context.Context, id, instance string) error {
	in := f.home
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	now := time.Now()
	mark := in.registry.setGraph(id, "SET #status = :deleted, deleted_at = :now", "#status <> :deleted AND instance_id = :instance",
		item{":deleted": text(statusDeleted), ":now": text(stamp(now)), ":instance": text(instance)})
	what, err := in.registry.write(settle, mark, in.registry.countDown(instance, now))
	if what == countRefused { // the instance is gone, or counts nothing
		what, err = in.registry.write(settle, mark, nil)
	}
	in.forget(id)
	switch what {
	case written:
		return nil
	case graphRefused, writeFailed:
		// Another call may have been faster, or our own answer lost.
		if g, failed := in.registry.graph(settle, id, true); failed == nil && (g == nil || g.status == statusDeleted) {
			return nil
		}
	}
	if what == graphRefused {
		return transport.Errorf(transport.KindConflict, "graph %s was moved to another instance while it was deleted; delete it again", id)
	}
	return err
}

// gone takes a database that is not there for one that was deleted.
func gone(err error) error {
	if errors.Is(err, kuzu.ErrNotFound) {
		return nil
	}
	return err
}
