package main

import (
	"context"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// operation is a line of the specification's table.
type operation struct {
	name       string
	production [3]float64 // ms: p50, p95, p99
	calls      int
	// call makes one, of a number, and returns what it took in seconds.
	call func(ctx context.Context, f *factory.Factory, n int) (float64, error)
}

func operations() []operation {
	return []operation{
		{"simple query", [3]float64{15, 45, 120}, 1000, func(ctx context.Context, f *factory.Factory, _ int) (float64, error) {
			return timed(func() error { _, err := person(ctx, f); return err })
		}},
		{"complex query", [3]float64{200, 800, 2000}, 200, func(ctx context.Context, f *factory.Factory, _ int) (float64, error) {
			return timed(func() error { _, err := cities(ctx, f); return err })
		}},
		{"ingestion (sync)", [3]float64{500, 2000, 5000}, 100, ingestNow},
		{"ingestion (async)", [3]float64{50, 100, 200}, 100, ingestLater},
		{"health check", [3]float64{5, 15, 30}, 1000, func(ctx context.Context, f *factory.Factory, _ int) (float64, error) {
			return timed(func() error {
				c, err := f.Client(ctx, social, factory.Read)
				if err != nil {
					return err
				}
				_, err = c.Health(ctx)
				return err
			})
		}},
	}
}

func (o operation) measure(ctx context.Context, f *factory.Factory) (table.Figures, error) {
	seconds := make([]float64, table.Count(o.calls, 2))
	var total float64
	for i := range seconds {
		took, err := o.call(ctx, f, i)
		if err != nil {
			return table.Figures{}, err
		}
		seconds[i], total = took, total+took
	}
	return table.FiguresOf(seconds, total), nil
}

func timed(call func() error) (float64, error) {
	began := time.Now()
	err := call()
	return time.Since(began).Seconds(), err
}

const personQuery = `MATCH (p:Person) WHERE p.id = $id
RETURN p.id AS id, p.firstName AS firstName, p.lastName AS lastName, p.creationDate AS creationDate`

type personRow struct {
	ID        int64  `kuzu:"id"`
	FirstName string `kuzu:"firstName"`
	LastName  string `kuzu:"lastName"`
	Since     int64  `kuzu:"creationDate"`
}

func person(ctx context.Context, f *factory.Factory) ([]personRow, error) {
	c, err := f.Client(ctx, social, factory.Read)
	if err != nil {
		return nil, err
	}
	return kuzu.QueryAs[personRow](ctx, c, personQuery, kuzu.Params{"id": someone})
}

const citiesQuery = `MATCH (p:Person)-[:Knows]-(:Person)-[:Knows]-(friend:Person)-[:LivesIn]->(city:Place)
WHERE p.id = $id AND friend.id <> $id
RETURN city.name AS city, count(DISTINCT friend.id) AS friends ORDER BY friends DESC, city LIMIT 10`

type cityRow struct {
	City    string `kuzu:"city"`
	Friends int64  `kuzu:"friends"`
}

func cities(ctx context.Context, f *factory.Factory) ([]cityRow, error) {
	c, err := f.Client(ctx, social, factory.Read)
	if err != nil {
		return nil, err
	}
	return kuzu.QueryAs[cityRow](ctx, c, citiesQuery, kuzu.Params{"id": someone})
}

// intoEmpty has the persons loaded into a table that is made before and dropped
// after.
func intoEmpty(ctx context.Context, f *factory.Factory, n int, load func(*kuzu.Client, kuzu.IngestRequest) (float64, int64, error)) (float64, error) {
	c, err := f.Client(ctx, loads, factory.Write)
	if err != nil {
		return 0, err
	}
	name := fmt.Sprint("Person", n)
	if _, err := c.Query(ctx, "CREATE NODE TABLE "+name+personColumns, nil); err != nil {
		return 0, err
	}
	took, records, err := load(c, kuzu.IngestRequest{Bucket: bucket, Files: []string{"Person.csv"}, Table: name})
	if err == nil && records != persons {
		err = fmt.Errorf("%d records were loaded instead of %d", records, persons)
	}
	if err != nil {
		return 0, err
	}
	_, err = c.Query(ctx, "DROP TABLE "+name, nil)
	return took, err
}

func ingestNow(ctx context.Context, f *factory.Factory, n int) (float64, error) {
	return intoEmpty(ctx, f, n, func(c *kuzu.Client, req kuzu.IngestRequest) (float64, int64, error) {
		var result kuzu.IngestResult
		took, err := timed(func() (err error) { result, err = c.IngestSync(ctx, req); return err })
		return took, result.Records, err
	})
}

// ingestLater takes as long as it takes to be accepted; that it is done is waited
// for as well.
func ingestLater(ctx context.Context, f *factory.Factory, n int) (float64, error) {
	return intoEmpty(ctx, f, n, func(c *kuzu.Client, req kuzu.IngestRequest) (float64, int64, error) {
		var task *kuzu.Task
		took, err := timed(func() (err error) { task, err = c.Ingest(ctx, req); return err })
		if err != nil {
			return 0, 0, err
		}
		record, err := task.Wait(ctx)
		return took, record.RecordsProcessed, err
	})
}
