package kuzu

import (
	"errors"
	"fmt"
	"slices"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// layout is how the rows of one result are written: which bytes stand before
// each value. Servers write all rows of a result alike, so that it is learned
// from the first. A row that is written otherwise is taken apart key by key.
type layout struct {
	columns []string
	leads   []string // what stands before each value, in the order of the text
	order   []int    // the column of each value; nil until a row was seen
	spans   []span   // of the row that was taken apart last, by column
}

// span is where a value is.
type span struct{ start, end int }

func (l *layout) reset(columns []string) {
	*l = layout{columns: columns, spans: make([]span, len(columns))}
}

// split finds the values of the row that begins at data[i], and returns the
// position after the row.
func (l *layout) split(data []byte, i int) (end int, err error) {
	if l.order != nil {
		if end, ok := l.splitAlike(data, i); ok {
			return end, nil
		}
	}
	return l.splitAnyhow(data, i)
}

// splitAlike is for a row that is written as the others are.
func (l *layout) splitAlike(data []byte, i int) (end int, ok bool) {
	for k, lead := range l.leads {
		start := i + len(lead)
		if start >= len(data) || string(data[i:start]) != lead {
			return i, false
		}
		var err error
		switch c := data[start]; {
		case c == '"':
			i, _, err = chunk.Text(data, start)
		case c == '-' || c-'0' < 10:
			i, err = chunk.Number(data, start)
		default:
			i, err = chunk.Skip(data, start)
		}
		if err != nil {
			return i, false
		}
		l.spans[l.order[k]] = span{start, i}
	}
	if i >= len(data) || data[i] != '}' {
		return i, false
	}
	return i + 1, true
}

// splitAnyhow is for the first row, and for those that are not like it.
func (l *layout) splitAnyhow(data []byte, i int) (end int, err error) {
	if i >= len(data) || data[i] != '{' {
		return i, errors.New("it is not an object")
	}
	for k := range l.spans {
		l.spans[k] = span{}
	}
	var leads []string
	var order []int
	members, last := 0, i
	var unknown error
	end, err = chunk.Members(data, i, func(name string, start, end int) {
		column := slices.Index(l.columns, name)
		if column < 0 {
			unknown = fmt.Errorf("it has a value for %q, which is no column", name)
			return
		}
		if l.spans[column] == (span{}) {
			members++
		}
		l.spans[column] = span{start, end}
		leads, order = append(leads, string(data[last:start])), append(order, column)
		last = end
	})
	switch {
	case err != nil:
		return end, err
	case unknown != nil:
		return end, unknown
	case members != len(l.columns):
		missing := slices.Index(l.spans, span{})
		return end, fmt.Errorf("it has %d values for %d columns, and none for %q", members, len(l.columns), l.columns[missing])
	}
	if len(order) == members && last == end-1 {
		l.leads, l.order = leads, order
	}
	return end, nil
}
