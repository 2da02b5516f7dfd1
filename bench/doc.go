// Package bench holds the library against its peers. It is a module of its own,
// so that they are not in the library's go.mod. make bench runs it.
package bench
