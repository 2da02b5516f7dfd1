package kuzu

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// binder copies rows with certain columns into values of a type.
type binder struct {
	*plan
	layout *layout
}

// boundField is the variable of a column.
type boundField struct {
	place  place
	decode decoder
	quick  quick
}

// boundStep reads the next value of a row.
type boundStep struct {
	lead  string
	field *boundField
}

// quick are the types that are read without a call through a pointer.
type quick uint8

const (
	quickNone quick = iota
	quickInt
	quickFloat
	quickString
	quickBool
)

func quickOf(t reflect.Type) quick {
	switch {
	case decodesItself(t):
		return quickNone
	case t.Kind() == reflect.Int64, t.Kind() == reflect.Int && t.Size() == 8:
		return quickInt
	case t.Kind() == reflect.Float64:
		return quickFloat
	case t.Kind() == reflect.String:
		return quickString
	case t.Kind() == reflect.Bool:
		return quickBool
	}
	return quickNone
}

// isRecord reports whether a type takes a row column by column, rather than a
// value as a whole.
func isRecord(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !decodesItself(t)
}

// columnFields returns the fields of a struct that stand for columns or
// properties, those of embedded structs among them.
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

// row copies the row that begins at s.data[i] to base, a variable of the binder's
// type, and returns the position after it. The error is a [*misfit] with the
// column, or of the row as a whole.
func (b *binder) row(s *source, i int, base unsafe.Pointer) (end int, err error) {
	for _, offset := range b.clear {
		*(*unsafe.Pointer)(unsafe.Add(base, offset)) = nil
	}
	if b.steps != nil {
		if end, ok := b.alike(s, i, base); ok {
			return end, nil
		}
	}
	if end, err = b.layout.splitAnyhow(s.data, i); err != nil {
		return end, err
	}
	b.learn()
	return end, b.cells(s, b.layout.spans, base)
}

// alike is for a row that is written as the ones before. It leaves all others,
// and all errors, to cells.
func (b *binder) alike(s *source, i int, base unsafe.Pointer) (end int, ok bool) {
	data := s.data
	for k := range b.steps {
		step := &b.steps[k]
		start := i + len(step.lead)
		if start >= len(data) || string(data[i:start]) != step.lead {
			return i, false
		}
		end, ok := step.field.read(s, start, base)
		if !ok {
			return i, false
		}
		i = end
	}
	if i >= len(data) || data[i] != '}' {
		return i, false
	}
	return i + 1, true
}

// read copies the value at i to its field, without a call through a pointer where
// that is easy. If it is not ok, the field's decoder tells why.
func (f *boundField) read(s *source, i int, base unsafe.Pointer) (end int, ok bool) {
	switch p := unsafe.Add(base, f.place.offset); f.quick {
	case quickInt:
		*(*int64)(p), end, ok = chunk.Int(s.data, i)
	case quickFloat:
		*(*float64)(p), end, ok = chunk.Float(s.data, i)
	case quickString:
		if s.data[i] != '"' {
			return i, false
		}
		end, plain, err := chunk.Text(s.data, i)
		if err != nil {
			return i, false
		}
		*(*string)(p) = s.unquote(i, end, plain)
		return end, true
	case quickBool:
		end, err := decodeBool(s, i, p)
		return end, err == nil
	default:
		end, err := f.decode(s, i, f.place.in(base))
		return end, err == nil
	}
	return end, ok
}

// cells copies the values of a row that has been taken apart.
func (b *binder) cells(s *source, spans []span, base unsafe.Pointer) error {
	for i := range b.fields {
		field := &b.fields[i]
		if _, ok := field.read(s, spans[i].start, base); ok {
			continue
		}
		if _, err := field.decode(s, spans[i].start, field.place.in(base)); err != nil {
			return columnFault(b.layout.columns[i], err)
		}
	}
	return nil
}

// columnFault says which column an error is about.
func columnFault(column string, err error) error {
	return &misfit{err: fmt.Errorf("column %q: %w", column, err)}
}
