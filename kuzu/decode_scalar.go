package kuzu

import (
	"bytes"
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

func decodeBool(s *source, i int, p unsafe.Pointer) (int, error) {
	if end, err := chunk.Word(s.data, i, "true"); err == nil {
		*(*bool)(p) = true
		return end, nil
	}
	end, err := chunk.Word(s.data, i, "false")
	if err != nil {
		return i, s.unfit(i, reflect.TypeFor[bool]())
	}
	*(*bool)(p) = false
	return end, nil
}

func decodeString(s *source, i int, p unsafe.Pointer) (int, error) {
	if s.at(i) != '"' {
		return i, s.unfit(i, reflect.TypeFor[string]())
	}
	end, plain, err := chunk.Text(s.data, i)
	if err == nil {
		*(*string)(p) = s.unquote(i, end, plain)
	}
	return end, err
}

func intDecoder(t reflect.Type) decoder {
	bits := t.Bits()
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		n, end, ok := chunk.Int(s.data, i)
		if !ok || bits < 64 && n != n<<(64-bits)>>(64-bits) {
			return i, s.unfit(i, t)
		}
		switch bits {
		case 8:
			*(*int8)(p) = int8(n)
		case 16:
			*(*int16)(p) = int16(n)
		case 32:
			*(*int32)(p) = int32(n)
		default:
			*(*int64)(p) = n
		}
		return end, nil
	}
}

func uintDecoder(t reflect.Type) decoder {
	bits := t.Bits()
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		end, err := chunk.Number(s.data, i)
		if err != nil {
			return i, s.unfit(i, t)
		}
		n, err := strconv.ParseUint(string(s.data[i:end]), 10, bits)
		if err != nil {
			return i, s.unfit(i, t)
		}
		switch bits {
		case 8:
			*(*uint8)(p) = uint8(n)
		case 16:
			*(*uint16)(p) = uint16(n)
		case 32:
			*(*uint32)(p) = uint32(n)
		default:
			*(*uint64)(p) = n
		}
		return end, nil
	}
}

func floatDecoder(t reflect.Type) decoder {
	if t.Bits() == 64 {
		return func(s *source, i int, p unsafe.Pointer) (int, error) {
			f, end, ok := chunk.Float(s.data, i)
			if !ok {
				return i, s.unfit(i, t)
			}
			*(*float64)(p) = f
			return end, nil
		}
	}
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		f, end, ok := chunk.Float(s.data, i)
		if ok && !math.IsNaN(f) && !math.IsInf(f, 0) {
			narrow, err := strconv.ParseFloat(string(s.data[i:end]), 32) // rounds once, not twice
			f, ok = narrow, err == nil
		}
		if !ok {
			return i, s.unfit(i, t)
		}
		*(*float32)(p) = float32(f)
		return end, nil
	}
}

// decodeRaw takes a value as it is written, a null as well.
func decodeRaw(s *source, i int, p unsafe.Pointer) (int, error) {
	end, err := chunk.Skip(s.data, i)
	if err == nil {
		*(*json.RawMessage)(p) = bytes.Clone(s.data[i:end])
	}
	return end, err
}

// decodeNumber takes a number, or the text of one, with all its digits.
func decodeNumber(s *source, i int, p unsafe.Pointer) (int, error) {
	digits, end := s.digits(i)
	if last, err := chunk.Number(digits, 0); err != nil || last != len(digits) {
		return i, s.unfit(i, reflect.TypeFor[json.Number]())
	}
	*(*json.Number)(p) = json.Number(s.text(digits))
	return end, nil
}

// digits returns the number at i, which may be in a string as INT128 and DECIMAL
// are, and the position after it; nothing if there is something else.
func (s *source) digits(i int) (number []byte, end int) {
	if s.at(i) == '"' {
		if end, plain, err := chunk.Text(s.data, i); err == nil && plain {
			return s.data[i+1 : end-1], end
		}
		return nil, i
	}
	end, err := chunk.Number(s.data, i)
	if err != nil {
		return nil, i
	}
	return s.data[i:end], end
}

// selfDecoder is for a type that reads JSON itself.
func selfDecoder(t reflect.Type) decoder {
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		end, err := chunk.Skip(s.data, i)
		if err != nil {
			return end, err
		}
		v := variable(t, p)
		v.SetZero()
		if s.isNull(i) {
			if nullKind(t) {
				return end, nil
			}
			return i, null()
		}
		if err := v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(s.data[i:end]); err != nil {
			return i, wrong(err)
		}
		return end, nil
	}
}

// textDecoder is for a type that reads a text itself.
func textDecoder(t reflect.Type) decoder {
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		v := variable(t, p)
		v.SetZero()
		if s.isNull(i) && nullKind(t) {
			return i + 4, nil
		}
		if s.at(i) != '"' {
			return i, s.unfit(i, t)
		}
		end, plain, err := chunk.Text(s.data, i)
		if err != nil {
			return end, err
		}
		text := s.data[i+1 : end-1]
		if !plain {
			text = chunk.AppendText(nil, text)
		}
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(text); err != nil {
			return i, wrong(err)
		}
		return end, nil
	}
}

// nullKind reports whether the zero value of a type is a null.
func nullKind(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}

// scannerDecoder is for a type that takes values as those of a database.
func scannerDecoder(t reflect.Type) decoder {
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		v := variable(t, p)
		v.SetZero()
		value, end, err := s.dynamic(i)
		if err != nil {
			return end, err
		}
		if err := v.Addr().Interface().(scanner).Scan(value); err != nil {
			return i, wrong(err)
		}
		return end, nil
	}
}

// nullableDecoder is for sql.Null[V], which is a V and whether it is valid.
func nullableDecoder(t reflect.Type) decoder {
	value, valid := t.Field(0), t.Field(1)
	decode := decoderOf(value.Type)
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		variable(t, p).SetZero()
		if s.isNull(i) {
			return i + 4, nil
		}
		end, err := decode(s, i, unsafe.Add(p, value.Offset))
		if err == nil {
			*(*bool)(unsafe.Add(p, valid.Offset)) = true
		}
		return end, err
	}
}
