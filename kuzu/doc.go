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
// another graph over the same connections. It is safe for concurrent use. Every
// call that asks the server takes a context and returns an [*Error] if it fails.
//
// # Rows
//
// [Client.Query] and [QueryAs] hold the whole result, of at most 10,000 rows.
// [Client.Stream] and [StreamAs] hand out rows as they arrive, any number of
// them, in little memory. A stream that is not known to be complete ends in an
// error of [KindTruncated]; silence is never taken for success. Deployed servers
// end a stream of exactly k*1000 rows just as one that failed: a LIMIT that the
// rows meet tells that it is complete, or [WithDirect], or [VerifyCount].
//
// # Values
//
// [QueryAs] and [StreamAs] bind columns to the fields of a struct, by the tag
// `kuzu:"name"`, or else by the field's name in any case; the fields of embedded
// structs count as the struct's own. Each column needs a field and each field a
// column, unless it is tagged `kuzu:"-"`. A type that is not a struct, or that
// implements [json.Unmarshaler] or [encoding.TextUnmarshaler], takes the only
// column of a result.
//
// Values go into variables as [encoding/json] decodes them, with these
// differences. What a variable held before is gone. Integers keep all their
// digits, in an any as well, where they are int64, uint64 or *big.Int; one that
// does not fit is an error. A null needs a pointer, a slice, a map, an any or a
// [database/sql.Null], and is an error that names the column for everything else.
//
//	INT8 ... INT64, UINT8 ... UINT64, SERIAL   integers
//	INT128                                     big.Int, string, json.Number
//	FLOAT, DOUBLE                              floats, NaN and infinite ones included
//	DECIMAL                                    big.Rat, string, json.Number
//	STRING                                     string, or what reads a text itself
//	BLOB                                       []byte, which takes the text as it is
//	UUID                                       [16]byte, string, or what reads a text itself
//	DATE, TIMESTAMP and its kinds              time.Time, in UTC
//	INTERVAL                                   time.Duration; a month has 30 days
//	LIST, ARRAY                                slices, and arrays of that very length
//	STRUCT, MAP                                maps; structs by the tags kuzu or json, or the names of fields
//	UNION                                      what its member is
//	NODE, REL, RECURSIVE_REL                   [Node], [Rel], [Path]; nodes and rels as STRUCTs do
//	INTERNAL_ID                                [InternalID]
//
// A node of a match of several tables has the properties of all of them, null
// where they are not its own. All of these fit within lists, maps and structs as well. Servers send the types
// from INT128 to INTERVAL as text; [ErrUnstreamable] tells which of them deployed
// servers cannot stream.
//
// # Tasks
//
// [Client.Ingest], [Client.Copy], [Client.Backup] and [Client.Restore] return a
// [Task], on which the server works in the background:
//
//	task, err := c.Ingest(ctx, kuzu.IngestRequest{Bucket: "data", Files: files})
//	...
//	record, err := task.Wait(ctx)
//
// [Task.Watch] iterates over its progress. Another process goes on with the id:
// [Client.WaitTask], [Client.WatchTask].
//
// # Errors
//
// Branch on what happened with [errors.Is] and the sentinels:
//
//	if errors.Is(err, kuzu.ErrSyntax) { ... }
//
// docs/errors.md says of each kind when it comes and what to do about it.
//
// What can be known beforehand is refused before anything is sent: a malformed
// graph id, a parameter without a value, a statement or a request that is too
// long. The answer to anything else is classified whatever form it has.
package kuzu
