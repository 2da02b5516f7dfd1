// Package transport holds what lies between the generated client and the
// network: the one error type with its classification of everything a server
// or the network can answer, the reader of event streams, and the connection
// pool.
package transport
