package kuzu

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"strconv"

	"github.com/robosystems/kuzuclient/transport"
)

// scanProperties copies properties into a variable, by way of their JSON.
func scanProperties(properties map[string]any, dest any) error {
	v := reflect.ValueOf(dest)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return transport.Errorf(KindInvalidRequest, "Scan got a %T; give a pointer to a struct", dest)
	}
	s := source{data: appendDynamic(nil, properties)}
	if _, err := decoderOf(v.Type().Elem())(&s, 0, v.UnsafePointer()); err != nil {
		return transport.Errorf(KindInvalidRequest, "%v", err)
	}
	return nil
}

// appendDynamic writes a value as the server does, NaN and infinite numbers
// included. It takes what an any holds after decoding, and nothing else.
func appendDynamic(b []byte, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case *big.Int:
		return v.Append(b, 10)
	case float64:
		return appendAnyFloat(b, v)
	case []any:
		b = append(b, '[')
		for i, item := range v {
			b = appendDynamic(comma(b, i), item)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		n := 0
		for name, item := range v {
			b = append(appendDynamic(comma(b, n), name), ':')
			b = appendDynamic(b, item)
			n++
		}
		return append(b, '}')
	}
	raw, err := json.Marshal(value) // a string, or what the caller has put in
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, raw...)
}

func appendAnyFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	b, _ = appendFloat(b, f, 64) // it is finite
	return b
}
