//go:build cgo && (linux || darwin)

package kuzuengine

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/robosystems/kuzuclient/mockserver"
)

// maxParameterDepth bounds lists and objects inside each other.
const maxParameterDepth = 64

// parameterType is the type that a parameter is given, by the rules of the
// Python binding: integers get the smallest type that holds them, a list the
// smallest common type of its elements.
type parameterType struct {
	id     C.int32_t
	name   string           // as the engine writes it; empty for nested types
	fields []parameterField // STRUCT; LIST has one, MAP two
}

type parameterField struct {
	name string
	typ  parameterType
}

var (
	anyType    = parameterType{id: C.KUZU_ANY, name: "ANY"}
	boolType   = parameterType{id: C.KUZU_BOOL, name: "BOOL"}
	doubleType = parameterType{id: C.KUZU_DOUBLE, name: "DOUBLE"}
	stringType = parameterType{id: C.KUZU_STRING, name: "STRING"}
)

// integerTypes are in the order in which they are tried.
var integerTypes = []struct {
	parameterType
	bits   int
	signed bool
	min    int64
	max    uint64
}{
	{parameterType{id: C.KUZU_INT8, name: "INT8"}, 8, true, math.MinInt8, math.MaxInt8},
	{parameterType{id: C.KUZU_UINT8, name: "UINT8"}, 8, false, 0, math.MaxUint8},
	{parameterType{id: C.KUZU_INT16, name: "INT16"}, 16, true, math.MinInt16, math.MaxInt16},
	{parameterType{id: C.KUZU_UINT16, name: "UINT16"}, 16, false, 0, math.MaxUint16},
	{parameterType{id: C.KUZU_INT32, name: "INT32"}, 32, true, math.MinInt32, math.MaxInt32},
	{parameterType{id: C.KUZU_UINT32, name: "UINT32"}, 32, false, 0, math.MaxUint32},
	{parameterType{id: C.KUZU_INT64, name: "INT64"}, 64, true, math.MinInt64, math.MaxInt64},
	{parameterType{id: C.KUZU_UINT64, name: "UINT64"}, 64, false, 0, math.MaxUint64},
	{parameterType{id: C.KUZU_INT128, name: "INT128"}, 128, true, 0, 0}, // only as a common type
}

func integerType(negative bool, magnitude uint64, value int64) parameterType {
	for _, t := range integerTypes {
		if negative && t.signed && value >= t.min || !negative && magnitude <= t.max {
			return t.parameterType
		}
	}
	panic("unreachable: every integer fits 64 bits")
}

// typeOf finds the type of a parameter value.
func typeOf(value any, depth int) (parameterType, error) {
	if depth > maxParameterDepth {
		return anyType, fmt.Errorf("Runtime exception: A parameter is nested more than %d levels deep.", maxParameterDepth)
	}
	switch v := value.(type) {
	case nil:
		return anyType, nil
	case bool:
		return boolType, nil
	case int64:
		return integerType(v < 0, uint64(v), v), nil
	case uint64:
		return integerType(false, v, 0), nil
	case float64:
		return doubleType, nil
	case string:
		return stringType, checkString(v)
	case []any:
		element, err := elementType(v, depth)
		return parameterType{id: C.KUZU_LIST, fields: []parameterField{{typ: element}}}, err
	case mockserver.Struct:
		if keys, values, ok := asMap(v); ok {
			key, err := elementType(keys, depth)
			if err != nil {
				return anyType, err
			}
			val, err := elementType(values, depth)
			return parameterType{id: C.KUZU_MAP, fields: []parameterField{{"KEY", key}, {"VALUE", val}}}, err
		}
		return structType(v, depth)
	}
	return anyType, fmt.Errorf("Runtime exception: Unknown parameter type %T", value)
}

func elementType(values []any, depth int) (parameterType, error) {
	common := anyType
	for _, value := range values {
		t, err := typeOf(value, depth+1)
		if err != nil {
			return anyType, err
		}
		joined, ok := join(common, t)
		if !ok {
			// The words are those that clients of the deployed server see.
			return anyType, fmt.Errorf("Runtime exception: Cannot convert Python object to Kuzu value : %v  is incompatible with %v", common, t)
		}
		common = joined
	}
	return common, nil
}

