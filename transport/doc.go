// Package transport holds what lies between the generated client and the
// network: a chain of [net/http.RoundTripper] layers, the one error type with
// its classification of everything that a server or the network can answer, and
// the readers of streams and events.
//
// # The chain
//
// [NewChain] puts the layers in order, once for a process:
//
//	observe   a span, a duration and a log line a call
//	limit     rate, calls to one graph at once, the deadline of the operation
//	stream    guards streamed results; see [Streams]
//	retry     what may be repeated, and when; docs/retries.md
//	route     asks a [Resolver] for the endpoint of each attempt
//	breaker   keeps attempts from endpoints that are dead
//	attempt   the limits of one attempt; docs/timeouts.md
//	auth      the key, from a [KeyProvider], for endpoints that the resolver named
//	base      one pool of connections
//
// [Chain.For] returns a RoundTripper for a resolver: a small value over what the
// chain shares, so that a program can have one a graph. Requests are known by
// their method, path and statement, so that users of the generated client get
// the same care; [WithCall] names them for those who know better.
//
// # One layer alone
//
// A layer whose settings are zero does nothing. Who wants the retries only, over
// a transport of their own, sets Transport and Retry, and sends requests with
// [Chain.For] of no resolver, which go where their URL leads.
//
// # Errors
//
// Everything that fails is an [*Error] with a [Kind] out of a closed set.
// [errors.Is] finds [ErrNotFound] and the others of its like through every wrap;
// docs/errors.md says of each when it comes and what to do about it.
//
// # Streams
//
// A streamed result ends in [io.EOF] only if it is known to be complete. All
// else, also a clean end that proves nothing, is an [*Error].
package transport
