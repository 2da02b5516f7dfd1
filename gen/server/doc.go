// Package server is the server side of the Kuzu API, generated from
// openapi/kuzu-api.yaml by the configurations of package gen, with models of its
// own: a server and a client that shared code could share a mistake.
//
// Implement [ServerInterface], one method for each operation, and serve it with
// [HandlerWithOptions], which takes parameters from the path and the query.
//
// Rows and query parameters stay raw JSON. Optional fields are pointers, so that
// 0 and absent differ, and nullable ones are written as null. A required list
// must not be nil, or it is written as null too.
package server
