// Package operations has the generated table of operations in the form that
// package transport takes, which knows nothing of generated code.
package operations

import (
	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

var access = map[gen.Access]transport.Access{
	gen.AccessRead: transport.AccessRead, gen.AccessWrite: transport.AccessWrite, gen.AccessStatement: transport.AccessStatement,
}

// Table returns all operations of the API.
func Table() []transport.Operation {
	var table []transport.Operation
	for _, op := range gen.Operations() {
		table = append(table, transport.Operation{ID: op.ID, Method: op.Method, Path: op.Path, Access: access[op.Access], Idempotent: op.Idempotent})
	}
	return table
}
