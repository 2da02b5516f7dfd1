package kuzu

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/robosystems/kuzuclient/transport"
)

// Row is one row of a result. It stays valid and can be shared. A method that
// fails returns an [*Error] of [KindInvalidRequest] that names the column.
type Row struct {
	columns []string
	cells   []json.RawMessage // one a column
}

// newRow takes a row apart and puts its values into the order of the columns.
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
		if err = setValue(reflect.ValueOf(&values[i]).Elem(), cell); err != nil {
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
	var value any
	if err := setValue(reflect.ValueOf(&value).Elem(), r.cells[i]); err != nil {
		return nil, r.fault(i, err)
	}
	return value, nil
}

// Scan copies the columns, by position, into the variables that dest points to,
// one a column; see the package comment for what fits into what.
func (r Row) Scan(dest ...any) error {
	switch {
	case r.cells == nil:
		return transport.Errorf(KindInvalidRequest, "Scan needs a row; call Next, and Scan if it returns true")
	case len(dest) != len(r.cells):
		return transport.Errorf(KindInvalidRequest, "Scan got %d destinations for the columns %s; give a pointer for each", len(dest), quoted(r.columns))
	}
	for i, target := range dest {
		v := reflect.ValueOf(target)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return transport.Errorf(KindInvalidRequest, "Scan got a %T for column %q; give a pointer to a variable", target, r.columns[i])
		}
		if err := setValue(v.Elem(), r.cells[i]); err != nil {
			return r.fault(i, err)
		}
	}
	return nil
}

func (r Row) fault(i int, err error) error {
	return transport.Errorf(KindInvalidRequest, "column %q: %v", r.columns[i], err)
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
