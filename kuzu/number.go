package kuzu

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"
)

// settleNumbers replaces the [json.Number]s that a decoder has left in the
// interfaces within a variable.
func settleNumbers(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() || v.NumMethod() > 0 {
			return nil
		}
		value, err := exact(v.Interface())
		if err == nil {
			v.Set(reflect.ValueOf(value))
		}
		return err
	case reflect.Pointer:
		if !v.IsNil() {
			return settleNumbers(v.Elem())
		}
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

// exact replaces numbers, at any depth, by the narrowest of int64, uint64 and
// *big.Int that holds an integer, and by float64 otherwise.
func exact(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case json.Number:
		return exactNumber(v)
	case []any:
		for i := range v {
			if v[i], err = exact(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range v {
			if v[key], err = exact(v[key]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

func exactNumber(n json.Number) (any, error) {
	text := n.String()
	if strings.ContainsAny(text, ".eE") {
		return n.Float64()
	}
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	i, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, fmt.Errorf("%q is not a number", text)
	}
	if i.IsUint64() {
		return i.Uint64(), nil
	}
	return i, nil
}
