// Package contract holds the project to its promises: which room may import
// which, so far.
package contract
