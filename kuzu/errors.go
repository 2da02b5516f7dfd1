package kuzu

import (
	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// Error is the one error type of the library; see [transport.Error].
type Error = transport.Error

// Kind says what went wrong; see [transport.Kind].
type Kind = transport.Kind

// The kinds of errors.
const (
	KindSyntax         = transport.KindSyntax         // the statement does not parse or names what does not exist
	KindExecution      = transport.KindExecution      // the statement failed on the data, such as a duplicate key
	KindInvalidRequest = transport.KindInvalidRequest // a value breaks the rules of the API
	KindUnauthorized   = transport.KindUnauthorized   // the key is missing or wrong
	KindForbidden      = transport.KindForbidden      // the server does not do this, such as a write on a replica
	KindNotFound       = transport.KindNotFound       // the graph or the task is not on this server
	KindConflict       = transport.KindConflict       // it exists already
	KindTooLarge       = transport.KindTooLarge       // a request or an answer is larger than a limit
	KindThrottled      = transport.KindThrottled      // too many requests
	KindLockedOut      = transport.KindLockedOut      // too many wrong keys came from this address
	KindUnavailable    = transport.KindUnavailable    // the server cannot be reached or takes no work now
	KindCircuitOpen    = transport.KindCircuitOpen    // a breaker keeps calls away from a failing server
	KindTimeout        = transport.KindTimeout        // no answer within the time allowed, on either side
	KindCapacity       = transport.KindCapacity       // no room for another graph
	KindUnsupported    = transport.KindUnsupported    // the server does not have this operation
	KindTruncated      = transport.KindTruncated      // a stream ended before it was known to be complete
	KindProtocol       = transport.KindProtocol       // the answer is not what the API promises
	KindServer         = transport.KindServer         // the server failed for reasons of its own
	KindCanceled       = transport.KindCanceled       // the caller gave up
	KindRouting        = transport.KindRouting        // no server is known for the graph
	KindConfiguration  = transport.KindConfiguration  // the client was set up with a wrong value
)

// Sentinels for [errors.Is], one a kind. [ErrUnavailable] also matches
// [KindCircuitOpen].
var (
	ErrSyntax         = transport.ErrSyntax         // the statement does not parse or names what does not exist
	ErrExecution      = transport.ErrExecution      // the statement failed on the data, such as a duplicate key
	ErrInvalidRequest = transport.ErrInvalidRequest // a value breaks the rules of the API
	ErrUnauthorized   = transport.ErrUnauthorized   // the key is missing or wrong
	ErrForbidden      = transport.ErrForbidden      // the server does not do this, such as a write on a replica
	ErrNotFound       = transport.ErrNotFound       // the graph or the task is not on this server
	ErrConflict       = transport.ErrConflict       // it exists already
	ErrTooLarge       = transport.ErrTooLarge       // a request or an answer is larger than a limit
	ErrThrottled      = transport.ErrThrottled      // too many requests
	ErrLockedOut      = transport.ErrLockedOut      // too many wrong keys came from this address
	ErrUnavailable    = transport.ErrUnavailable    // the server cannot be reached or takes no work now
	ErrCircuitOpen    = transport.ErrCircuitOpen    // a breaker keeps calls away from a failing server
	ErrTimeout        = transport.ErrTimeout        // no answer within the time allowed, on either side
	ErrCapacity       = transport.ErrCapacity       // no room for another graph
	ErrUnsupported    = transport.ErrUnsupported    // the server does not have this operation
	ErrTruncated      = transport.ErrTruncated      // a stream ended before it was known to be complete
	ErrProtocol       = transport.ErrProtocol       // the answer is not what the API promises
	ErrServer         = transport.ErrServer         // the server failed for reasons of its own
	ErrCanceled       = transport.ErrCanceled       // the caller gave up
	ErrRouting        = transport.ErrRouting        // no server is known for the graph
	ErrConfiguration  = transport.ErrConfiguration  // the client was set up with a wrong value
)

// Causes of errors of streams, for [errors.Is]; see [transport.ErrUnconfirmed] and
// [transport.ErrUnstreamable].
var (
	ErrUnconfirmed  = transport.ErrUnconfirmed  // a stream that may well be complete, and nothing could tell
	ErrUnstreamable = transport.ErrUnstreamable // the server could not put the values into a stream
)

// fail returns an error of an operation, in the library's own words.
func (c *Client) fail(op gen.Operation, kind Kind, format string, args ...any) *Error {
	return c.annotate(op, transport.Errorf(kind, format, args...))
}

// annotate adds where an error happened. A chain knows better which endpoint it
// was.
func (c *Client) annotate(op gen.Operation, e *Error) *Error {
	e.Operation = op.ID
	if e.Endpoint == "" {
		e.Endpoint = c.endpoint
	}
	if onGraph(op) {
		e.Graph = c.graph
	}
	return e
}
