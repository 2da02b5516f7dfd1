// Package kuzuengine is the embedded Kuzu engine behind [mockserver.Engine].
//
// Each database is a file <name>.kuzu in the engine's directory, where an engine
// that is opened later finds it again. Statements that may write have a database
// for themselves; statements that only read run beside each other.
//
// # Without cgo
//
// The engine comes as a shared library inside the module github.com/kuzudb/go-kuzu
// and needs cgo on Linux or macOS. Anywhere else New returns [ErrNoCgo], so a
// program can choose another engine at run time without build constraints.
//
// # Its own view of the library
//
// The Go binding of that module loses what this package has to give: dates
// outside 1678 to 2262, bytes of a BLOB after its first NUL, the active member
// of a UNION, the order of STRUCT fields, and the difference between TIMESTAMP
// and TIMESTAMP_TZ. Values are therefore read through the library's C interface,
// which capi.h describes; the binding's module brings the library and how to
// link it. New refuses a library of another version.
//
// # What cannot be had
//
//   - An INTERVAL of more than 292 years is an error.
//   - A string with U+0000 and an empty object cannot be parameters.
//   - A statement on which the engine dies ends in an error, and its database is
//     opened anew. Results that are open on it then end in an error, too.
package kuzuengine
