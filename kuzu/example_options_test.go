package kuzu_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// social returns a client for the graph of a mock server.
func social(opts ...kuzu.Option) (c *kuzu.Client, stop func()) {
	url, stopServer := exampleServer()
	c, err := kuzu.New(url, append(opts, kuzu.WithGraph("social"))...)
	if err != nil {
		panic(err)
	}
	return c, func() {
		_ = c.Close()
		stopServer()
	}
}

// A server next door, of which the program knows the limits.
func ExampleOption() {
	c, stop := social(
		kuzu.WithDirect(), // no proxy between
		kuzu.WithSettleTime(100*time.Millisecond), // watched so long at a doubtful end
		kuzu.WithIdleTimeout(10*time.Second),      // of a stream
		kuzu.WithMaxMessageBytes(1<<20),           // of an answer, or a line of a stream
		kuzu.WithMaxRequestBytes(200),
	)
	defer stop()

	ctx := context.Background()
	for name, err := range kuzu.StreamAs[string](ctx, c, "MATCH (p:Person) RETURN p.firstName AS name", nil) {
		fmt.Println(name, err)
	}
	_, err := c.Query(ctx, "MATCH (p:Person) WHERE p.id IN $ids RETURN p.id", kuzu.Params{"ids": make([]int, 1000)})
	fmt.Println(errors.Is(err, kuzu.ErrTooLarge)) // nothing was sent
	// Output:
	// Mahinda <nil>
	// Carmen <nil>
	// true
}

// The requests of a client go through a transport of one's own, such as one that
// counts them. Package transport has a chain that repeats and routes.
func ExampleWithTransport() {
	var requests counter
	c, stop := social(kuzu.WithTransport(&requests))
	defer stop()

	_, err := c.Health(context.Background())
	fmt.Println(requests, err)
	// Output:
	// 1 <nil>
}

type counter int

func (n *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	*n++
	return http.DefaultTransport.RoundTrip(r)
}

// What else can tell whether a stream is complete, and what to do about values that
// a server cannot stream.
func ExampleStreamOption() {
	c, stop := social()
	defer stop()

	rows := c.Stream(context.Background(), "MATCH (p:Person) RETURN p.id AS id, p.firstName AS name", nil,
		kuzu.VerifyCount("MATCH (p:Person) RETURN count(*)", nil),
		kuzu.FallBackToQuery())
	defer rows.Close()
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(id, name)
	}
	fmt.Println(rows.Err())
	// Output:
	// 933 Mahinda
	// 1129 Carmen
	// <nil>
}

func ExampleClient_Backup() {
	c, stop := social()
	defer stop()

	ctx := context.Background()
	task, err := c.Backup(ctx, kuzu.BackupRequest{}) // one that the server keeps
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := task.Wait(ctx); err != nil { // give ctx a deadline
		fmt.Println(err)
		return
	}
	record, err := c.Task(ctx, task.ID)
	fmt.Println(record.Status, err)
	stats, err := c.TaskStats(ctx)
	fmt.Println(stats.CompletedTasks, err)
	// Output:
	// completed <nil>
	// 1 <nil>
}

func ExampleClient_DownloadBackup() {
	c, stop := social()
	defer stop()

	dir, err := os.MkdirTemp("", "kuzu-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	archive, err := os.Create(filepath.Join(dir, "social.zip"))
	if err != nil {
		fmt.Println(err)
		return
	}
	n, err := c.DownloadBackup(context.Background(), archive)
	err = errors.Join(err, archive.Close())
	if err != nil {
		_ = os.Remove(archive.Name()) // what is there is no archive
	}
	fmt.Println(n > 0, err)
	// Output:
	// true <nil>
}

func ExampleClient_IngestSync() {
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
	result, err := c.IngestSync(ctx, kuzu.IngestRequest{Bucket: "data", Files: []string{"Person.csv"}})
	fmt.Println(result.Records, result.Files, err)
	// Output:
	// 2 1 <nil>
}

func ExampleClient_Databases() {
	c, stop := social()
	defer stop()

	ctx := context.Background()
	list, err := c.Databases(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(list.TotalDatabases, list.NodeCapacity.CapacityRemaining)
	info, err := c.Database(ctx)
	fmt.Println(info.GraphID, info.IsHealthy, err)
	metrics, err := c.DatabaseMetrics(ctx)
	fmt.Println(metrics.NodeCount, metrics.RelationshipCount, err)
	server, err := c.Metrics(ctx)
	fmt.Println(server.AdmissionControl.MemoryThreshold, err)
	// Output:
	// 1 199
	// social true <nil>
	// 0 0 <nil>
	// 85 <nil>
}
