package kuzu

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
)

// Params are the values of a statement's $names. Anything that [json.Marshal]
// takes will do: integers, floats, strings, bools, nil, slices, maps and
// structs. Each name of the statement needs a value and each value a name.
//
// An integer becomes the smallest Kuzu type that holds it, and a float a DOUBLE,
// except within a Go struct, where a float without a fraction becomes an integer.
// There is no DATE, TIMESTAMP or UUID: bind a string and cast it, as in date($day).
// Plain queries take at most 50 parameters, numbers up to 1e15 in magnitude,
// strings of 10,000 characters and lists of 1000; streams have no such limits.
type Params map[string]any

// maxPlainNumber is the largest magnitude that servers take as a parameter of a
// plain query.
const maxPlainNumber = 1e15

// encode writes each value once, so that what was checked is what is sent. An
// error names the parameter and never its value.
func (p Params) encode(plain bool) (gen.QueryParameters, error) {
	encoded := make(gen.QueryParameters, len(p))
	for name, value := range p {
		raw, err := appendValue(nil, reflect.ValueOf(value), 0)
		if err != nil {
			return nil, fmt.Errorf("parameter $%s of type %T cannot be sent: %w", name, value, err)
		}
		if n, err := strconv.ParseFloat(string(raw), 64); plain && err == nil && math.Abs(n) > maxPlainNumber {
			return nil, fmt.Errorf("parameter $%s is larger than 1e15, which servers refuse in a plain query; "+
				"bind it as a string and cast it, as in CAST($%s AS INT64), or use Stream", name, name)
		}
		encoded[name] = json.RawMessage(raw)
	}
	return encoded, nil
}

// maxDepth bounds how deep a value is nested, so that one that contains itself
// is an error.
const maxDepth = 100

var (
	errNotFinite = errors.New("it is NaN or infinite, for which JSON has no number")
	errTooDeep   = errors.New("it is nested too deeply, or contains itself")
	errNoForm    = errors.New("it has no form in JSON")
)

// appendValue is [json.Marshal], but floats keep their type on the way: a server
// takes 2 for an integer and 2.0 for a DOUBLE.
func appendValue(b []byte, v reflect.Value, depth int) ([]byte, error) {
	switch {
	case !v.IsValid():
		return append(b, "null"...), nil
	case depth > maxDepth:
		return nil, errTooDeep
	case encodesItself(v.Type()):
		return appendJSON(b, v)
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return appendFloat(b, v.Float(), v.Type().Bits())
	case reflect.Pointer, reflect.Interface:
		return appendValue(b, v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 || v.Kind() == reflect.Slice && v.IsNil() {
			break
		}
		b = append(b, '[')
		for i := range v.Len() {
			var err error
			if b, err = appendValue(comma(b, i), v.Index(i), depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String || encodesItself(v.Type().Key()) || v.IsNil() {
			break
		}
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		b = append(b, '{')
		for i, key := range keys {
			name, _ := json.Marshal(key.String()) // text always has a form
			b = append(append(comma(b, i), name...), ':')
			var err error
			if b, err = appendValue(b, v.MapIndex(key), depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	return appendJSON(b, v)
}

func comma(b []byte, i int) []byte {
	if i == 0 {
		return b
	}
	return append(b, ',')
}

func appendFloat(b []byte, f float64, bits int) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errNotFinite
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'g', -1, bits)
	if !bytes.ContainsAny(b[start:], ".e") {
		b = append(b, ".0"...)
	}
	return b, nil
}

func appendJSON(b []byte, v reflect.Value) ([]byte, error) {
	raw, err := json.Marshal(v.Interface())
	if err != nil {
		return nil, errNoForm // the cause may quote the value
	}
	return append(b, raw...), nil
}

// encodesItself reports whether a type says how it is written.
func encodesItself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}
