package kuzu

import (
	"context"
	"fmt"
	"iter"

	"github.com/robosystems/kuzuclient/gen"
)

// QueryAs runs one statement and returns its rows as values of T: a struct with
// a field for each column, or for a single column any type that fits it; see the
// package comment. It fails with [ErrTruncated] if the result may have been cut at
// 10,000 rows; use [StreamAs] then.
func QueryAs[T any](ctx context.Context, c *Client, statement string, params Params) ([]T, error) {
	op := gen.OpQueryDatabase
	result, err := c.Query(ctx, statement, params)
	if err != nil {
		return nil, err
	}
	if result.Truncated {
		return nil, c.fail(op, KindTruncated, "servers return at most %d rows and drop the rest; use StreamAs", maxPlainRows)
	}
	bind, err := newBinder[T](result.Columns)
	if err != nil {
		return nil, c.fail(op, KindInvalidRequest, "%v", err)
	}
	values := make([]T, len(result.Rows))
	for i, row := range result.Rows {
		if err := bind.row(row, &values[i]); err != nil {
			return nil, c.fail(op, KindInvalidRequest, "row %d: %v", i, err)
		}
	}
	return values, nil
}

// StreamAs runs one statement and iterates over its rows as values of T; see
// [QueryAs] for the types that fit. What goes wrong is the last element. The
// statement is sent when the iteration begins, and again if there is another;
// breaking out of the loop ends the transfer.
func StreamAs[T any](ctx context.Context, c *Client, statement string, params Params) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		rows := c.Stream(ctx, statement, params)
		defer rows.Close()
		var none T
		refuse := func(err error) {
			yield(none, c.fail(gen.OpQueryDatabase, KindInvalidRequest, "%v", err))
		}
		more := rows.Next()
		if rows.err != nil {
			yield(none, rows.err)
			return
		}
		bind, err := newBinder[T](rows.columns)
		if err != nil {
			refuse(err)
			return
		}
		for i := 0; more; i++ {
			var value T
			if err := bind.row(rows.row, &value); err != nil {
				refuse(fmt.Errorf("row %d: %w", i, err))
				return
			}
			if !yield(value, nil) {
				return
			}
			more = rows.Next()
		}
		if rows.err != nil {
			yield(none, rows.err)
		}
	}
}
