package kuzu_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// exampleServer starts a mock server with the graph "social".
func exampleServer() (url string, stop func()) {
	engine := mockserver.NewScripted()
	if err := engine.Create(context.Background(), "social"); err != nil {
		panic(err)
	}
	people := [][]any{{int64(933), "Mahinda"}, {int64(1129), "Carmen"}}
	engine.Answer("MATCH (p:Person) RETURN p.id AS id, p.firstName AS name", []string{"id", "name"}, people...)
	engine.Answer("MATCH (p:Person) RETURN p.firstName AS name", []string{"name"}, people[0][1:], people[1][1:])
	engine.Answer("MATCH (p:Place) RETURN p.name AS name, p.url AS url", []string{"name", "url"}, []any{"Bristol", nil})
	engine.Handle("MATCH (p:Person) WHERE p.id = $id RETURN p.id AS id, p.firstName AS name, p.creationDate AS creationDate",
		func(call mockserver.Call) (mockserver.Answer, error) {
			return mockserver.Answer{Columns: []string{"id", "name", "creationDate"}, Rows: [][]any{{call.Parameters["id"], "Mahinda", int64(since)}}}, nil
		})
	engine.Handle("MATCH (p:Persn) RETURN p.id AS id", func(mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{}, errors.New("Binder exception: Table Persn does not exist.")
	})
	engine.Answer("MATCH (n:`Person`) WHERE n.`id` = $p0 RETURN 1 AS found LIMIT 1", []string{"found"}, []any{int64(1)})
	return startExample(mockserver.Config{Engine: engine})
}

// emptyServer starts a mock server without a graph, and with two CSV files in the
// bucket "data".
func emptyServer() (url string, stop func()) {
	root, err := os.MkdirTemp("", "kuzu-example-")
	if err != nil {
		panic(err)
	}
	err = os.Mkdir(filepath.Join(root, "data"), 0o700)
	for name, content := range map[string]string{"Person.csv": "id|name\n933|Mahinda\n1129|Carmen\n", "Knows.csv": "from|to|since\n933|1129|20100313073721718\n"} {
		err = errors.Join(err, os.WriteFile(filepath.Join(root, "data", name), []byte(content), 0o600))
	}
	if err != nil {
		panic(err)
	}
	url, stopServer := startExample(mockserver.Config{Engine: mockserver.NewScripted(), DataRoot: root})
	return url, func() {
		stopServer()
		_ = os.RemoveAll(root)
	}
}

func startExample(cfg mockserver.Config) (url string, stop func()) {
	srv, err := mockserver.New(cfg)
	if err != nil {
		panic(err)
	}
	web := httptest.NewServer(srv)
	return web.URL, func() {
		web.Close()
		_ = srv.Close()
	}
}

func ExampleClient_CreateDatabase() {
	url, stop := emptyServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	err = c.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: "CREATE NODE TABLE Person(id INT64, name STRING, PRIMARY KEY(id))"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := c.InstallSchema(ctx, "CREATE REL TABLE Knows(FROM Person TO Person, since INT64)"); err != nil {
		fmt.Println(err)
		return
	}
	schema, err := c.Schema(ctx)
	fmt.Println(schema.NodeTables, schema.RelTables, err)
	fmt.Println(errors.Is(c.CreateDatabase(ctx, kuzu.DatabaseSpec{}), kuzu.ErrConflict))
	fmt.Println(c.DeleteDatabase(ctx))
	// Output:
	// [Person] [Knows] <nil>
	// true
	// <nil>
}

