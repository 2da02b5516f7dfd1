//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"fmt"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// The engine alone, without a server before it.
func ExampleNew() {
	engine, err := kuzuengine.New(kuzuengine.Config{}) // in a directory that Close removes
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	ctx := context.Background()
	if err := engine.Create(ctx, "social"); err != nil {
		fmt.Println(err)
		return
	}
	err = engine.Apply(ctx, "social", []string{
		"CREATE NODE TABLE Person(name STRING, since INT64, PRIMARY KEY(name))",
		"CREATE (:Person {name: 'Ada', since: 20100214153210447})",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := engine.Run(ctx, "social", mockserver.Query{
		Cypher: "MATCH (p:Person {name: $name}) RETURN p.since", Parameters: map[string]any{"name": "Ada"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer result.Close()
	row, err := result.Next()
	fmt.Println(result.Columns(), row, err)
	// Output: [p.since] [20100214153210447] <nil>
}
