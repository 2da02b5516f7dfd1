package kuzu

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"unsafe"

	"github.com/robosystems/kuzuclient/gen"
)

// QueryAs runs one statement and returns its rows as values of T: a struct with
// a field for each column, or for a single column any type that fits it; see the
// package comment. It fails with [ErrTruncated] if the result may have been cut at
// 10,000 rows; use [StreamAs] then.
func QueryAs[T any](ctx context.Context, c *Client, statement string, params Params) ([]T, error) {
	answer, truncated, err := c.ask(ctx, statement, params)
	if err != nil {
		return nil, err
	}
	if truncated {
		return nil, c.truncated("use StreamAs")
	}
	r := reader{src: source{shared: true}}
	r.layout.reset(answer.Columns)
	bind, err := newBinder(reflect.TypeFor[T](), &r.layout)
	if err != nil {
		return nil, c.fail(gen.OpQueryDatabase, KindInvalidRequest, "%v", err)
	}
	values := make([]T, 0, min(answer.RowCount, maxPlainRows, int64(len(answer.Rows)/len("{}"))))
	err = c.each(&r, answer, func(i int) (int, error) {
		values = append(values, *new(T))
		return bind.row(&r.src, r.pos, unsafe.Pointer(&values[i])) //nolint:gosec // of the type that the binder is for
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

// StreamAs runs one statement and iterates over its rows as values of T; see
// [QueryAs] for the types that fit. What goes wrong is the last element. The
// statement is sent when the iteration begins, and again if there is another;
// breaking out of the loop ends the transfer.
//
// The texts of neighbouring rows share memory, at most 32 KiB of it, which stays
// as long as one of them does.
func StreamAs[T any](ctx context.Context, c *Client, statement string, params Params, opts ...StreamOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		rows := c.Stream(ctx, statement, params, opts...)
		defer rows.Close()
		value := new(T)
		if err := rows.bindAll(reflect.TypeFor[T](), unsafe.Pointer(value), func() bool { return yield(*value, nil) }); err != nil { //nolint:gosec // of the type that the binder is for
			yield(*new(T), err)
		}
	}
}

// bindAll copies one row after the other to base, a variable of type t, and calls
// yield after each until that returns false.
func (r *Rows) bindAll(t reflect.Type, base unsafe.Pointer, yield func() bool) error {
	more := r.advance()
	if r.err != nil {
		return r.err
	}
	bind, err := newBinder(t, &r.layout)
	if err != nil {
		return r.client.fail(gen.OpQueryDatabase, KindInvalidRequest, "%v", err)
	}
	for i := int64(0); more; i++ {
		end, err := bind.row(&r.src, r.pos, base)
		if err != nil {
			if _, ok := errors.AsType[*misfit](err); ok {
				return r.client.rowFault(i, err)
			}
			r.broken(err)
			break
		}
		if r.pass(end) && !yield() {
			return nil
		}
		more = r.advance()
	}
	return r.err
}

// rowFault says which row an error is about: the caller's type, if a value does
// not fit, and the server's answer otherwise.
func (c *Client) rowFault(i int64, err error) error {
	kind := KindProtocol
	if _, ok := errors.AsType[*misfit](err); ok {
		kind = KindInvalidRequest
	}
	return c.fail(gen.OpQueryDatabase, kind, "row %d: %v", i, err)
}
