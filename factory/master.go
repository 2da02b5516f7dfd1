package factory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// findMaster finds the shared master: a healthy one in the registry, else one
// that is loading data and called unhealthy for it, else one that answers although
// it is called unhealthy.
func (f *fleet) findMaster(ctx context.Context, d *Decision) (*location, error) {
	began := time.Now()
	masters, err := f.registry.masters(ctx)
	if err != nil {
		return nil, err
	}
	d.step("instance registry", fmt.Sprintf("%d healthy shared masters", len(masters)), 0, began)
	if l := f.firstUsable(ctx, masters, d); l != nil {
		return l, nil
	}
	began = time.Now()
	loading, err := f.loadingMasters(ctx)
	if err != nil {
		return nil, err
	}
	d.step("ingestion flags", fmt.Sprintf("%d shared masters are loading data", len(loading)), 0, began)
	for _, i := range loading {
		// Data is being loaded, so that it lives, whatever its status says.
		i.status = statusHealthy
		if l := f.instanceLocation(ctx, i, d); l.ep != nil {
			l.busy, l.expires = true, min(l.expires, clock()+int64(ingestionTTL))
			return l, nil
		}
	}
	began = time.Now()
	doubtful, err := f.registry.scan(ctx, "#status = :status AND node_type = :kind", nodeSharedMaster, "unhealthy")
	if err != nil {
		return nil, f.registry.wrap(ctx, err)
	}
	d.step("instance registry", fmt.Sprintf("%d unhealthy shared masters", len(doubtful)), 0, began)
	if l := f.firstUsable(ctx, doubtful, d); l != nil {
		return l, nil
	}
	return f.nowhere(transport.KindUnavailable, "there is no shared master to use in the registry %s", f.registry.instances), nil
}

func (f *fleet) firstUsable(ctx context.Context, masters []*instanceRecord, d *Decision) *location {
	slices.SortFunc(masters, func(a, b *instanceRecord) int { return cmp.Compare(a.id, b.id) })
	for _, i := range masters {
		if l := f.instanceLocation(ctx, i, d); l.ep != nil {
			return l
		}
	}
	return nil
}

const flagPrefix = "kuzu:ingestion:active:"

// loadingMasters returns the shared masters that have an ingestion flag.
func (f *fleet) loadingMasters(ctx context.Context) ([]*instanceRecord, error) {
	if f.store == nil {
		return nil, nil
	}
	const enough = 1000
	keys, err := f.store.keys(ctx, flagPrefix+"*", enough)
	if err != nil {
		f.log.Debug("Redis does not say which instances are loading data", "error", err)
		return nil, nil
	}
	var masters []*instanceRecord
	for _, key := range keys {
		i, err := f.registry.instance(ctx, strings.TrimPrefix(key, flagPrefix), false)
		if err != nil {
			return nil, err
		}
		if i != nil && i.nodeType == nodeSharedMaster {
			masters = append(masters, i)
		}
	}
	return masters, nil
}

// ingesting reports whether an instance has an ingestion flag.
func (f *fleet) ingesting(ctx context.Context, instance string) bool {
	if f.store == nil {
		return false
	}
	_, found, err := f.store.get(ctx, flagPrefix+instance)
	return found && err == nil
}
