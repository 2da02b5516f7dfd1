// Package kuzu is a typed client for Kuzu API servers.
//
// # A first query
//
//	c, err := kuzu.New("http://localhost:8001", kuzu.WithGraph("social"))
//	...
//	people, err := kuzu.QueryAs[Person](ctx, c,
//		"MATCH (p:Person) WHERE p.id = $id RETURN p.id AS id, p.firstName AS name", kuzu.Params{"id": 933})
//
// A [Client] belongs to one graph and is cheap; [Client.ForGraph] makes one for
// another graph over the same connections. All methods are safe for concurrent
// use, take a context, and return an [*Error] if they fail.
//
// # Rows
//
// [Client.Query] and [QueryAs] hold the whole result, of at most 10,000 rows.
// [Client.Stream] and [StreamAs] hand out rows as they arrive, any number of
// them, in little memory. A stream that is not known to be complete ends in an
// error of [KindTruncated]; silence is never taken for success.
//
// INT64 values keep all their digits. Columns are bound to struct fields by the
// tag `kuzu:"name"`, or else by the field's name in any case.
//
// # Errors
//
// Branch on what happened with [errors.Is] and the sentinels:
//
//	if errors.Is(err, kuzu.ErrSyntax) { ... }
//
// What can be known beforehand is refused before anything is sent: a malformed
// graph id, a parameter without a value, a statement that is too long.
package kuzu
