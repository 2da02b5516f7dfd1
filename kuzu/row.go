package kuzu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
)

// Row is one row of a result. It stays valid and can be shared.
type Row struct {
	columns []string
	cells   []json.RawMessage // one a column
}

// newRow takes a row apart. Columns go by position: the server writes the keys
// of a row in the order of the columns.
func newRow(columns []string, raw json.RawMessage) (Row, error) {
	var byName map[string]json.RawMessage
	if err := json.Unmarshal(raw, &byName); err != nil {
		return Row{}, fmt.Errorf("it is not an object: %w", err)
	}
	if len(byName) != len(columns) {
		return Row{}, fmt.Errorf("it has %d values for %d columns", len(byName), len(columns))
	}
	row := Row{columns: columns, cells: make([]json.RawMessage, len(columns))}
	for i, name := range columns {
		cell, ok := byName[name]
		if !ok {
			return Row{}, fmt.Errorf("it has no value for column %q", name)
		}
		row.cells[i] = cell
	}
	return row, nil
}

// Columns returns the names of the columns in order. Do not change them.
func (r Row) Columns() []string { return r.columns }

// Values returns one value a column: nil, bool, int64 (uint64 or *big.Int if
// it does not fit), float64, string, []any or map[string]any.
func (r Row) Values() ([]any, error) {
	values := make([]any, len(r.cells))
	for i, cell := range r.cells {
		var err error
		if values[i], err = decodeAny(cell); err != nil {
			return nil, r.fault(i, err)
		}
	}
	return values, nil
}

// Get returns the value of a column by its name; see [Row.Values] for its type.
func (r Row) Get(column string) (any, error) {
	i := slices.Index(r.columns, column)
	if i < 0 {
		return nil, unknownColumn(column, r.columns)
	}
	value, err := decodeAny(r.cells[i])
	if err != nil {
		return nil, r.fault(i, err)
	}
	return value, nil
}

// Scan copies the columns, by position, into the variables that dest points to,
// one a column. A null needs a pointer or an interface to go into.
func (r Row) Scan(dest ...any) error {
	if len(dest) != len(r.cells) {
		return &Error{Kind: KindInvalidRequest, Message: fmt.Sprintf("Scan got %d destinations for %d columns %s", len(dest), len(r.cells), quoted(r.columns))}
	}
	for i, target := range dest {
		v := reflect.ValueOf(target)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return &Error{Kind: KindInvalidRequest, Message: fmt.Sprintf("Scan got a %T for column %q; give a pointer", target, r.columns[i])}
		}
		if err := setCell(v.Elem(), r.cells[i]); err != nil {
			return r.fault(i, err)
		}
	}
	return nil
}

func (r Row) fault(i int, err error) error {
	return &Error{Kind: KindInvalidRequest, Message: fmt.Sprintf("column %q: %v", r.columns[i], err)}
}

func unknownColumn(name string, columns []string) error {
	return &Error{Kind: KindInvalidRequest, Message: fmt.Sprintf("there is no column %q; the result has %s", name, quoted(columns))}
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

var errNull = errors.New("it is null; scan it into a pointer or an any")

// setCell decodes a value into a variable.
func setCell(v reflect.Value, cell json.RawMessage) error {
	switch v.Kind() {
	case reflect.Interface:
		if v.NumMethod() == 0 {
			value, err := decodeAny(cell)
			if err != nil {
				return err
			}
			if value == nil {
				v.SetZero()
			} else {
				v.Set(reflect.ValueOf(value))
			}
			return nil
		}
	case reflect.Pointer, reflect.Map, reflect.Slice:
	default:
		if bytes.Equal(cell, []byte("null")) {
			return errNull
		}
	}
	err := json.Unmarshal(cell, v.Addr().Interface())
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return fmt.Errorf("a %s does not fit into a Go %s", mismatch.Value, mismatch.Type)
	}
	return err
}

// decodeAny decodes a value without losing digits.
func decodeAny(cell json.RawMessage) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(cell))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	return exact(value)
}

// exact replaces numbers, at any depth, by the narrowest of int64, uint64 and
// *big.Int that holds an integer, and by float64 otherwise.
func exact(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case json.Number:
		return exactNumber(v)
	case []any:
		for i := range v {
			if v[i], err = exact(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range v {
			if v[key], err = exact(v[key]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

func exactNumber(n json.Number) (any, error) {
	text := n.String()
	if strings.ContainsAny(text, ".eE") {
		return n.Float64()
	}
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	i, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, fmt.Errorf("%q is not a number", text)
	}
	if i.IsUint64() {
		return i.Uint64(), nil
	}
	return i, nil
}