func ExampleClient_Ingest() {
	url, stop := emptyServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	if err := c.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: personDDL}); err != nil {
		fmt.Println(err)
		return
	}
	task, err := c.Ingest(ctx, kuzu.IngestRequest{Bucket: "data", Files: []string{"Knows.csv", "Person.csv"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := task.Wait(ctx) // give ctx a deadline
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(record.Status, record.RecordsProcessed)

	people, err := kuzu.QueryAs[int](ctx, c, "MATCH (n) RETURN count(n)", nil)
	fmt.Println(people, err)
	// Output:
	// completed 3
	// [2] <nil>
}

func ExampleClient_WaitTask() {
	url, stop := emptyServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	_, err = c.WaitTask(context.Background(), "ingest_social_Person_0a1b2c3d", func(p kuzu.Progress) {
		fmt.Println(p.Percent, "%")
	})
	fmt.Println(errors.Is(err, kuzu.ErrNotFound)) // servers forget a task after a day
	// Output:
	// true
}

func ExampleClient_Health() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	health, err := c.Health(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(health.Status, health.Databases)
	// Output:
	// healthy 1
}

func ExampleClient_EnsureDatabase() {
	url, stop := emptyServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	for range 2 {
		created, err := c.EnsureDatabase(ctx, kuzu.DatabaseSpec{DDL: personDDL})
		fmt.Println(created, err)
	}
	exists, err := c.ForGraph("other").DatabaseExists(ctx)
	fmt.Println(exists, err)
	// Output:
	// true <nil>
	// false <nil>
	// false <nil>
}

func ExampleClient_InstallSchema() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	if err := c.InstallSchema(ctx, "CREATE NODE TABLE Place(id INT64, name STRING, PRIMARY KEY(id))"); err != nil {
		fmt.Println(err)
		return
	}
	schema, err := c.Schema(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, property := range schema.Tables[0].Properties {
		fmt.Println(property.Name, property.Type, property.PrimaryKey)
	}
	// What servers refuse is named before it is sent.
	err = c.InstallSchema(ctx, "DROP TABLE Place")
	fmt.Println(errors.Is(err, kuzu.ErrInvalidRequest))
	// Output:
	// id INT64 true
	// name STRING false
	// true
}

func ExampleClient_Copy() {
	url, stop := emptyServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	if err := c.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: personDDL}); err != nil {
		fmt.Println(err)
		return
	}
	task, err := c.Copy(ctx, kuzu.CopyRequest{Pattern: "s3://data/Person.csv", Table: "Person"})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := task.Wait(ctx) // give ctx a deadline
	fmt.Println(record.Status, err)
	// Output:
	// completed <nil>
}

func ExampleClient_WatchTask() {
	url, stop := emptyServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	if err := c.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: personDDL}); err != nil {
		fmt.Println(err)
		return
	}
	task, err := c.Ingest(ctx, kuzu.IngestRequest{Bucket: "data", Files: []string{"Person.csv"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Any process that knows the id can go on from here.
	var last kuzu.Progress
	for progress, err := range c.WatchTask(ctx, task.ID) {
		if err != nil {
			fmt.Println(err)
			return
		}
		last = progress
	}
	fmt.Println(last.Status, last.Percent, last.Records)
	// Output:
	// completed 100 2
}

func ExampleClient_Restore() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	// From one graph into another, without an archive in memory or on disk.
	ctx := context.Background()
	archive, sink := io.Pipe()
	go func() {
		_, err := c.DownloadBackup(ctx, sink)
		sink.CloseWithError(err)
	}()
	task, err := c.ForGraph("twin").Restore(ctx, kuzu.RestoreRequest{Archive: archive})
	if err != nil {
		fmt.Println(err)
		return
	}
	record, err := task.Wait(ctx)
	fmt.Println(record.Status, err)
	// Output:
	// completed <nil>
}

func ExampleClient_NodeExists() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	found, err := c.NodeExists(context.Background(), "Person", kuzu.Params{"id": 933})
	fmt.Println(found, err)
	// Output:
	// true <nil>
}

func ExampleClient_Tasks() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	failed, err := c.Tasks(ctx, kuzu.TaskFilter{Status: kuzu.TaskFailed, IDPrefix: "ingest_"})
	fmt.Println(len(failed), err)
	stats, err := c.TaskStats(ctx)
	fmt.Println(stats.TotalTasks, err)
	// Output:
	// 0 <nil>
	// 0 <nil>
}

func ExampleClient_Info() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	ctx := context.Background()
	info, err := c.Info(ctx)
	fmt.Println(info.NodeType, info.Databases, err)
	metrics, err := c.Metrics(ctx)
	fmt.Println(metrics.Databases.Count, err)
	graph, err := c.DatabaseMetrics(ctx)
	fmt.Println(graph.GraphID, err)
	// Output:
	// writer [social] <nil>
	// 1 <nil>
	// social <nil>
}
