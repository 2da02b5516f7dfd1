//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"errors"
	"io"
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
