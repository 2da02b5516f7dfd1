package transport

// Kind says what went wrong, for callers that decide what to do about it. The
// set is closed: every [Error] has one of the kinds below.
type Kind uint8

// The kinds. Each has a sentinel of the same name ([ErrSyntax] and so on) for
// use with [errors.Is].
const (
	// KindSyntax: the statement does not parse or names what does not exist.
	KindSyntax Kind = iota + 1
	// KindExecution: the statement failed on the data, such as a duplicate key.
	KindExecution
	// KindInvalidRequest: a value breaks the rules of the API.
	KindInvalidRequest
	// KindUnauthorized: the key is missing or wrong.
	KindUnauthorized
	// KindForbidden: the server does not do this, such as a write on a replica.
	KindForbidden
	// KindNotFound: the graph or the task is not on this server.
	KindNotFound
	// KindConflict: it exists already.
	KindConflict
	// KindTooLarge: a request or an answer is larger than a limit.
	KindTooLarge
	// KindThrottled: too many requests.
	KindThrottled
	// KindLockedOut: too many wrong keys came from this address.
	KindLockedOut
	// KindUnavailable: the server cannot be reached or takes no work now.
	KindUnavailable
	// KindCircuitOpen: a breaker keeps calls away from a failing server.
	KindCircuitOpen
	// KindTimeout: no answer within the time allowed, on either side.
	KindTimeout
	// KindCapacity: no room for another graph.
	KindCapacity
	// KindUnsupported: the server does not have this operation.
	KindUnsupported
	// KindTruncated: a stream ended before it was known to be complete.
	KindTruncated
	// KindProtocol: the answer is not what the API promises.
	KindProtocol
	// KindServer: the server failed for reasons of its own.
	KindServer
	// KindCanceled: the caller gave up.
	KindCanceled
	// KindRouting: no server is known for the graph.
	KindRouting
	// KindConfiguration: the client was set up with a wrong value.
	KindConfiguration
)

// kinds holds a name for logs and, by kind, what to do about a server's refusal.
var kinds = [...]struct{ name, advice string }{
	KindSyntax:         {"syntax error", ""},
	KindExecution:      {"execution failed", ""},
	KindInvalidRequest: {"invalid request", ""},
	KindUnauthorized:   {"unauthorized", "check the API key"},
	KindForbidden:      {"forbidden", ""},
	KindNotFound:       {"not found", ""},
	KindConflict:       {"conflict", ""},
	KindTooLarge:       {"too large", "send less at once, or load files with Ingest"},
	KindThrottled:      {"throttled", "slow down"},
	KindLockedOut:      {"locked out", "correct the API key, then send nothing for 5 minutes"},
	KindUnavailable:    {"unavailable", ""},
	KindCircuitOpen:    {"circuit open", ""},
	KindTimeout:        {"timeout", "allow more time, or ask for less"},
	KindCapacity:       {"no capacity", "delete a graph or use another server"},
	KindUnsupported:    {"unsupported by this server", ""},
	KindTruncated:      {"truncated", ""},
	KindProtocol:       {"protocol error", "check that the address is that of a Kuzu API server"},
	KindServer:         {"server error", ""},
	KindCanceled:       {"canceled", ""},
	KindRouting:        {"no route", ""},
	KindConfiguration:  {"configuration error", ""},
}

// String returns the kind's name in lower-case words.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kinds) {
		return "unknown"
	}
	return kinds[k].name
}

// advice returns what to do about an error of the kind, "" if that depends.
func (k Kind) advice() string {
	if int(k) >= len(kinds) {
		return ""
	}
	return kinds[k].advice
}

// sentinel is matched by every [Error] of its kind.
type sentinel Kind

func (s sentinel) Error() string { return "kuzu: " + Kind(s).String() }

// Sentinels, one a kind: errors.Is(err, ErrNotFound) holds for every [Error] of
// [KindNotFound], however wrapped. [ErrUnavailable] also matches
// [KindCircuitOpen], since to the caller it comes to the same.
var (
	ErrSyntax         error = sentinel(KindSyntax)         // the statement does not parse or names what does not exist
	ErrExecution      error = sentinel(KindExecution)      // the statement failed on the data, such as a duplicate key
	ErrInvalidRequest error = sentinel(KindInvalidRequest) // a value breaks the rules of the API
	ErrUnauthorized   error = sentinel(KindUnauthorized)   // the key is missing or wrong
	ErrForbidden      error = sentinel(KindForbidden)      // the server does not do this, such as a write on a replica
	ErrNotFound       error = sentinel(KindNotFound)       // the graph or the task is not on this server
	ErrConflict       error = sentinel(KindConflict)       // it exists already
	ErrTooLarge       error = sentinel(KindTooLarge)       // a request or an answer is larger than a limit
	ErrThrottled      error = sentinel(KindThrottled)      // too many requests
	ErrLockedOut      error = sentinel(KindLockedOut)      // too many wrong keys came from this address
	ErrUnavailable    error = sentinel(KindUnavailable)    // the server cannot be reached or takes no work now
	ErrCircuitOpen    error = sentinel(KindCircuitOpen)    // a breaker keeps calls away from a failing server
	ErrTimeout        error = sentinel(KindTimeout)        // no answer within the time allowed, on either side
	ErrCapacity       error = sentinel(KindCapacity)       // no room for another graph
	ErrUnsupported    error = sentinel(KindUnsupported)    // the server does not have this operation
	ErrTruncated      error = sentinel(KindTruncated)      // a stream ended before it was known to be complete
	ErrProtocol       error = sentinel(KindProtocol)       // the answer is not what the API promises
	ErrServer         error = sentinel(KindServer)         // the server failed for reasons of its own
	ErrCanceled       error = sentinel(KindCanceled)       // the caller gave up
	ErrRouting        error = sentinel(KindRouting)        // no server is known for the graph
	ErrConfiguration  error = sentinel(KindConfiguration)  // the client was set up with a wrong value
)
