package main

import (
	"context"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// surviveInstance kills the instance of the user's graph and moves the graph, of
// which nobody tells the service.
func (d *demo) surviveInstance(ctx context.Context) error {
	at := d.factory.Explain(ctx, social, factory.Read).Instance
	to := d.fleet.Writers("standard")[0].ID
	if to == at {
		to = d.fleet.Writers("standard")[1].ID
	}
	heading("Kill instance %s, and move %s to %s in the registry", at, social, to)
	d.fleet.Instance(at).Kill()
	if err := d.fleet.Move(ctx, social, to); err != nil {
		return err
	}
	began := time.Now()
	if err := d.printNotes(ctx); err != nil {
		return err
	}
	fmt.Printf("The next call arrived in %v, without an error, and so does a write after it:\n", time.Since(began).Round(time.Millisecond))
	c, err := d.factory.Client(ctx, social, factory.Write)
	if err != nil {
		return err
	}
	if _, err := c.Query(ctx, writeNote, kuzu.Params{"id": 2, "text": "written after the move"}); err != nil {
		return err
	}
	if err := d.printNotes(ctx); err != nil {
		return err
	}
	d.explain(ctx, social, factory.Read)
	return nil
}

// surviveReplicas kills what the shared repository was read from.
func (d *demo) surviveReplicas(ctx context.Context) error {
	heading("Kill all replicas, and read %q again", sec)
	d.fleet.KillReplicas()
	if err := d.printCompany(ctx); err != nil {
		return err
	}
	d.explain(ctx, sec, factory.Read)
	return nil
}
