package kuzu

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/robosystems/kuzuclient/transport"
)

// Row is one row of a result. It stays valid and can be shared. A method that
// fails returns an [*Error] of [KindInvalidRequest] that names the column.
type Row struct {
	columns []string
	data    string // the row as JSON, or more
	spans   []span // of the values in data, by column
}

// sharedRow is how large a row may be, in bytes, for its texts to be parts of it.
// Texts of larger ones are copies, so as not to keep it all.
const sharedRow = 4 << 10

// source is the row as decoders read it.
func (r Row) source() source {
	s := source{data: unsafe.Slice(unsafe.StringData(r.data), len(r.data))} //nolint:gosec // decoders do not write to their source
	s.part = len(r.data) <= sharedRow
	return s
}

// Columns returns the names of the columns in order. Do not change them.
func (r Row) Columns() []string { return r.columns }

// Values returns one value a column: nil, bool, int64 (uint64 or *big.Int if
// it does not fit), float64, string, []any or map[string]any.
func (r Row) Values() ([]any, error) {
	values := make([]any, len(r.spans))
	s := r.source()
	for i := range r.spans {
		value, err := r.value(&s, i)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

// Map returns the values by the names of their columns; see [Row.Values].
func (r Row) Map() (map[string]any, error) {
	values := make(map[string]any, len(r.spans))
	s := r.source()
	for i, column := range r.columns {
		value, err := r.value(&s, i)
		if err != nil {
			return nil, err
		}
		values[column] = value
	}
	return values, nil
}

// Get returns the value of a column by its name; see [Row.Values] for its type.
func (r Row) Get(column string) (any, error) {
	i := slices.Index(r.columns, column)
	if i < 0 {
		return nil, unknownColumn(column, r.columns)
	}
	s := r.source()
	return r.value(&s, i)
}

func (r Row) value(s *source, i int) (any, error) {
	value, _, err := s.dynamic(r.spans[i].start)
	if err != nil {
		return nil, fault(r.columns[i], err)
	}
	return value, nil
}

// Scan copies the columns, by position, into the variables that dest points to,
// one a column; see the package comment for what fits into what.
func (r Row) Scan(dest ...any) error {
	s := r.source()
	return scanColumns(&s, r.columns, r.spans, dest)
}

// ScanStruct copies the columns, by name, into the fields of the struct that dest
// points to; see the package comment.
func (r Row) ScanStruct(dest any) error {
	s := r.source()
	return scanStruct(&s, &layout{columns: r.columns, spans: r.spans}, nil, dest)
}

// scanColumns copies the values at spans into variables.
func scanColumns(s *source, columns []string, spans []span, dest []any) error {
	switch {
	case spans == nil:
		return transport.Errorf(KindInvalidRequest, "Scan needs a row; call Next, and Scan if it returns true")
	case len(dest) != len(spans):
		return transport.Errorf(KindInvalidRequest, "Scan got %d destinations for the columns %s; give a pointer for each", len(dest), quoted(columns))
	}
	for i, target := range dest {
		if err := scanValue(s, spans[i].start, columns[i], target); err != nil {
			return err
		}
	}
	return nil
}

func scanValue(s *source, i int, column string, target any) error {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return transport.Errorf(KindInvalidRequest, "Scan got a %T for column %q; give a pointer to a variable", target, column)
	}
	if _, err := decoderOf(v.Type().Elem())(s, i, v.UnsafePointer()); err != nil {
		return fault(column, err)
	}
	return nil
}

// scanStruct copies the values at the layout's spans into a struct. It makes a
// binder unless it gets one of the struct's type.
func scanStruct(s *source, l *layout, b *structBinder, dest any) error {
	v := reflect.ValueOf(dest)
	switch {
	case l.spans == nil:
		return transport.Errorf(KindInvalidRequest, "ScanStruct needs a row; call Next, and ScanStruct if it returns true")
	case v.Kind() != reflect.Pointer || v.IsNil():
		return transport.Errorf(KindInvalidRequest, "ScanStruct got a %T; give a pointer to a struct", dest)
	}
	if b == nil {
		b = &structBinder{}
	}
	if b.t != v.Type() {
		if !isRecord(v.Type().Elem()) {
			return transport.Errorf(KindInvalidRequest, "ScanStruct got a %T; give a pointer to a struct", dest)
		}
		made, err := newBinder(v.Type().Elem(), l)
		if err != nil {
			return transport.Errorf(KindInvalidRequest, "%v", err)
		}
		b.t, b.binder = v.Type(), made
	}
	base := v.UnsafePointer()
	for _, offset := range b.clear {
		*(*unsafe.Pointer)(unsafe.Add(base, offset)) = nil
	}
	if err := b.cells(s, l.spans, base); err != nil {
		return transport.Errorf(KindInvalidRequest, "%v", err)
	}
	return nil
}

// structBinder is the binder of the last struct that was scanned into.
type structBinder struct {
	t reflect.Type // a pointer to the struct
	*binder
}

func fault(column string, err error) error {
	return transport.Errorf(KindInvalidRequest, "%v", columnFault(column, err))
}

func unknownColumn(name string, columns []string) error {
	return transport.Errorf(KindInvalidRequest, "there is no column %q; the result has %s", name, quoted(columns))
}

// quoted lists column names.
func quoted(columns []string) string {
	if len(columns) == 0 {
		return "no columns"
	}
	names := make([]string, len(columns))
	for i, name := range columns {
		names[i] = fmt.Sprintf("%q", name)
	}
	return strings.Join(names, ", ")
}
