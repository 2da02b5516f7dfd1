// Package gen is the Kuzu API in Go, generated from openapi/kuzu-api.yaml: what
// the document says, and no more. Retries, routing, keys and rows live in the
// packages above it.
//
// # What is here
//
//   - types.gen.go: the schemas, as structs.
//   - client.gen.go: [Client], which builds and sends requests, and
//     [ClientWithResponses], which also reads the answers.
//   - operations.gen.go: an [Operation] for each operation of the document,
//     with what it does to the data and whether it may be repeated.
//
// The rest is written by hand: what the generated code calls, and what finds
// an operation by its request. Package gen/server is the other side of the same
// document.
//
// # Generating
//
// The files follow from the document, gen/config and gen/templates:
//
//	go generate ./gen
//
// Go-only matters, such as rows that stay [json.RawMessage] and nullable fields
// that are pointers, are overlays in gen/config, so that the document stays free
// of them. An overlay that no longer fits the document fails the generation, and
// so does an operation without x-kuzu-access and x-kuzu-idempotent.
//
// # Raw client or typed responses
//
// [Client] returns the *http.Response as it came; the caller checks status and
// media type, bounds what is read and closes the body. [ClientWithResponses]
// does that: it reads at most [DefaultMaxResponseBytes] (see
// [WithMaxResponseBytes]) and sets the one typed field that is declared for the
// status and media type, such as JSON200 or JSON404. An error means that the
// request was not sent or not answered, that the answer is too large
// ([ResponseTooLargeError]), or that it is not the JSON that the document
// declares for it ([ResponseDecodeError]).
//
// A status or media type that the document does not declare is no error: a
// proxy's HTML page leaves every typed field nil and its bytes in Body, as plain
// text does. Test the field that you need, not the status alone.
//
// # Streams
//
// Where a 2xx answer is declared as application/x-ndjson, text/event-stream or
// an archive, the typed response has a Stream field. If such an answer comes,
// its body is left unread in Stream, without a limit, and Body is nil; the caller
// reads and closes it. Stream is nil for any other answer, so test it first.
//
// # Ids
//
// A path parameter that is empty, "." or "..", or that holds a slash or
// backslash, fails with [ErrPathParameter] before anything is sent. Other rules
// for ids are the caller's to check.
package gen
