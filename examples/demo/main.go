// Command demo runs the main job in one process: a Kuzu API server on the
// embedded engine, and a typed client that creates a graph, loads a social
// network into it and asks it questions.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "demo failed:", err)
		os.Exit(1)
	}
	fmt.Println("demo ok")
}

func run(ctx context.Context) (err error) {
	started := time.Now()
	srv, err := startServer(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, srv.close()) }()
	fmt.Printf("A Kuzu API server listens at %s on the %s engine.\n", srv.url, srv.engine)

	c, err := kuzu.New(srv.url, kuzu.WithGraph("social"), kuzu.WithAPIKey(srv.key))
	if err != nil {
		return err
	}
	defer c.Close()
	for _, step := range []func(context.Context, *kuzu.Client) error{
		create, ingest, mostConnected, shortestPath, colleagues, streamFriendships, makeMistake,
	} {
		if err := step(ctx, c); err != nil {
			return err
		}
	}
	fmt.Printf("\nAll of it took %.1f s.\n", time.Since(started).Seconds())
	return nil
}

const ddl = `
CREATE NODE TABLE Person(id INT64, firstName STRING, lastName STRING, gender STRING, birthday INT64,
    creationDate INT64, locationIP STRING, browserUsed STRING, PRIMARY KEY(id));
CREATE NODE TABLE Place(id INT64, name STRING, url STRING, type STRING, PRIMARY KEY(id));
CREATE NODE TABLE Organisation(id INT64, type STRING, name STRING, url STRING, PRIMARY KEY(id));
CREATE REL TABLE Knows(FROM Person TO Person, creationDate INT64);
CREATE REL TABLE LivesIn(FROM Person TO Place);
CREATE REL TABLE WorksAt(FROM Person TO Organisation, workFrom INT64)`

func create(ctx context.Context, c *kuzu.Client) error {
	heading("Create the graph %q with six tables", c.Graph())
	if err := c.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: ddl}); err != nil {
		return err
	}
	schema, err := c.Schema(ctx)
	if err != nil {
		return err
	}
	fmt.Println("nodes:        ", schema.NodeTables)
	fmt.Println("relationships:", schema.RelTables)
	return nil
}

func ingest(ctx context.Context, c *kuzu.Client) error {
	heading("Load six CSV files in the background")
	task, err := c.Ingest(ctx, kuzu.IngestRequest{
		Bucket: bucket,
		Files:  []string{"Knows.csv", "LivesIn.csv", "WorksAt.csv", "Person.csv", "Place.csv", "Organisation.csv"},
	})
	if err != nil {
		return err
	}
	record, err := task.Wait(ctx, func(p kuzu.Progress) {
		fmt.Printf("\r%3d %%  %6d records", p.Percent, p.Records)
	})
	if err != nil {
		return err
	}
	fmt.Printf("\r%3d %%  %6d records in %.1f s\n", record.ProgressPercent, record.RecordsProcessed, record.Result.DurationSeconds)
	return nil
}
