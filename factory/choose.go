package factory

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/robosystems/kuzuclient/transport"
)

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
