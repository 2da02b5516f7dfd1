package factory

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

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
