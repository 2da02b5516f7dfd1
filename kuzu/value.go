package kuzu

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"time"
)

var errNull = errors.New("it is null; scan it into a pointer, a slice, a map or an any")

// setValue decodes a value into a variable, of which nothing of before is left.
func setValue(v reflect.Value, cell json.RawMessage) error {
	v.SetZero()
	t := v.Type()
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		v.SetBytes(bytes.Clone(cell))
		return nil
	case string(cell) == "null":
		switch v.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
			return nil
		}
		return errNull
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		return setValue(v.Elem(), cell)
	case t == reflect.TypeFor[time.Time]():
		return setTime(v, cell)
	case isBytes(t) && cell[0] == '"': // BLOBs come as text, not in base64
		var text string
		err := json.Unmarshal(cell, &text)
		v.SetBytes([]byte(text))
		return err
	case t == reflect.TypeFor[big.Int]() && cell[0] == '"': // INT128s come as text
		cell = cell[1 : len(cell)-1]
	}
	err := decode(v, cell)
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at := ""
		if mismatch.Field != "" {
			at = mismatch.Field + ": "
		}
		return fmt.Errorf("%sJSON %s does not fit into a Go %s", at, mismatch.Value, mismatch.Type)
	}
	if err != nil {
		return err
	}
	return settleNumbers(v)
}

func decode(v reflect.Value, cell json.RawMessage) error {
	if !mayNest(v.Type()) {
		return json.Unmarshal(cell, v.Addr().Interface())
	}
	dec := json.NewDecoder(bytes.NewReader(cell))
	dec.UseNumber()
	return dec.Decode(v.Addr().Interface())
}

// isBytes reports whether a type is a []byte that does not decode itself.
func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && !decodesItself(t)
}

// decodesItself reports whether a type says how it is read.
func decodesItself(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// timeLayouts are those of TIMESTAMP_TZ, TIMESTAMP and DATE.
var timeLayouts = [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly}

func setTime(v reflect.Value, cell json.RawMessage) error {
	var text string
	if json.Unmarshal(cell, &text) == nil {
		for _, layout := range timeLayouts {
			if at, err := time.Parse(layout, text); err == nil {
				v.Set(reflect.ValueOf(at))
				return nil
			}
		}
	}
	return errors.New("it is not a DATE or TIMESTAMP")
}
