//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"errors"
	"io"
	"reflect"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

func TestAbuseOfResults(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
	res, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "UNWIND range(1, 2) AS x RETURN x"})
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for range 5 { // past the end
		row, err := res.Next()
		if err == nil {
			got = append(got, row[0])
		} else if !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	}
	if !reflect.DeepEqual(got, list(int64(1), int64(2))) {
		t.Error(got)
	}
	if err := errors.Join(res.Close(), res.Close()); err != nil {
		t.Error(err)
	}
	if row, err := res.Next(); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("read after Close: %v, %v", row, err)
	}
	if !reflect.DeepEqual(res.Columns(), []string{"x"}) {
		t.Error(res.Columns())
	}

	// Reading while others, and the engine, close.
	var group sync.WaitGroup
	for range 8 {
		res, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "UNWIND range(1, 10000) AS x RETURN {a: x, b: string(x)}"})
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			for {
				if _, err := res.Next(); err != nil {
					return
				}
			}
		})
		group.Go(func() { _ = res.Close() })
		group.Go(func() { must(t, e, "CREATE (:P {id: 1})", "MATCH (p:P {id: 1}) DELETE p") })
		group.Wait()
	}
	res, err = e.Run(t.Context(), "g", mockserver.Query{Cypher: "UNWIND range(1, 100000) AS x RETURN string(x)"})
	if err != nil {
		t.Fatal(err)
	}
	group.Go(func() {
		for {
			if _, err := res.Next(); err != nil {
				if !errors.Is(err, kuzuengine.ErrClosed) && !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				return
			}
		}
	})
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
}

// TestCloseBesideEverything closes the engine while every other method runs.
func TestCloseBesideEverything(t *testing.T) {
	for range 5 {
		e := newEngine(t)
		must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
		ended := begin(t.Context(), t, e)
		var group sync.WaitGroup
		for _, call := range []func() error{
			func() error { return e.Create(t.Context(), "h") },
			func() error { return e.Drop(t.Context(), "g") },
			func() error { _, err := e.List(t.Context()); return err },
			func() error { _, err := e.Stat(t.Context(), "g"); return err },
			func() error { return e.Apply(t.Context(), "g", []string{"CREATE (:P {id: 1})"}) },
			func() error {
				_, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "CREATE (:P {id: 2})"})
				return err
			},
			func() error { _, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: endless}); return err },
			e.Close,
			e.Close,
		} {
			group.Go(func() { _ = call() })
		}
		group.Wait()
		if err := <-ended; err == nil || err.Error() != "Interrupted." {
			t.Error(err)
		}
		for name, err := range map[string]error{
			"Create": e.Create(t.Context(), "i"),
			"Drop":   e.Drop(t.Context(), "g"),
			"Apply":  e.Apply(t.Context(), "g", nil),
			"List":   func() error { _, err := e.List(t.Context()); return err }(),
			"Stat":   func() error { _, err := e.Stat(t.Context(), "g"); return err }(),
		} {
			if !errors.Is(err, kuzuengine.ErrClosed) {
				t.Errorf("%s after Close: %v", name, err)
			}
		}
	}
}
