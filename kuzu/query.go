package kuzu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/cypher"
)

// Params are the values of a statement's $names. Anything that [json.Marshal]
// takes will do: integers, floats, strings, bools, nil, slices, maps and
// structs. Each name of the statement needs a value and each value a name.
type Params map[string]any

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
	body, err := c.prepare(statement, params, true)
	if err != nil {
		return nil, err
	}
	answer, err := call[gen.QueryResult](c, gen.OpQueryDatabase, func() (*http.Response, error) {
		return c.api.QueryDatabase(ctx, c.graph, nil, body)
	})
	if err != nil {
		return nil, err
	}
	result := &Result{
		Columns:       answer.Columns,
		Rows:          make([]Row, len(answer.Data)),
		Truncated:     len(answer.Data) >= maxPlainRows,
		ExecutionTime: time.Duration(answer.ExecutionTimeMS * float64(time.Millisecond)),
	}
	if answer.RowCount != len(answer.Data) {
		return nil, c.fail(gen.OpQueryDatabase, KindProtocol, "the answer announces %d rows and holds %d", answer.RowCount, len(answer.Data))
	}
	for i, raw := range answer.Data {
		if result.Rows[i], err = newRow(result.Columns, raw); err != nil {
			return nil, c.fail(gen.OpQueryDatabase, KindProtocol, "row %d: %v", i, err)
		}
	}
	return result, nil
}

// QueryAs runs one statement and returns its rows as values of T: a struct with
// a field for each column, or for a single column any type that fits it. It
// fails if the result may have been cut at 10,000 rows; use [StreamAs] then.
func QueryAs[T any](ctx context.Context, c *Client, statement string, params Params) ([]T, error) {
	result, err := c.Query(ctx, statement, params)
	if err != nil {
		return nil, err
	}
	if result.Truncated {
		return nil, c.fail(gen.OpQueryDatabase, KindTruncated, "the server returns at most %d rows and may have dropped the rest; use StreamAs", maxPlainRows)
	}
	bind, err := newBinder[T](result.Columns)
	if err != nil {
		return nil, c.fail(gen.OpQueryDatabase, KindInvalidRequest, "%v", err)
	}
	values := make([]T, len(result.Rows))
	for i, row := range result.Rows {
		if err := bind.row(row, &values[i]); err != nil {
			return nil, c.fail(gen.OpQueryDatabase, KindInvalidRequest, "row %d: %v", i, err)
		}
	}
	return values, nil
}

// prepare checks a statement and its parameters and makes the request of them.
// Plain queries have limits on parameters that streams do not have.
func (c *Client) prepare(statement string, params Params, plain bool) (gen.QueryRequest, error) {
	var none gen.QueryRequest
	parsed, err := cypher.Parse(statement)
	if err != nil {
		var at *cypher.Error
		if errors.As(err, &at) {
			return none, c.fail(gen.OpQueryDatabase, KindSyntax, "line %d, column %d: %s", at.Line, at.Column, at.Msg)
		}
		return none, c.fail(gen.OpQueryDatabase, KindSyntax, "%v", err)
	}
	for _, err := range []error{
		cypher.CheckLength(parsed.Text),
		cypher.CheckKeywords(parsed.Text),
		cypher.CheckParameters(parsed, params),
		checkValues(params, plain),
	} {
		if err != nil {
			return none, c.fail(gen.OpQueryDatabase, KindInvalidRequest, "%v", err)
		}
	}
	return gen.QueryRequest{Database: c.graph, Cypher: parsed.Text, Parameters: gen.QueryParameters(params)}, nil
}

// maxPlainNumber is the largest magnitude that servers take as a parameter of a
// plain query.
const maxPlainNumber = 1e15

// checkValues refuses parameters that cannot be sent. The error names the
// parameter and never its value.
func checkValues(params Params, plain bool) error {
	for name, value := range params {
		if _, err := json.Marshal(value); err != nil {
			return fmt.Errorf("parameter $%s of type %T cannot be sent as JSON", name, value)
		}
		if n, ok := magnitude(value); plain && ok && n > maxPlainNumber {
			return fmt.Errorf("parameter $%s is larger than 1e15, which servers refuse in a plain query; bind it as a string and write CAST($%s AS INT64), or use Stream", name, name)
		}
	}
	return nil
}

func magnitude(value any) (float64, bool) {
	switch n := value.(type) {
	case int:
		return math.Abs(float64(n)), true
	case int64:
		return math.Abs(float64(n)), true
	case uint:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float64:
		return math.Abs(n), true
	}
	return 0, false
}
