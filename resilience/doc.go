// Package resilience keeps calls to services that fail, hang or are overrun
// from taking their callers down with them.
//
// # Policies
//
// A [Policy] stands between a caller and a function. [Wrap] puts several around
// one function, in the order written from the outside in:
//
//	fetch, err := resilience.Wrap(fetchEntity,
//		resilience.Retry(resilience.MiddlewareRetry()),
//		resilience.Timeout(resilience.APITimeout),
//		resilience.Breaker("quickbooks_api", resilience.MiddlewareBreaker()))
//
// Here every attempt has its own 10 s, and the breaker sees each attempt.
// [Compose] and [Do] serve functions that differ from call to call, and a
// single policy: Do(ctx, breaker, f).
//
//   - [Breaker] keeps calls from a service that fails, [Breakers] holds many by name.
//   - [Retry] repeats, as a [Strategy] says, within a [Budget].
//   - [Timeout] bounds one call, [SplitTimeout] the stages of an operation.
//   - [Fallback], [CacheFallback] and [Degrade] answer in the service's place.
//   - [Throttle] bounds calls per period, [Bulkhead] calls at once.
//   - [NewTracker] watches the health of services; package page shows it.
//
// # Settings
//
// A preset carries the defaults of one of the two specifications the package
// was built from, and is changed field by field: the middleware's
// (robustness-middleware) presets begin with Middleware, the client's
// (kuzu-client-factory) with Client. Zero is never replaced by a default.
// [ConfigFromEnv] reads the middleware's environment variables.
//
// A constructor never fails by itself: Err of the policy tells all that is
// wrong with its settings, Wrap and Compose join that of all their policies and
// add what cannot work together, and a policy with wrong settings refuses every
// call with that error.
//
// # Errors
//
// A call that a policy did not let through ends in a [*RefusedError]: the
// function was not called. [*RetryError], [*TimeoutError] and [*FallbackError]
// carry the function's own error; [errors.Is] and [errors.As] find it in them.
//
// # Time and concurrency
//
// Functions run in the caller's goroutine: a timeout ends the context and waits
// for the function to heed it. A panic in the function is counted as a failure
// and goes on to the caller. Everything is safe for concurrent use, no lock is
// held while foreign code runs, and only a [Tracker] has goroutines, which its
// Close ends.
package resilience
