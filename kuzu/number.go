package kuzu

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
)

// settleNumbers replaces the [json.Number]s that a decoder has left in the
// interfaces within a variable, at any depth. What decodes itself is its own
// business, and the only thing that could contain itself.
func settleNumbers(v reflect.Value) error {
	if !v.IsValid() || decodesItself(v.Type()) {
		return nil
	}
	switch v.Kind() {
	case reflect.Interface:
		number, ok := reflect.TypeAssert[json.Number](v)
		if !ok {
			return settleNumbers(v.Elem())
		}
		value, err := exactNumber(number)
		if err == nil {
			v.Set(reflect.ValueOf(value))
		}
		return err
	case reflect.Pointer:
		return settleNumbers(v.Elem())
	case reflect.Slice, reflect.Array:
		if !mayNest(v.Type().Elem()) {
			return nil
		}
		for i := range v.Len() {
			if err := settleNumbers(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		if !mayNest(v.Type().Elem()) {
			return nil
		}
		for key, value := range v.Seq2() {
			settled := reflect.New(v.Type().Elem()).Elem() // what is in a map cannot be set
			settled.Set(value)
			if err := settleNumbers(settled); err != nil {
				return err
			}
			v.SetMapIndex(key, settled)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if !field.CanSet() {
				continue
			}
			if err := settleNumbers(field); err != nil {
				return err
			}
		}
	}
	return nil
}

// mayNest reports whether a value of a type may hold an interface.
func mayNest(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return true
	}
	return false
}

// exactNumber returns the first of int64, uint64 and *big.Int that holds an
// integer, and a float64 for anything else.
func exactNumber(n json.Number) (any, error) {
	text := n.String()
	if strings.ContainsAny(text, ".eE") {
		return n.Float64()
	}
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	i, _ := new(big.Int).SetString(text, 10) // the decoder has checked the digits
	if i.IsUint64() {
		return i.Uint64(), nil
	}
	return i, nil
}
