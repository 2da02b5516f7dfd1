// Package dynamo stands in for Amazon DynamoDB in tests and demonstrations: an
// [http.Handler] that speaks its JSON protocol, keeps its tables in memory, and
// has no credentials.
//
// # What it knows
//
// It knows what a client of the fleet's registry needs and refuses everything
// else by name: GetItem, PutItem, UpdateItem, DeleteItem, Query on an index, Scan
// and TransactWriteItems; conditions of comparisons, attribute_exists,
// attribute_not_exists, AND, OR, NOT and parentheses; updates of SET (with + and
// -), ADD and REMOVE. Like the real one, it reads pages, refuses consistent reads
// of indexes, attributes whose names are reserved words, and values that no
// expression uses.
//
// # What it does not do
//
// Real instances are eventually consistent, throttle and report conflicts between
// transactions; [Server.Intercept] brings faults in.
package dynamo
