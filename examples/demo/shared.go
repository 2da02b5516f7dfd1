package main

import (
	"context"
	"fmt"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// sec is a repository that all services share: written on the shared master, read
// from its replicas.
const sec = "sec"

const (
	companiesDDL = `CREATE NODE TABLE Company(cik INT64, name STRING, PRIMARY KEY(cik))`
	writeCompany = `CREATE (:Company {cik: $cik, name: $name})`
	readCompany  = `MATCH (c:Company) WHERE c.cik = $cik RETURN c.name`
)

// readShared loads the repository as a pipeline does, and reads it as a service.
func (d *demo) readShared(ctx context.Context) error {
	heading("Write the shared repository %q", sec)
	pipeline, err := d.factory.SharedMaster(ctx, sec)
	if err != nil {
		return err
	}
	if err := pipeline.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: companiesDDL}); err != nil {
		return err
	}
	if _, err := pipeline.Query(ctx, writeCompany, kuzu.Params{"cik": 320193, "name": "Apple Inc."}); err != nil {
		return err
	}
	d.explain(ctx, sec, factory.Write)
	if err := d.fleet.SyncReplicas(ctx); err != nil {
		return err
	}

	heading("Read it from a replica")
	if err := d.printCompany(ctx); err != nil {
		return err
	}
	d.explain(ctx, sec, factory.Read)
	return nil
}

func (d *demo) printCompany(ctx context.Context) error {
	c, err := d.factory.Client(ctx, sec, factory.Read)
	if err != nil {
		return err
	}
	names, err := kuzu.QueryAs[string](ctx, c, readCompany, kuzu.Params{"cik": 320193})
	if err != nil {
		return err
	}
	fmt.Printf("company 320193: %q\n", names)
	return nil
}
