package gen

import "fmt"

// ResponseTooLargeError says that a response body is longer than the client
// reads into memory. Ask for less, read it as a stream, or raise the limit with
// [WithMaxResponseBytes].
type ResponseTooLargeError struct {
	Operation  string // operationId of the document
	StatusCode int    // HTTP status
	Limit      int64  // in bytes
}

// Error names the operation, the limit and what to do.
func (e *ResponseTooLargeError) Error() string {
	return fmt.Sprintf("%s: the body of the %d response is larger than %d bytes; stream the result or raise the limit (WithMaxResponseBytes)",
		e.Operation, e.StatusCode, e.Limit)
}

// ResponseDecodeError says that a response has a status and a JSON media type
// which the document declares, but a body that is not what it declares for
// them.
type ResponseDecodeError struct {
	Operation  string // operationId of the document
	StatusCode int    // HTTP status
	MediaType  string // as the document names it
	Body       []byte // what the server sent; not part of the message
	Err        error  // never nil
}

// Error names the operation, the status and what is wrong with the body.
func (e *ResponseDecodeError) Error() string {
	return fmt.Sprintf("%s: the body of the %d response is not the declared %s: %v",
		e.Operation, e.StatusCode, e.MediaType, e.Err)
}

// Unwrap returns the decoder's error.
func (e *ResponseDecodeError) Unwrap() error { return e.Err }
