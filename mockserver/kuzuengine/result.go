//go:build cgo && (linux || darwin)

package kuzuengine

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

var errResultClosed = errors.New("kuzuengine: the result is closed")

// result is a [mockserver.Result]. The mutex is for the engine, which closes
// open results when it is closed itself.
type result struct {
	columns []string
	release func(*result) // called once, without the mutex

	mu     sync.Mutex
	native *nativeResult
	reader reader
	hints  []C.int32_t // types of the columns, as far as seen
	row    []any
	end    error // what every further Next returns
}

func newResult(native *nativeResult, release func(*result)) *result {
	columns := native.columns()
	return &result{
		columns: columns,
		release: release,
		native:  native,
		hints:   make([]C.int32_t, len(columns)),
		row:     make([]any, len(columns)),
	}
}

func (r *result) Columns() []string { return r.columns }

func (r *result) Next() (row []any, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end != nil {
		return nil, r.end
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("Runtime exception: %v", p)
		}
		if err != nil {
			r.end, row = err, nil
		}
	}()
	more, err := r.native.next()
	if err != nil {
		return nil, err
	}
	if !more || len(r.columns) == 0 {
		return nil, io.EOF
	}
	for i := range r.row {
		var value C.kuzu_value
		if C.kuzu_flat_tuple_get_value(&r.native.row, C.uint64_t(i), &value) != 0 {
			return nil, errBrokenValue
		}
		if r.row[i], r.hints[i], err = r.reader.value(value, r.hints[i]); err != nil {
			return nil, err
		}
	}
	return r.row, nil
}

func (r *result) Close() error {
	r.closeWith(errResultClosed)
	return nil
}

// closeWith frees the result; the error is what Next returns from then on.
func (r *result) closeWith(reason error) {
	r.mu.Lock()
	open := r.native != nil
	if open {
		r.native.close()
		r.native, r.end = nil, reason
	}
	r.mu.Unlock()
	if open {
		r.release(r)
	}
}
