package main

import (
	"context"
	"fmt"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// social is the graph of one user. Nobody but the registry knows where it is.
const social = "kg1a2b3c4d5e6f7a8b"

const ddl = `
CREATE NODE TABLE Person(id INT64, firstName STRING, lastName STRING, gender STRING, birthday INT64,
    creationDate INT64, locationIP STRING, browserUsed STRING, PRIMARY KEY(id));
CREATE NODE TABLE Place(id INT64, name STRING, url STRING, type STRING, PRIMARY KEY(id));
CREATE NODE TABLE Organisation(id INT64, type STRING, name STRING, url STRING, PRIMARY KEY(id));
CREATE NODE TABLE Note(id INT64, text STRING, PRIMARY KEY(id));
CREATE REL TABLE Knows(FROM Person TO Person, creationDate INT64);
CREATE REL TABLE LivesIn(FROM Person TO Place);
CREATE REL TABLE WorksAt(FROM Person TO Organisation, workFrom INT64)`

// createGraph has the factory choose an instance with room, register the graph
// there, and create it.
func (d *demo) createGraph(ctx context.Context) error {
	heading("Create the graph %s in the tier standard", social)
	placed, err := d.factory.CreateGraph(ctx, social, "standard", factory.GraphSpec{DatabaseSpec: kuzu.DatabaseSpec{DDL: ddl}})
	if err != nil {
		return err
	}
	fmt.Printf("It was put on instance %s.\n", placed.Instance)
	d.explain(ctx, social, factory.Write)
	return nil
}

const (
	writeNote = `CREATE (:Note {id: $id, text: $text})`
	readNotes = `MATCH (n:Note) RETURN n.text ORDER BY n.id`
)

// writeAndRead names a graph and what it is for, and gets a client.
func (d *demo) writeAndRead(ctx context.Context) error {
	heading("Write to it, and read")
	writer, err := d.factory.Client(ctx, social, factory.Write)
	if err != nil {
		return err
	}
	if _, err := writer.Query(ctx, writeNote, kuzu.Params{"id": 1, "text": "found by its name alone"}); err != nil {
		return err
	}
	return d.printNotes(ctx)
}

func (d *demo) printNotes(ctx context.Context) error {
	reader, err := d.factory.Client(ctx, social, factory.Read)
	if err != nil {
		return err
	}
	notes, err := kuzu.QueryAs[string](ctx, reader, readNotes, nil)
	if err != nil {
		return err
	}
	fmt.Printf("notes: %q\n", notes)
	return nil
}

// loadNetwork has the server read files in the background, and waits for it.
func (d *demo) loadNetwork(ctx context.Context) error {
	heading("Load a social network of six CSV files in the background")
	c, err := d.factory.Client(ctx, social, factory.Write)
	if err != nil {
		return err
	}
	task, err := c.Ingest(ctx, kuzu.IngestRequest{
		Bucket: bucket,
		Files:  []string{"Knows.csv", "LivesIn.csv", "WorksAt.csv", "Person.csv", "Place.csv", "Organisation.csv"},
	})
	if err != nil {
		return err
	}
	record, err := c.WaitTask(ctx, task.ID, func(p kuzu.Progress) {
		fmt.Printf("\r%3d %%  %6d records", p.Percent, p.Records)
	})
	if err != nil {
		return err
	}
	fmt.Printf("\r%3d %%  %6d records in %.1f s\n", record.ProgressPercent, record.RecordsProcessed, record.Result.DurationSeconds)
	return nil
}

// askNetwork asks it the questions of questions.go.
func (d *demo) askNetwork(ctx context.Context) error {
	c, err := d.factory.Client(ctx, social, factory.Read)
	if err != nil {
		return err
	}
	for _, question := range []func(context.Context, *kuzu.Client) error{
		mostConnected, shortestPath, colleagues, streamFriendships, makeMistake,
	} {
		if err := question(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
