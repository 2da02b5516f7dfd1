package gen

import (
	"slices"
	"strconv"
	"strings"
)

// Access is what an operation does to the data of a graph.
type Access uint8

// The zero Access belongs to no operation.
const (
	AccessRead      Access = iota + 1 // changes nothing
	AccessWrite                       // changes something
	AccessStatement                   // the Cypher text in the request decides
)

// String returns the word that the document uses: read, write or statement.
func (a Access) String() string {
	switch a {
	case AccessRead:
		return "read"
	case AccessWrite:
		return "write"
	case AccessStatement:
		return "statement"
	}
	return "Access(" + strconv.Itoa(int(a)) + ")"
}

// Operation is one operation of the API.
type Operation struct {
	ID     string // operationId of the document, such as "queryDatabase"
	Method string // such as "POST"
	Path   string // template, such as "/databases/{graph_id}/query"
	Access Access // what it does to the data of a graph
	// Idempotent tells whether the same request sent twice leaves the same
	// state as sent once. It is false if that depends on the statement.
	Idempotent bool
}

// Operations returns all operations of the API, ordered by path and method.
// The slice is the caller's.
func Operations() []Operation {
	return slices.Clone(operations[:])
}

// FindOperation returns the operation that a request is for. The path is that
// of the request's URL, escaped or not, relative to the server's base URL and
// without a query. Where both match, a literal segment beats a parameter. A
// parameter matches any segment but an empty one.
func FindOperation(method, path string) (Operation, bool) {
	for i := range operations {
		if op := &operations[i]; op.Method == method && matchPath(op.Path, path) {
			return *op, true
		}
	}
	return Operation{}, false
}

func matchPath(template, path string) bool {
	for {
		want, restTemplate, moreTemplate := strings.Cut(template, "/")
		got, restPath, morePath := strings.Cut(path, "/")
		if strings.HasPrefix(want, "{") {
			if got == "" {
				return false
			}
		} else if got != want {
			return false
		}
		if !moreTemplate || !morePath {
			return moreTemplate == morePath
		}
		template, path = restTemplate, restPath
	}
}
