package kuzu

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/cypher"
)

// maxPlainRows is where servers cut a plain result without a word.
const maxPlainRows = 10_000

// Result is the whole result of a statement.
type Result struct {
	Columns       []string      // names in order; servers may derive them from the text, so rather go by position
	Rows          []Row         // at most 10,000
	Truncated     bool          // true if there are 10,000 rows, so that more may have been dropped; stream instead
	ExecutionTime time.Duration // on the server
}

// Query runs one statement and returns its rows, at most 10,000 of them; see
// [Result.Truncated]. A trailing semicolon is dropped.
func (c *Client) Query(ctx context.Context, statement string, params Params) (*Result, error) {
	op := gen.OpQueryDatabase
	body, err := c.prepare(statement, params, true)
	if err != nil {
		return nil, err
	}
	answer, err := call[gen.QueryResult](ctx, c, op, func() (*http.Response, error) {
		return c.api.QueryDatabase(ctx, c.graph, nil, body)
	})
	switch {
	case err != nil:
		return nil, err
	case answer.Columns == nil:
		return nil, c.lacks(op, "columns")
	case answer.Data == nil:
		return nil, c.lacks(op, "data")
	case answer.RowCount != len(answer.Data):
		return nil, c.fail(op, KindProtocol, "the answer announces %d rows and holds %d", answer.RowCount, len(answer.Data))
	}
	result := &Result{
		Columns:       answer.Columns,
		Rows:          make([]Row, len(answer.Data)),
		Truncated:     len(answer.Data) >= maxPlainRows,
		ExecutionTime: time.Duration(answer.ExecutionTimeMS * float64(time.Millisecond)),
	}
	for i, raw := range answer.Data {
		if result.Rows[i], err = newRow(result.Columns, raw); err != nil {
			return nil, c.fail(op, KindProtocol, "row %d: %v", i, err)
		}
	}
	return result, nil
}

// prepare checks a statement and its parameters and makes the request of them.
// Plain queries have limits on parameters that streams do not have.
func (c *Client) prepare(statement string, params Params, plain bool) (gen.QueryRequest, error) {
	refuse := func(kind Kind, err error) (gen.QueryRequest, error) {
		return gen.QueryRequest{}, c.fail(gen.OpQueryDatabase, kind, "%s", unprefixed(err))
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
	return gen.QueryRequest{Database: c.graph, Cypher: parsed.Text, Parameters: values}, nil
}

// unprefixed returns what the tokenizer says; that it is the one who says so
// helps nobody.
func unprefixed(err error) string { return strings.TrimPrefix(err.Error(), "cypher: ") }
