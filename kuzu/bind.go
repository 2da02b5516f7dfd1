package kuzu

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
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
	for _, field := range columnFields(t) {
		name, tagged := field.Tag.Lookup("kuzu")
		if !tagged {
			name = field.Name
		}
		i := slices.Index(columns, name)
		if i < 0 && !tagged {
			i = slices.IndexFunc(columns, func(column string) bool { return strings.EqualFold(column, name) })
		}
		switch {
		case i < 0:
			return binder{}, fmt.Errorf("there is no column for field %s of %s; the result has %s. Return it AS %s, or tag the field `kuzu:\"column\"` or `kuzu:\"-\"`", field.Name, t, quoted(columns), name)
		case b.fields[i] != nil:
			return binder{}, fmt.Errorf("column %q has two fields in %s; tag one of them `kuzu:\"-\"`", columns[i], t)
		}
		if err := settable(t, field); err != nil {
			return binder{}, fmt.Errorf("field %s of %s: %w", field.Name, t, err)
		}
		b.fields[i] = field.Index
	}
	for i, field := range b.fields {
		if field == nil {
			return binder{}, fmt.Errorf("column %q has no field in %s; add one with the tag `kuzu:%q`, or do not return it", columns[i], t, columns[i])
		}
	}
	return b, nil
}

// isRecord reports whether a type takes a row column by column, rather than a
// value as a whole.
func isRecord(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !decodesItself(t)
}

// columnFields returns the fields of a struct that stand for columns, those of
// embedded structs among them.
func columnFields(t reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	var passed [][]int // embedded fields whose own fields stand for nothing
	for _, field := range reflect.VisibleFields(t) {
		name, tagged := field.Tag.Lookup("kuzu")
		within := slices.ContainsFunc(passed, func(path []int) bool {
			return len(path) < len(field.Index) && slices.Equal(path, field.Index[:len(path)])
		})
		embedded := field.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case within:
		case field.Anonymous && !tagged && isRecord(embedded): // its fields follow
		default:
			if field.Anonymous {
				passed = append(passed, field.Index)
			}
			if name != "-" && field.IsExported() {
				fields = append(fields, field)
			}
		}
	}
	return fields
}

// settable tells why a field cannot be reached from the outside.
func settable(t reflect.Type, field reflect.StructField) error {
	for depth := 1; depth < len(field.Index); depth++ {
		embedded := t.FieldByIndex(field.Index[:depth])
		if embedded.Type.Kind() == reflect.Pointer && !embedded.IsExported() {
			return errors.New("it is in an embedded pointer to a type that is not exported; embed the struct itself")
		}
	}
	return nil
}

// row copies a row into *target, which must be of the binder's type.
func (b binder) row(row Row, target any) error {
	v := reflect.ValueOf(target).Elem()
	for i, cell := range row.cells {
		field := v
		if b.fields != nil {
			field = fieldByPath(v, b.fields[i])
		}
		if err := setValue(field, cell); err != nil {
			return fmt.Errorf("column %q: %w", row.columns[i], err)
		}
	}
	return nil
}

// fieldByPath is [reflect.Value.FieldByIndex] that fills in embedded pointers.
func fieldByPath(v reflect.Value, path []int) reflect.Value {
	for i, index := range path {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(index)
	}
	return v
}