func structType(s mockserver.Struct, depth int) (parameterType, error) {
	if len(s) == 0 {
		return anyType, errors.New("Runtime exception: An empty object cannot be a parameter of the embedded engine.")
	}
	t := parameterType{id: C.KUZU_STRUCT}
	seen := make(map[string]bool, len(s))
	for _, field := range s {
		if seen[field.Name] {
			return anyType, fmt.Errorf("Runtime exception: A parameter has two fields %q.", field.Name)
		}
		seen[field.Name] = true
		if err := checkString(field.Name); err != nil {
			return anyType, err
		}
		ft, err := typeOf(field.Value, depth+1)
		if err != nil {
			return anyType, err
		}
		t.fields = append(t.fields, parameterField{field.Name, ft})
	}
	return t, nil
}

// asMap reports the keys and values of a struct that stands for a MAP.
func asMap(s mockserver.Struct) (keys, values []any, ok bool) {
	if len(s) != 2 || s[0].Name != "key" || s[1].Name != "value" {
		return nil, nil, false
	}
	keys, isKeys := s[0].Value.([]any)
	values, isValues := s[1].Value.([]any)
	return keys, values, isKeys && isValues && len(keys) == len(values)
}

// join returns the smallest type that holds both. The deployed server takes a
// string beside numbers for a number and structs with different fields for
// equal; both lose data and are refused here.
func join(a, b parameterType) (parameterType, bool) {
	switch {
	case a.id == C.KUZU_ANY:
		return b, true
	case b.id == C.KUZU_ANY:
		return a, true
	case a.id == b.id && a.fields == nil:
		return a, true
	case a.id == b.id:
		return joinFields(a, b)
	}
	i, iInteger := integerIndex(a)
	j, jInteger := integerIndex(b)
	switch {
	case iInteger && jInteger:
		return joinIntegers(i, j), true
	case iInteger && b.id == C.KUZU_DOUBLE:
		return b, true
	case jInteger && a.id == C.KUZU_DOUBLE:
		return a, true
	}
	return anyType, false
}

func joinFields(a, b parameterType) (parameterType, bool) {
	if len(a.fields) != len(b.fields) {
		return anyType, false
	}
	joined := parameterType{id: a.id, fields: make([]parameterField, len(a.fields))}
	for i, field := range a.fields {
		t, ok := join(field.typ, b.fields[i].typ)
		if !ok || field.name != b.fields[i].name {
			return anyType, false
		}
		joined.fields[i] = parameterField{field.name, t}
	}
	return joined, true
}

func integerIndex(t parameterType) (int, bool) {
	for i := range integerTypes {
		if integerTypes[i].id == t.id {
			return i, true
		}
	}
	return 0, false
}

func joinIntegers(i, j int) parameterType {
	a, b := integerTypes[i], integerTypes[j]
	bits, signed := max(a.bits, b.bits), a.signed
	if a.signed != b.signed {
		if b.signed {
			a, b = b, a
		}
		bits, signed = max(a.bits, 2*b.bits), true
	}
	for _, t := range integerTypes {
		if t.bits == bits && t.signed == signed {
			return t.parameterType
		}
	}
	panic("unreachable: 128 bits hold every pair")
}

// String returns the type in the engine's notation.
func (t parameterType) String() string {
	switch t.id {
	case C.KUZU_LIST:
		return t.fields[0].typ.String() + "[]"
	case C.KUZU_MAP:
		return fmt.Sprintf("MAP(%v, %v)", t.fields[0].typ, t.fields[1].typ)
	case C.KUZU_STRUCT:
		fields := make([]string, len(t.fields))
		for i, field := range t.fields {
			fields[i] = field.name + " " + field.typ.String()
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	return t.name
}

func checkString(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return errors.New("Runtime exception: A parameter contains U+0000, which the embedded engine cannot take.")
	}
	if !utf8.ValidString(s) {
		return errors.New("Runtime exception: A parameter is not valid UTF-8.")
	}
	return nil
}
