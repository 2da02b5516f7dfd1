// Package bench holds the library against its peers. It is a module of its own,
// so that they are not in the library's go.mod. make bench runs it. Its programs
// print with the package table, which keeps all rows in results.json.
package bench
