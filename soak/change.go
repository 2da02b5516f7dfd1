package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

func passingGraph(n int) string { return fmt.Sprintf("kgbeef%012x", n) }

// change is what happens to the fleet now and then: an instance is killed, its
// graphs move to the next one, and it comes back; a graph is created and one that
// was is deleted.
func (w *world) change(ctx context.Context) {
	instances := w.fleet.Writers("standard")
	victim, heir := instances[w.changes%writers], instances[(w.changes+1)%writers]
	victim.Kill()
	var failed []error
	for n, graph := range w.graphs {
		if n%writers == w.changes%writers {
			failed = append(failed, w.fleet.Move(ctx, graph, heir.ID))
		}
	}
	failed = append(failed, victim.Restart(ctx))
	for n, graph := range w.graphs { // and home again
		if n%writers == w.changes%writers {
			failed = append(failed, w.fleet.Move(ctx, graph, victim.ID))
		}
	}
	_, err := w.factory.CreateGraph(ctx, passingGraph(w.changes%passing), "standard", factory.GraphSpec{})
	if err != nil && !errors.Is(err, kuzu.ErrConflict) && !isOneOf(err, disturbances) {
		failed = append(failed, err)
	}
	const stay = 8 // changes
	err = w.factory.DeleteGraph(ctx, passingGraph((w.changes+passing-stay)%passing))
	if err != nil && !errors.Is(err, kuzu.ErrRouting) && !isOneOf(err, disturbances) {
		failed = append(failed, err)
	}
	w.changes++
	if err := errors.Join(failed...); err != nil && ctx.Err() == nil {
		err = fmt.Errorf("changing the fleet: %w", err)
		w.wrong.CompareAndSwap(nil, &err)
	}
}
