package kuzu

import (
	"bytes"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxDepth bounds how deep a value is nested, so that one that contains itself
// is an error.
const maxDepth = 100

var (
	errNotFinite = errors.New("it is NaN or infinite, for which JSON has no number")
	errTooDeep   = errors.New("it is nested too deeply, or contains itself")
	errNoForm    = errors.New("it has no form in JSON")
)

// appendValue is [json.Marshal] with three differences: floats keep their type
// on the way, since a server takes 2 for an integer and 2.0 for a DOUBLE; bytes
// become the text of a BLOB; a [driver.Valuer] is asked for its value.
func appendValue(b []byte, v reflect.Value, depth int) ([]byte, error) {
	switch {
	case !v.IsValid():
		return append(b, "null"...), nil
	case depth > maxDepth:
		return nil, errTooDeep
	case v.Kind() == reflect.Pointer && v.IsNil():
		return append(b, "null"...), nil
	case isBasic(v.Type()):
		return appendBasic(b, v), nil
	case encodesItself(v.Type()):
		return appendJSON(b, v)
	}
	if valuer, ok := reflect.TypeAssert[driver.Valuer](v); ok {
		value, err := valuer.Value()
		if err != nil {
			return nil, errNoForm // the cause may quote the value
		}
		return appendValue(b, reflect.ValueOf(value), depth+1)
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return appendFloat(b, v.Float(), v.Type().Bits())
	case reflect.Pointer, reflect.Interface:
		return appendValue(b, v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		return appendList(b, v, depth)
	case reflect.Map:
		return appendMap(b, v, depth)
	case reflect.Struct:
		return appendStruct(b, v, depth)
	}
	return appendJSON(b, v)
}

// isBasic reports whether a type is one of the language's own that most
// parameters have, and whose form needs no further look.
func isBasic(t reflect.Type) bool {
	return t.PkgPath() == "" && (t.Kind() == reflect.String || t.Kind() == reflect.Int || t.Kind() == reflect.Int64 || t.Kind() == reflect.Bool)
}

func appendBasic(b []byte, v reflect.Value) []byte {
	switch {
	case v.CanInt():
		return strconv.AppendInt(b, v.Int(), 10)
	case v.Kind() == reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	}
	return appendText(b, v.String())
}

func appendList(b []byte, v reflect.Value, depth int) ([]byte, error) {
	switch {
	case v.Kind() == reflect.Slice && v.IsNil():
		return append(b, "null"...), nil
	case v.Type().Elem().Kind() == reflect.Uint8:
		return appendBlob(b, v), nil
	}
	b = append(b, '[')
	for i := range v.Len() {
		var err error
		if b, err = appendValue(comma(b, i), v.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendBlob writes bytes as the engine reads a BLOB: printable ASCII as it is
// and everything else, a backslash as well, as \xHH.
func appendBlob(b []byte, v reflect.Value) []byte {
	var text strings.Builder
	for i := range v.Len() {
		if c := byte(v.Index(i).Uint()); c >= ' ' && c <= '~' && c != '\\' {
			text.WriteByte(c)
		} else {
			fmt.Fprintf(&text, `\x%02X`, c)
		}
	}
	return appendText(b, text.String())
}

func appendMap(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	type entry struct {
		name  string
		value reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for iter := v.MapRange(); iter.Next(); {
		name, err := keyText(iter.Key())
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{name, iter.Value()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	b = append(b, '{')
	for i, e := range entries {
		var err error
		if b, err = appendValue(append(appendText(comma(b, i), e.name), ':'), e.value, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// keyText returns a map's key as [json.Marshal] would write it.
func keyText(key reflect.Value) (string, error) {
	if key.Kind() == reflect.String {
		return key.String(), nil
	}
	if marshaler, ok := reflect.TypeAssert[encoding.TextMarshaler](key); ok {
		text, err := marshaler.MarshalText()
		if err != nil {
			return "", errNoForm
		}
		return string(text), nil
	}
	switch {
	case key.CanInt():
		return strconv.FormatInt(key.Int(), 10), nil
	case key.CanUint():
		return strconv.FormatUint(key.Uint(), 10), nil
	}
	return "", errNoForm
}

func appendStruct(b []byte, v reflect.Value, depth int) ([]byte, error) {
	b = append(b, '{')
	n := 0
	for _, field := range structFields(v.Type()) {
		value, err := v.FieldByIndexErr(field.path)
		switch {
		case err != nil: // in an embedded pointer that is nil
			continue
		case field.omitEmpty && isEmpty(value), field.omitZero && value.IsZero():
			continue
		}
		if b, err = appendValue(append(appendText(comma(b, n), field.name), ':'), value, depth+1); err != nil {
			return nil, err
		}
		n++
	}
	return append(b, '}'), nil
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func comma(b []byte, i int) []byte {
	if i == 0 {
		return b
	}
	return append(b, ',')
}

func appendText(b []byte, text string) []byte {
	if isPlain(text) {
		return append(append(append(b, '"'), text...), '"')
	}
	raw, _ := json.Marshal(text) // text always has a form
	return append(b, raw...)
}

// isPlain reports whether [json.Marshal] writes a text as it is.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
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
