package kuzu

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// binder copies rows with certain columns into values of a type.
type binder struct {
	fields [][]int // field path by column; nil if the value is the only column
}

// newBinder finds a field for each column and a column for each field. Nothing
// may be left over on either side: a typing error must not read as no data.
func newBinder[T any](columns []string) (binder, error) {
	t := reflect.TypeFor[T]()
	if !isRecord(t) {
		if len(columns) != 1 {
			return binder{}, fmt.Errorf("a %s holds one column and the result has %s; return one, or use a struct", t, quoted(columns))
		}
		return binder{}, nil
	}
	b := binder{fields: make([][]int, len(columns))}
	for _, field := range reflect.VisibleFields(t) {
		name, tagged := field.Tag.Lookup("kuzu")
		if !field.IsExported() || field.Anonymous || name == "-" {
			continue
		}
		if !tagged {
			name = field.Name
		}
		found := false
		for i, column := range columns {
			if column == name || !tagged && strings.EqualFold(column, name) {
				if b.fields[i] != nil {
					return binder{}, fmt.Errorf("column %q has two fields in %s", column, t)
				}
				b.fields[i], found = field.Index, true
				break
			}
		}
		if !found {
			return binder{}, fmt.Errorf("there is no column for field %s of %s; the result has %s. Return it AS %s, or tag the field `kuzu:\"column\"` or `kuzu:\"-\"`", field.Name, t, quoted(columns), name)
		}
	}
	for i, field := range b.fields {
		if field == nil {
			return binder{}, fmt.Errorf("column %q has no field in %s; add one with the tag `kuzu:%q`, or do not return it", columns[i], t, columns[i])
		}
	}
	return b, nil
}

// isRecord reports whether a type takes a row column by column.
func isRecord(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() &&
		!reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

// row copies a row into *target, which must be of the binder's type.
func (b binder) row(row Row, target any) error {
	v := reflect.ValueOf(target).Elem()
	for i, cell := range row.cells {
		field := v
		if b.fields != nil {
			field = v.FieldByIndex(b.fields[i])
		}
		if err := setCell(field, cell); err != nil {
			return fmt.Errorf("column %q: %w", row.columns[i], err)
		}
	}
	return nil
}
