package mockserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// encoder writes values as JSON. The deployed server writes plain answers
// compact and in UTF-8, and streams with a blank after separators and in ASCII.
type encoder struct {
	comma, colon string
	ascii        bool
	unstreamable bool  // see QuirkUnstreamable
	nan          bool  // see QuirkNaNTokens
	err          error // the first value that JSON cannot hold; what was written is then worthless
}

func newPlainEncoder() *encoder  { return &encoder{comma: ",", colon: ":"} }
func newStreamEncoder() *encoder { return &encoder{comma: ", ", colon: ": ", ascii: true} }

var errBlob = errors.New("a BLOB that is not UTF-8 text cannot be written as JSON; cast it to STRING in the statement")

// appendValue writes a value of an engine's row as JSON.
func (e *encoder) appendValue(b []byte, value any) []byte {
	if e.unstreamable {
		switch value.(type) {
		case Date, Timestamp, time.Duration, UUID, Decimal, *big.Int, []byte:
			e.fail(fmt.Errorf("Object of type %T is not JSON serializable", value))
		}
	}
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int8:
		return strconv.AppendInt(b, int64(v), 10)
	case int16:
		return strconv.AppendInt(b, int64(v), 10)
	case int32:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint8:
		return strconv.AppendUint(b, uint64(v), 10)
	case uint16:
		return strconv.AppendUint(b, uint64(v), 10)
	case uint32:
		return strconv.AppendUint(b, uint64(v), 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case float32:
		return e.appendFloat(b, float64(v))
	case float64:
		return e.appendFloat(b, v)
	case string:
		return e.appendString(b, v)
	case []byte:
		return e.appendBlob(b, v)
	case *big.Int:
		return append(append(append(b, '"'), v.String()...), '"')
	case Decimal:
		return e.appendString(b, string(v))
	case UUID:
		return e.appendString(b, string(v))
	case Date:
		return e.appendString(b, dateText(v))
	case Timestamp:
		return e.appendString(b, timestampText(v))
	case time.Duration:
		return e.appendString(b, durationText(v))
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, e.comma...)
			}
			b = e.appendValue(b, item)
		}
		return append(b, ']')
	case Struct:
		return append(e.appendFields(append(b, '{'), v), '}')
	case Map:
		fields := make(Struct, len(v))
		for i, entry := range v {
			fields[i] = Field{e.keyText(entry.Key), entry.Value}
		}
		return append(e.appendFields(append(b, '{'), fields), '}')
	case InternalID:
		return append(e.appendFields(append(b, '{'), Struct{{"offset", v.Offset}, {"table", v.Table}}), '}')
	case Node:
		head := Struct{{"_id", v.ID}, {"_label", v.Label}}
		return append(e.appendFields(append(b, '{'), append(head, v.Properties...)), '}')
	case Rel:
		head := Struct{{"_src", v.Src}, {"_dst", v.Dst}, {"_label", v.Label}, {"_id", v.ID}}
		return append(e.appendFields(append(b, '{'), append(head, v.Properties...)), '}')
	case Path:
		nodes, rels := make([]any, len(v.Nodes)), make([]any, len(v.Rels))
		for i := range v.Nodes {
			nodes[i] = v.Nodes[i]
		}
		for i := range v.Rels {
			rels[i] = v.Rels[i]
		}
		return append(e.appendFields(append(b, '{'), Struct{{"_nodes", nodes}, {"_rels", rels}}), '}')
	default:
		e.fail(fmt.Errorf("the engine returned a %T, which is not a value", value))
		return b
	}
}

// fail keeps the first fault.
func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) appendFields(b []byte, fields Struct) []byte {
	for i, field := range fields {
		if i > 0 {
			b = append(b, e.comma...)
		}
		b = append(e.appendString(b, field.Name), e.colon...)
		b = e.appendValue(b, field.Value)
	}
	return b
}

// appendFloat writes a number as Python does: shortest digits, a fraction or an
// exponent always. What JSON has no number for becomes null.
func (e *encoder) appendFloat(b []byte, f float64) []byte {
	switch {
	case !math.IsNaN(f) && !math.IsInf(f, 0):
	case !e.nan:
		return append(b, "null"...)
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case f > 0:
		return append(b, "Infinity"...)
	default:
		return append(b, "-Infinity"...)
	}
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if slices.Contains(b[start:], '.') {
		return b
	}
	return append(b, ".0"...)
}

// appendBlob writes bytes that are text; there is no agreed form for others.
func (e *encoder) appendBlob(b, blob []byte) []byte {
	if !utf8.Valid(blob) {
		e.fail(errBlob)
	}
	return e.appendString(b, string(blob))
}

// keyText is a map's key as a name: its JSON, without quotes if that is a string.
func (e *encoder) keyText(key any) string {
	if key == nil {
		if e.ascii {
			return "null"
		}
		return "None"
	}
	switch key.(type) {
	case []any, Struct, Map, Node, Rel, Path, InternalID:
		if e.unstreamable {
			e.fail(fmt.Errorf("keys must be str, int, float, bool or None, not %T", key))
		}
	}
	text := e.appendValue(nil, key)
	var name string
	if e.err == nil && json.Unmarshal(text, &name) == nil {
		return name
	}
	return string(text)
}

func (e *encoder) appendString(b []byte, text string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	plain := 0 // what needs no escape is copied at once
	for plain < len(text) && plainByte[text[plain]] && text[plain] < 0x7f {
		plain++
	}
	b = append(b, text[:plain]...)
	for _, r := range text[plain:] {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\r':
			b = append(b, '\\', 'r')
		case r == '\t':
			b = append(b, '\\', 't')
		case r == '\b':
			b = append(b, '\\', 'b')
		case r == '\f':
			b = append(b, '\\', 'f')
		case r < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&0xf])
		case r < 0x7f || !e.ascii:
			b = utf8.AppendRune(b, r)
		default:
			high, low := r, rune(-1)
			if r > 0xffff {
				r -= 0x10000
				high, low = 0xd800+r>>10, 0xdc00+r&0x3ff
			}
			for _, unit := range []rune{high, low} {
				if unit >= 0 {
					b = append(b, '\\', 'u', hex[unit>>12&0xf], hex[unit>>8&0xf], hex[unit>>4&0xf], hex[unit&0xf])
				}
			}
		}
	}
	return append(b, '"')
}
