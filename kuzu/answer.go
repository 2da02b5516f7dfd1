package kuzu

import (
	"context"
	"net/http"
	"reflect"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/chunk"
	"github.com/robosystems/kuzuclient/internal/cypher"
)

// maxPlainRows is where servers cut a plain result without a word.
const maxPlainRows = 10_000

// ask runs one statement as a plain query. The rows of its answer have not been
// looked at yet. It is truncated if rows may have been dropped.
func (c *Client) ask(ctx context.Context, statement string, params Params) (answer chunk.Chunk, truncated bool, err error) {
	op := gen.OpQueryDatabase
	ctx, request, err := c.prepare(ctx, statement, params, true)
	if err != nil {
		return answer, false, err
	}
	body, err := c.fetch(ctx, op, func() (*http.Response, error) {
		return c.api.QueryDatabase(ctx, c.graph, nil, request)
	})
	if err != nil {
		return answer, false, redactValues(err, request.Parameters)
	}
	answer, err = chunk.ParseAnswer(body)
	switch {
	case err != nil:
		return answer, false, c.notJSON(op, err)
	case answer.Columns == nil:
		return answer, false, c.lacks(op, "columns")
	case !answer.HasData:
		return answer, false, c.lacks(op, "data")
	}
	return answer, answer.RowCount == maxPlainRows && !fewEnough(request.Cypher, params), nil
}

// each calls f for each row of an answer, with the reader at its beginning; f
// returns where the row ends.
func (c *Client) each(r *reader, answer chunk.Chunk, f func(i int) (end int, err error)) error {
	op := gen.OpQueryDatabase
	r.load(answer)
	for r.left() {
		end, err := f(int(r.taken))
		if err == nil {
			err = r.take(end)
		}
		if err != nil {
			return c.rowFault(r.taken, err)
		}
	}
	if r.taken != answer.RowCount {
		return c.fail(op, KindProtocol, "the answer announces %d rows and holds %d", answer.RowCount, r.taken)
	}
	return nil
}

// fewEnough reports whether a statement bounds its own rows to what servers
// return, so that none have been dropped.
func fewEnough(statement string, params Params) bool {
	parsed, err := cypher.Parse(statement)
	if err != nil {
		return false
	}
	switch limit := parsed.Limit; limit.Kind {
	case cypher.LimitLiteral:
		return limit.Rows <= maxPlainRows
	case cypher.LimitParameter:
		v := reflect.ValueOf(params[limit.Parameter])
		return v.CanInt() && v.Int() <= maxPlainRows || v.CanUint() && v.Uint() <= maxPlainRows
	}
	return false
}

// truncated is the error of a result that may have been cut.
func (c *Client) truncated(why string) error {
	e := c.fail(gen.OpQueryDatabase, KindTruncated, "servers return at most %d rows without streaming and drop the rest; %s", maxPlainRows, why)
	e.Rows = maxPlainRows
	return e
}
