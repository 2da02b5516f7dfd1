package gen

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// DefaultMaxResponseBytes bounds the body of a typed response unless
// [WithMaxResponseBytes] says otherwise: 64 MiB. A plain query returns at most
// 10,000 rows, so only rows of more than 6 KiB on average exceed it.
const DefaultMaxResponseBytes = 64 << 20

// WithMaxResponseBytes sets how many bytes of one response body
// [ClientWithResponses] reads into memory. A longer body is a
// [*ResponseTooLargeError]. It does not concern [Client], nor the Stream field
// of a typed response: their bodies are the caller's to read. A limit below 1
// is an error.
func WithMaxResponseBytes(limit int64) ClientOption {
	return func(c *Client) error {
		if limit < 1 {
			return fmt.Errorf("response limit is %d bytes, want at least 1", limit)
		}
		c.maxResponseBytes = limit
		return nil
	}
}

// reply is one HTTP response on its way into a typed one. The generated
// parsers find the declared status and media type and then call either
// decodeJSON or read, once, or leave the body to the caller.
type reply struct {
	operation string
	rsp       *http.Response
	mediaType string // lower case, without parameters; "" if absent or malformed
	limit     int64
}

func newReply(operation string, rsp *http.Response, maxBytes int64) reply {
	if maxBytes < 1 {
		maxBytes = DefaultMaxResponseBytes
	}
	mediaType, _, err := mime.ParseMediaType(rsp.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		mediaType = ""
	}
	return reply{operation: operation, rsp: rsp, mediaType: mediaType, limit: maxBytes}
}

// is reports whether the body has exactly the declared media type, whatever
// its parameters: application/x-ndjson is not application/json.
func (r reply) is(declared string) bool {
	return r.mediaType == declared
}

// read returns the whole body and closes it.
func (r reply) read() ([]byte, error) {
	defer func() { _ = r.rsp.Body.Close() }()
	if r.rsp.ContentLength > r.limit {
		return nil, r.tooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.rsp.Body, r.limit))
	if err == nil && int64(len(body)) == r.limit {
		// Full to the brim: one more byte tells a body of just this size from
		// a longer one, without limit+1, which could overflow.
		var next [1]byte
		var n int
		if n, err = io.ReadFull(r.rsp.Body, next[:]); n > 0 {
			return nil, r.tooLarge()
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: reading the body of the %d response: %w", r.operation, r.rsp.StatusCode, err)
	}
	return body, nil
}

func (r reply) tooLarge() error {
	return &ResponseTooLargeError{Operation: r.operation, StatusCode: r.rsp.StatusCode, Limit: r.limit}
}

// decodeJSON reads the body into a new T. It sets *field if and only if it
// returns no error.
func decodeJSON[T any](r reply, field **T) ([]byte, error) {
	body, err := r.read()
	if err != nil {
		return nil, err
	}
	var value *T
	if err = json.Unmarshal(body, &value); err == nil && value == nil {
		err = errors.New("null in place of a value")
	}
	if err != nil {
		return nil, &ResponseDecodeError{
			Operation:  r.operation,
			StatusCode: r.rsp.StatusCode,
			MediaType:  r.mediaType,
			Body:       body,
			Err:        err,
		}
	}
	*field = value
	return body, nil
}
