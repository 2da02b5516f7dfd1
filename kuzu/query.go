package kuzu

import (
	"context"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/cypher"
	"github.com/robosystems/kuzuclient/transport"
)

// Result is the whole result of a statement.
type Result struct {
	Columns       []string      // names in order; servers may derive them from the text, so rather go by position
	Rows          []Row         // at most 10,000 of deployed servers
	Truncated     bool          // rows may have been dropped: there are exactly 10,000, and no LIMIT says that these are all; stream instead
	ExecutionTime time.Duration // on the server
}

// Query runs one statement and returns its rows, at most 10,000 of them; see
// [Result.Truncated]. A trailing semicolon is dropped.
func (c *Client) Query(ctx context.Context, statement string, params Params) (*Result, error) {
	answer, truncated, err := c.ask(ctx, statement, params)
	if err != nil {
		return nil, err
	}
	result := &Result{
		Columns:       answer.Columns,
		Rows:          []Row{},
		Truncated:     truncated,
		ExecutionTime: time.Duration(answer.ExecutionTime * float64(time.Millisecond)),
	}
	var r reader
	r.layout.reset(answer.Columns)
	text := string(answer.Rows)
	spans := make([]span, 0, min(answer.RowCount, maxPlainRows)*int64(len(answer.Columns)))
	err = c.each(&r, answer, func(int) (int, error) {
		end, err := r.layout.split(r.src.data, r.pos)
		if err == nil {
			first := len(spans)
			spans = append(spans, r.layout.spans...)
			result.Rows = append(result.Rows, Row{columns: answer.Columns, data: text, spans: spans[first:len(spans):len(spans)]})
		}
		return end, err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// prepare checks a statement and its parameters and makes the request of them,
// with the context to send it in: that tells the chain what the statement does, so
// that it is read only once. Plain queries have limits on parameters that streams
// do not have.
func (c *Client) prepare(ctx context.Context, statement string, params Params, plain bool) (context.Context, gen.QueryRequest, error) {
	refuse := func(kind Kind, err error) (context.Context, gen.QueryRequest, error) {
		return ctx, gen.QueryRequest{}, c.fail(gen.OpQueryDatabase, kind, "%s", unprefixed(err))
	}
	parsed, err := cypher.Parse(statement)
	if err != nil {
		return refuse(KindSyntax, err)
	}
	if err := cypher.CheckLength(parsed.Text); err != nil {
		return refuse(KindInvalidRequest, err)
	}
	if err := cypher.CheckKeywords(parsed.Text); err != nil {
		return refuse(KindForbidden, err)
	}
	if err := cypher.CheckParameters(parsed, params); err != nil {
		return refuse(KindInvalidRequest, err)
	}
	values, err := params.encode(plain)
	if err != nil {
		return refuse(KindInvalidRequest, err)
	}
	reads := parsed.Access == cypher.Read
	ctx = transport.WithCall(ctx, transport.Call{Operation: gen.OpQueryDatabase.ID, Graph: c.graph, Write: !reads, Idempotent: reads})
	return ctx, gen.QueryRequest{Database: c.graph, Cypher: parsed.Text, Parameters: values}, nil
}

// unprefixed returns what the tokenizer says; that it is the one who says so
// helps nobody.
func unprefixed(err error) string { return strings.TrimPrefix(err.Error(), "cypher: ") }
