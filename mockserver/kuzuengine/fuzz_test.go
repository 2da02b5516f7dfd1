//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// FuzzRun: no text and no parameter takes the process down.
func FuzzRun(f *testing.F) {
	for _, cypher := range []string{
		"RETURN $p", "MATCH (n) RETURN n", "CREATE (:P {id: $p})", "RETURN 1; RETURN 2", "CALL show_functions() RETURN *",
		"BEGIN TRANSACTION", "COMMIT", "MATCH (n:P)-[k*1..3]-(m) RETURN k", "RETURN CAST($p AS DATE)", "UNWIND $p AS x RETURN x",
		"RETURN keys(NULL)", "MATCH (n:P) WHERE n.id IN $p RETURN labels(n), id(n)", "MATCH (n:P) SET n.id = 3; ROLLBACK",
		"RETURN CASE WHEN $p THEN list_transform([1, 2], x -> x + 1) END", "RETURN map([1], [2]), union_value(a := 1)",
	} {
		f.Add(cypher, "x", int64(7))
	}
	e := newEngine(f)
	must(f, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "CREATE REL TABLE K(FROM P TO P)")
	f.Fuzz(func(t *testing.T, cypher, text string, number int64) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // some texts count to a billion
		defer cancel()
		for _, parameters := range []map[string]any{nil, {"p": text}, {"p": number}, {"p": []any{number, nil}}, {"p": mockserver.Struct{{Name: text, Value: []any{}}}}} {
			result, err := e.Run(ctx, "g", mockserver.Query{Cypher: cypher, Parameters: parameters})
			if err != nil {
				continue
			}
			for range 1000 {
				if _, err := result.Next(); err != nil {
					if errors.Is(err, io.EOF) {
						_, _ = result.Next() // past the end
					}
					break
				}
			}
			_ = result.Close()
		}
	})
}

// FuzzTogether: nor do statements beside each other whose clients go away at
// any moment, with results that nobody reads, and backups in between.
func FuzzTogether(f *testing.F) {
	for _, pair := range [][2]string{
		{"MATCH (n) RETURN n", "CREATE (:P {id: $p})"}, {"RETURN keys(NULL)", "UNWIND range(1, 20000) AS x RETURN sum(x)"},
		{"MATCH (n:P) SET n.id = n.id + 1", "MATCH (n:P)-[k*1..3]-(m) RETURN k"}, {"MATCH (n:P) DETACH DELETE n", "CHECKPOINT"},
		{"BEGIN TRANSACTION; CREATE (:P {id: 5})", "MATCH (n) RETURN count(n)"}, {"CREATE NODE TABLE Q(id INT64, PRIMARY KEY(id)); DROP TABLE Q", "CALL show_tables() RETURN *"},
		{"UNWIND range(1, 3000) AS x CREATE (:P {id: x})", "MATCH (a:P), (b:P) RETURN count(a.id + b.id)"}, {"MATCH (a:P) CREATE (a)-[:K]->(a)", "RETURN 1 IN NULL"},
		{"COPY P FROM (UNWIND range(1, 1000) AS x RETURN x)", "ALTER TABLE P ADD name STRING"}, {"RETURN $p", "MATCH (n:P) WHERE n.id IN $p RETURN n"},
	} {
		f.Add(pair[0], pair[1], uint16(300), int64(7))
		f.Add(pair[1], pair[0], uint16(20), int64(-1))
	}
	e := newEngine(f)
	must(f, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "CREATE REL TABLE K(FROM P TO P)")
	f.Fuzz(func(t *testing.T, first, second string, patience uint16, number int64) {
		var group sync.WaitGroup
		for n := range 6 {
			cypher := first
			if n%2 == 1 {
				cypher = second
			}
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(patience)*time.Microsecond*time.Duration(n))
				defer cancel()
				result, err := e.Run(ctx, "g", mockserver.Query{Cypher: cypher, Parameters: map[string]any{"p": []any{number, nil}}})
				if err != nil {
					return
				}
				for range n * 100 {
					if _, err := result.Next(); err != nil {
						break
					}
				}
				_ = result.Close()
			})
		}
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(patience)*10*time.Microsecond)
			defer cancel()
			if snapshot, err := e.Backup(ctx, "g"); err == nil {
				_ = snapshot.Close()
			}
		})
		group.Wait()
		if rows, err := ask(t, e, "RETURN 1", nil); err != nil || rows[0][0] != int64(1) {
			t.Errorf("afterwards: %v, %v", rows, err)
		}
	})
}
