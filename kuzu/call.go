package kuzu

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
func (c *Client) send(op gen.Operation, request func() (*http.Response, error)) (*http.Response, error) {
	if onGraph(op) {
		if err := checkGraphID(c.graph); err != nil {
			return nil, c.fail(op, KindInvalidRequest, "%v", err)
		}
	}
	resp, err := request()
	switch {
	case errors.Is(err, gen.ErrPathParameter):
		return nil, c.fail(op, KindInvalidRequest, "%v", err)
	case err != nil:
		return nil, c.annotate(op, transport.SendError(err))
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, c.annotate(op, transport.ResponseError(resp))
	}
	return resp, nil
}

// call sends a request and decodes the JSON of its successful response.
func call[T any](c *Client, op gen.Operation, request func() (*http.Response, error)) (T, error) {
	var value T
	resp, err := c.send(op, request)
	if err != nil {
		return value, err
	}
	defer resp.Body.Close()
	if err := c.expect(op, resp, "application/json"); err != nil {
		return value, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.maxMessageBytes+1))
	switch {
	case err != nil:
		e := c.annotate(op, transport.SendError(fmt.Errorf("the answer broke off after %d bytes: %w", len(body), err)))
		e.Status = resp.StatusCode
		return value, e
	case int64(len(body)) > c.maxMessageBytes:
		return value, c.fail(op, KindTooLarge, "the answer is larger than %d bytes; stream it, ask for less, or raise WithMaxMessageBytes", c.maxMessageBytes)
	}
	if err := json.Unmarshal(body, &value); err != nil {
		return value, c.protocol(op, resp, fmt.Errorf("the answer is not the JSON that it should be: %w", err))
	}
	return value, nil
}

// expect checks the media type of a successful response.
func (c *Client) expect(op gen.Operation, resp *http.Response, want string) error {
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err == nil && media == want {
		return nil
	}
	return c.protocol(op, resp, fmt.Errorf("the answer has the content type %q instead of %s", resp.Header.Get("Content-Type"), want))
}

func (c *Client) protocol(op gen.Operation, resp *http.Response, err error) *Error {
	return c.annotate(op, &Error{Kind: KindProtocol, Status: resp.StatusCode, Err: err})
}

// brokenOff classifies the end of a body that came too early.
func (c *Client) brokenOff(op gen.Operation, err error) *Error {
	e := c.annotate(op, transport.SendError(err))
	if e.Kind == KindUnavailable && !errors.Is(err, io.EOF) {
		e.Message = "the connection broke"
	}
	return e
}
