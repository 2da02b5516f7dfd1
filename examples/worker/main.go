// Command worker loads files into a graph, a batch a run, and survives being
// killed in the middle: the next run goes on with the task that was begun.
//
//	go run ./cmd/kuzu-mock -data examples/curl/data
//	go run ./examples/worker -state /tmp/people.task Person.csv
//
// It is configured by the environment, see docs/configuration.md. Its exit code
// is 0 if the batch is loaded.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

func main() {
	graph := flag.String("graph", "people", "graph to load into")
	bucket := flag.String("bucket", "people", "bucket of the files")
	state := flag.String("state", "worker.task", "`file` that remembers the task of this batch")
	limit := flag.Duration("limit", 4*time.Hour, "`time` after which to stop waiting")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A task whose server has died stays "running" for a day: always set a limit.
	ctx, cancel := context.WithTimeout(ctx, *limit)
	err := run(ctx, *graph, *bucket, *state, flag.Args())
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, graph, bucket, state string, files []string) error {
	cfg, err := factory.ConfigFromEnv()
	if err != nil {
		return err
	}
	f, err := factory.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := f.Client(ctx, graph, factory.Write, factory.WithPurpose("batch"))
	if err != nil {
		return err
	}

	id, err := os.ReadFile(state)
	if errors.Is(err, os.ErrNotExist) {
		return begin(ctx, c, bucket, state, files)
	}
	if err != nil {
		return err
	}
	return follow(ctx, c, strings.TrimSpace(string(id)))
}

// begin starts loading and writes down which task does it before anything else:
// loading the same files twice would fail on their keys.
func begin(ctx context.Context, c *kuzu.Client, bucket, state string, files []string) error {
	_, err := c.EnsureDatabase(ctx, kuzu.DatabaseSpec{
		DDL: "CREATE NODE TABLE Person(id INT64, name STRING, creationDate INT64, PRIMARY KEY(id))",
	})
	if err != nil {
		return err
	}
	task, err := c.Ingest(ctx, kuzu.IngestRequest{Bucket: bucket, Files: files})
	if err != nil {
		return err
	}
	if err := os.WriteFile(state, []byte(task.ID), 0o600); err != nil {
		return fmt.Errorf("task %s runs, and its id is written nowhere else: %w", task.ID, err)
	}
	fmt.Println("began", task.ID)
	return follow(ctx, c, task.ID)
}

// follow waits for a task, whoever began it. Lost connections and servers that
// answer nothing while they load are waited out.
func follow(ctx context.Context, c *kuzu.Client, id string) error {
	record, err := c.WaitTask(ctx, id, func(p kuzu.Progress) {
		fmt.Println(p.Status, p.Percent, "%")
	})
	switch {
	case errors.Is(err, kuzu.ErrNotFound):
		return fmt.Errorf("%w; servers forget a task after a day: look whether the data is there, then remove the state file", err)
	case errors.Is(err, kuzu.ErrCanceled), errors.Is(err, kuzu.ErrTimeout):
		return fmt.Errorf("%w; the task goes on, and the next run follows it", err)
	case err != nil:
		return err // the task failed, or its server; the error says how
	}
	fmt.Println("loaded", record.RecordsProcessed, "records")
	return nil
}
