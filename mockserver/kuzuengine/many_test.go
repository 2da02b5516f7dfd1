//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// TestHundredsOfDatabases has 300 databases open at once, all in use: as many
// as the engine would by default reserve 2,400 TiB of address space for, where
// a process has 128.
func TestHundredsOfDatabases(t *testing.T) {
	const databases, workers = 300, 12
	e, err := kuzuengine.New(kuzuengine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	// run does something with every database, from several goroutines.
	run := func(do func(n int, name string) error) {
		t.Helper()
		names := make(chan int)
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for n := range names {
					if err := do(n, fmt.Sprint("db", n)); err != nil {
						t.Errorf("database %d: %v", n, err)
					}
				}
			})
		}
		for n := range databases {
			names <- n
		}
		close(names)
		group.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}
	open := make([]mockserver.Result, databases)
	run(func(n int, name string) (err error) {
		if err := e.Create(t.Context(), name); err != nil {
			return err
		}
		if err := e.Apply(t.Context(), name, []string{createP, fmt.Sprintf("CREATE (:P {id: %d, name: '%s'})", n, name)}); err != nil {
			return err
		}
		open[n], err = e.Run(t.Context(), name, mockserver.Query{Cypher: "MATCH (p:P) RETURN p.id, p.name"})
		return err
	})
	// Each is open, holds a result, and answers.
	run(func(n int, name string) error {
		result, err := e.Run(t.Context(), name, mockserver.Query{Cypher: "MATCH (p:P) SET p.name = p.name + '!' RETURN p.id"})
		if err != nil {
			return err
		}
		defer result.Close()
		row, err := result.Next()
		if err == nil && row[0] != int64(n) {
			err = fmt.Errorf("holds %v", row[0])
		}
		return err
	})
	run(func(n int, name string) error {
		row, err := open[n].Next()
		if err != nil || row[0] != int64(n) || row[1] != name {
			return fmt.Errorf("the open result: %v, %w", row, err)
		}
		return open[n].Close()
	})
	// A third goes away, by dropping, beside those that are backed up into new ones.
	run(func(n int, name string) error {
		switch n % 3 {
		case 0:
			return e.Drop(t.Context(), name)
		case 1:
			return again(t.Context(), e, name)
		}
		return nil
	})
	names, err := e.List(t.Context())
	if err != nil || len(names) != databases {
		t.Errorf("%d databases, %v", len(names), err)
	}
}

// again restores a backup of a database under another name.
func again(ctx context.Context, e *kuzuengine.Engine, name string) error {
	snapshot, err := e.Backup(ctx, name)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	copied := name + "-copy"
	if err := e.Restore(ctx, copied, snapshot, false); err != nil {
		return err
	}
	result, err := e.Run(ctx, copied, mockserver.Query{Cypher: "MATCH (p:P) RETURN p.name"})
	if err != nil {
		return err
	}
	defer result.Close()
	if row, err := result.Next(); err != nil || row[0] != name+"!" {
		return fmt.Errorf("the copy holds %v, %w", row, err)
	}
	if _, err := result.Next(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("the copy holds more: %w", err)
	}
	return nil
}
