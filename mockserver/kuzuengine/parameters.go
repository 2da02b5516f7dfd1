//go:build cgo && (linux || darwin)

package kuzuengine

// #include "bridge.h"
// #include <stdlib.h>
import "C"

import (
	"errors"
	"sort"
	"unsafe"

	"github.com/robosystems/kuzuclient/mockserver"
)

// boundParameters are the parameters of one statement in the engine's form,
// in memory of the C heap.
type boundParameters struct {
	count  int
	names  **C.char
	values **C.kuzu_value
}

var errParameter = errors.New("Runtime exception: The engine refused a parameter.")

// bindParameters returns nil for no parameters. The caller frees the others.
func bindParameters(parameters map[string]any) (*boundParameters, error) {
	if len(parameters) == 0 {
		return nil, nil
	}
	names := make([]string, 0, len(parameters))
	for name := range parameters {
		if err := checkString(name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	sort.Strings(names)

	b := &boundParameters{
		names:  (**C.char)(C.calloc(C.size_t(len(names)), C.size_t(unsafe.Sizeof((*C.char)(nil))))),
		values: (**C.kuzu_value)(C.calloc(C.size_t(len(names)), C.size_t(unsafe.Sizeof((*C.kuzu_value)(nil))))),
	}
	cNames := unsafe.Slice(b.names, len(names))
	cValues := unsafe.Slice(b.values, len(names))
	for i, name := range names {
		t, err := typeOf(parameters[name], 0)
		if err != nil {
			b.free()
			return nil, err
		}
		value := newValue(parameters[name], t)
		if value == nil {
			b.free()
			return nil, errParameter
		}
		cNames[i], cValues[i] = C.CString(name), value
		b.count = i + 1
	}
	return b, nil
}

func (b *boundParameters) free() {
	if b == nil {
		return
	}
	for _, name := range unsafe.Slice(b.names, b.count) {
		C.free(unsafe.Pointer(name))
	}
	freeValues(unsafe.Slice(b.values, b.count))
	C.free(unsafe.Pointer(b.names))
	C.free(unsafe.Pointer(b.values))
}

// newValue builds a value of the given type, or nil. The caller destroys it.
func newValue(value any, t parameterType) *C.kuzu_value {
	switch v := value.(type) {
	case nil:
		return newNull(t)
	case bool:
		return C.kuzu_value_create_bool(C.bool(v))
	case int64:
		return newInteger(v < 0, uint64(v), t)
	case uint64:
		return newInteger(false, v, t)
	case float64:
		return C.kuzu_value_create_double(C.double(v))
	case string:
		s := C.CString(v)
		defer C.free(unsafe.Pointer(s))
		return C.kuzu_value_create_string(s)
	case []any:
		return newList(v, t)
	case mockserver.Struct:
		if t.id == C.KUZU_MAP {
			return newMap(v, t)
		}
		values := make([]*C.kuzu_value, len(v))
		for i, field := range v {
			values[i] = newValue(field.Value, t.fields[i].typ)
		}
		return newStruct(t.fields, values)
	}
	return nil
}

// newInteger takes the 64 bits of a number and whether it is negative.
func newInteger(negative bool, b uint64, t parameterType) *C.kuzu_value {
	switch t.id {
	case C.KUZU_INT8:
		return C.kuzu_value_create_int8(C.int8_t(b))
	case C.KUZU_UINT8:
		return C.kuzu_value_create_uint8(C.uint8_t(b))
	case C.KUZU_INT16:
		return C.kuzu_value_create_int16(C.int16_t(b))
	case C.KUZU_UINT16:
		return C.kuzu_value_create_uint16(C.uint16_t(b))
	case C.KUZU_INT32:
		return C.kuzu_value_create_int32(C.int32_t(b))
	case C.KUZU_UINT32:
		return C.kuzu_value_create_uint32(C.uint32_t(b))
	case C.KUZU_INT64:
		return C.kuzu_value_create_int64(C.int64_t(b))
	case C.KUZU_UINT64:
		return C.kuzu_value_create_uint64(C.uint64_t(b))
	case C.KUZU_INT128:
		high := C.int64_t(0)
		if negative {
			high = -1
		}
		return C.kuzu_value_create_int128(C.kuzu_int128_t{low: C.uint64_t(b), high: high})
	case C.KUZU_DOUBLE:
		if negative {
			return C.kuzu_value_create_double(C.double(int64(b)))
		}
		return C.kuzu_value_create_double(C.double(b))
	}
	return nil
}

// newNull builds a NULL. One of a nested type needs the members that the
// engine walks without asking: an empty value, marked as NULL afterwards.
func newNull(t parameterType) *C.kuzu_value {
	var value *C.kuzu_value
	switch t.id {
	case C.KUZU_ANY:
		return C.kuzu_value_create_null()
	case C.KUZU_LIST, C.KUZU_MAP:
		value = newEmpty(t)
	case C.KUZU_STRUCT:
		value = newStruct(t.fields, nulls(t.fields))
	default:
		var logical C.kuzu_logical_type
		C.kuzu_data_type_create(C.int(t.id), nil, 0, &logical)
		defer C.kuzu_data_type_destroy(&logical)
		return C.kuzu_value_create_null_with_data_type(&logical)
	}
	if value != nil {
		C.kuzu_value_set_null(value, true)
	}
	return value
}

func nulls(fields []parameterField) []*C.kuzu_value {
	values := make([]*C.kuzu_value, len(fields))
	for i, field := range fields {
		values[i] = newNull(field.typ)
	}
	return values
}

// newEmpty builds an empty LIST or MAP, which the engine keeps as a list of
// pairs. The type of the element is taken from a NULL of it.
func newEmpty(t parameterType) *C.kuzu_value {
	var element *C.kuzu_value
	if t.id == C.KUZU_MAP {
		element = newStruct(t.fields, nulls(t.fields))
	} else {
		element = newNull(t.fields[0].typ)
	}
	if element == nil {
		return nil
	}
	defer C.kuzu_value_destroy(element)
	var child, logical C.kuzu_logical_type
	C.kuzu_value_get_data_type(element, &child)
	defer C.kuzu_data_type_destroy(&child)
	C.kuzu_data_type_create(C.int(t.id), &child, 0, &logical)
	defer C.kuzu_data_type_destroy(&logical)
	return C.kuzu_value_create_default(&logical)
}

func newList(elements []any, t parameterType) *C.kuzu_value {
	if len(elements) == 0 {
		return newEmpty(t)
	}
	values := newValues(elements, t.fields[0].typ)
	defer freeValues(values)
	var list *C.kuzu_value
	if hasNil(values) || C.kuzu_value_create_list(C.uint64_t(len(values)), &values[0], &list) != 0 {
		return nil
	}
	return list
}

func newMap(s mockserver.Struct, t parameterType) *C.kuzu_value {
	keys, values, _ := asMap(s)
	if len(keys) == 0 {
		return newEmpty(t)
	}
	cKeys, cValues := newValues(keys, t.fields[0].typ), newValues(values, t.fields[1].typ)
	defer freeValues(cKeys)
	defer freeValues(cValues)
	var m *C.kuzu_value
	if hasNil(cKeys) || hasNil(cValues) ||
		C.kuzu_value_create_map(C.uint64_t(len(cKeys)), &cKeys[0], &cValues[0], &m) != 0 {
		return nil
	}
	return m
}

// newStruct takes the values over.
func newStruct(fields []parameterField, values []*C.kuzu_value) *C.kuzu_value {
	defer freeValues(values)
	names := make([]*C.char, len(fields))
	for i, field := range fields {
		names[i] = C.CString(field.name)
		defer C.free(unsafe.Pointer(names[i]))
	}
	var s *C.kuzu_value
	if hasNil(values) ||
		C.kuzu_value_create_struct(C.uint64_t(len(names)), &names[0], &values[0], &s) != 0 {
		return nil
	}
	return s
}

func newValues(elements []any, t parameterType) []*C.kuzu_value {
	values := make([]*C.kuzu_value, len(elements))
	for i, element := range elements {
		values[i] = newValue(element, t)
	}
	return values
}

func hasNil(values []*C.kuzu_value) bool {
	for _, value := range values {
		if value == nil {
			return true
		}
	}
	return false
}

func freeValues(values []*C.kuzu_value) {
	for _, value := range values {
		C.kuzu_value_destroy(value) // of nil does nothing
	}
}
