package kuzu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// onGraph reports whether an operation is about a graph.
func onGraph(op gen.Operation) bool {
	return strings.Contains(op.Path, "{graph_id}") || op == gen.OpCreateDatabase
}

// send checks what can be checked beforehand, sends a request and returns its
// successful response; the caller closes the body.
func (c *Client) send(ctx context.Context, op gen.Operation, request func() (*http.Response, error)) (*http.Response, error) {
	if onGraph(op) {
		if err := checkGraphID(c.graph); err != nil {
			return nil, c.fail(op, KindInvalidRequest, "%v", err)
		}
	}
	resp, err := request()
	switch {
	case errors.Is(err, gen.ErrPathParameter):
		return nil, c.fail(op, KindInvalidRequest, "%v; give the id as the server named it", err)
	case err != nil:
		return nil, c.annotate(op, transport.SendError(ctx, err))
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, c.annotate(op, transport.ResponseError(resp))
	}
	return resp, nil
}

// call sends a request and decodes the JSON of its successful response.
func call[T any](ctx context.Context, c *Client, op gen.Operation, request func() (*http.Response, error)) (T, error) {
	var value T
	body, err := c.fetch(ctx, op, request)
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal(body, &value); err != nil {
		return value, c.notJSON(op, err)
	}
	return value, nil
}

// fetch sends a request and returns the body of its successful response, which
// says that it is JSON.
func (c *Client) fetch(ctx context.Context, op gen.Operation, request func() (*http.Response, error)) ([]byte, error) {
	resp, err := c.send(ctx, op, request)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if err := c.expect(op, resp, "application/json"); err != nil {
		return nil, err
	}
	limit := c.maxMessageBytes
	var body bytes.Buffer
	body.Grow(int(min(max(resp.ContentLength, 0), trustedLength)) + bytes.MinRead) // with room to see the end
	_, err = body.ReadFrom(io.LimitReader(resp.Body, min(limit, math.MaxInt64-1)+1))
	switch {
	case err != nil:
		return nil, c.annotate(op, transport.SendError(ctx, fmt.Errorf("the answer broke off after %d bytes: %w", body.Len(), err)))
	case int64(body.Len()) > limit:
		return nil, c.fail(op, KindTooLarge, "the answer is larger than %d bytes; ask for less, stream it, or raise WithMaxMessageBytes", limit)
	}
	return body.Bytes(), nil
}

// trustedLength is for how much of an announced length memory is taken before
// anything of it has arrived.
const trustedLength = 1 << 20

// notJSON reports an answer that is not what its type says.
func (c *Client) notJSON(op gen.Operation, err error) *Error {
	return c.protocol(op, fmt.Errorf("the answer is not the JSON that it should be: %w", err))
}

// expect checks the media type of a successful response.
func (c *Client) expect(op gen.Operation, resp *http.Response, want string) error {
	got := resp.Header.Get("Content-Type")
	if got == want {
		return nil
	}
	if media, _, err := mime.ParseMediaType(got); err == nil && media == want {
		return nil
	}
	return c.protocol(op, fmt.Errorf("the answer has the content type %.100q instead of %s", got, want))
}

// protocol reports an answer that no server of this API gives.
func (c *Client) protocol(op gen.Operation, err error) *Error {
	return c.annotate(op, &Error{Kind: KindProtocol, Err: err})
}

// lacks reports an answer without something that the API requires. Reading it
// as empty would take silence for success.
func (c *Client) lacks(op gen.Operation, field string) *Error {
	return c.protocol(op, fmt.Errorf("the answer has no %s", field))
}
