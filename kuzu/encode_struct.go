package kuzu

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// structField is a field of a Go struct that is a parameter.
type structField struct {
	name                string
	path                []int
	omitEmpty, omitZero bool
}

// fieldsByType holds the result of structFields, a []structField, by type. A
// program has few types, so that nothing is ever dropped.
var fieldsByType sync.Map

// structFields returns the fields that go out, in order: those that are exported
// and not tagged "-", and those of embedded structs without a name of their own.
// Of two with the same name the one less deep counts, and neither if they are
// equally deep.
func structFields(t reflect.Type) []structField {
	if known, ok := fieldsByType.Load(t); ok {
		return known.([]structField) //nolint:forcetypeassert // nothing else is stored
	}
	fields := collectFields(t, nil, nil)
	named := make(map[string][]structField)
	for _, field := range fields {
		named[field.name] = append(named[field.name], field)
	}
	fields = slices.DeleteFunc(fields, func(field structField) bool {
		return slices.ContainsFunc(named[field.name], func(other structField) bool {
			return !slices.Equal(other.path, field.path) && len(other.path) <= len(field.path)
		})
	})
	fieldsByType.Store(t, fields)
	return fields
}

// collectFields walks through a struct; within are the structs it is embedded in.
func collectFields(t reflect.Type, path []int, within []reflect.Type) []structField {
	var fields []structField
	for i := range t.NumField() {
		field := t.Field(i)
		name, options := fieldName(field)
		embedded := field.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		own := append(slices.Clone(path), i)
		switch {
		case name == "-":
		case field.Anonymous && name == "" && embedded.Kind() == reflect.Struct && !encodesItself(field.Type):
			if !slices.Contains(within, embedded) {
				fields = append(fields, collectFields(embedded, own, append(slices.Clone(within), t))...)
			}
		case field.IsExported():
			if name == "" {
				name = field.Name
			}
			fields = append(fields, structField{name, own, slices.Contains(options, "omitempty"), slices.Contains(options, "omitzero")})
		}
	}
	return fields
}

// fieldName returns the name and the options of a field's tag.
func fieldName(field reflect.StructField) (name string, options []string) {
	tag, ok := field.Tag.Lookup("kuzu")
	if !ok {
		tag = field.Tag.Get("json")
	}
	parts := strings.Split(tag, ",")
	return parts[0], parts[1:]
}
