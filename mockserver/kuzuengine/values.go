//go:build cgo && (linux || darwin)

package kuzuengine

// #include "bridge.h"
import "C"

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// reader converts values of the engine to the vocabulary of [mockserver].
type reader struct {
	cell C.kz_cell // of the value at hand; overwritten by its members
}

// value returns the value and its type, which the next value of the same
// column or list has too and which then saves looking it up.
func (r *reader) value(v C.kuzu_value, hint C.int32_t) (any, C.int32_t, error) {
	C.kz_read(v, hint, &r.cell)
	if r.cell.null != 0 {
		return nil, hint, nil
	}
	id := r.cell._type
	value, err := r.convert(v)
	return value, id, err
}

func (r *reader) convert(v C.kuzu_value) (any, error) {
	cell := &r.cell
	switch cell._type {
	case C.KUZU_BOOL:
		return cell.u != 0, nil
	case C.KUZU_INT8:
		return int8(cell.i), nil
	case C.KUZU_INT16:
		return int16(cell.i), nil
	case C.KUZU_INT32:
		return int32(cell.i), nil
	case C.KUZU_INT64, C.KUZU_SERIAL:
		return int64(cell.i), nil
	case C.KUZU_UINT8:
		return uint8(cell.u), nil
	case C.KUZU_UINT16:
		return uint16(cell.u), nil
	case C.KUZU_UINT32:
		return uint32(cell.u), nil
	case C.KUZU_UINT64:
		return uint64(cell.u), nil
	case C.KUZU_INT128:
		n := big.NewInt(int64(cell.high))
		return n.Add(n.Lsh(n, 64), new(big.Int).SetUint64(uint64(cell.u))), nil
	case C.KUZU_FLOAT:
		return float32(cell.d), nil
	case C.KUZU_DOUBLE:
		return float64(cell.d), nil
	case C.KUZU_STRING:
		return takeText(cell), nil
	case C.KUZU_BLOB:
		return unescapeBlob(takeText(cell))
	case C.KUZU_UUID:
		return mockserver.UUID(takeText(cell)), nil
	case C.KUZU_DECIMAL:
		return mockserver.Decimal(plainDecimal(takeText(cell))), nil
	case C.KUZU_DATE:
		return mockserver.Date{Time: time.Unix(int64(cell.i)*24*60*60, 0).UTC()}, nil
	case C.KUZU_TIMESTAMP:
		return mockserver.Timestamp{Time: time.UnixMicro(int64(cell.i)).UTC()}, nil
	case C.KUZU_TIMESTAMP_TZ:
		return mockserver.Timestamp{Time: time.UnixMicro(int64(cell.i)).UTC(), Zoned: true}, nil
	case C.KUZU_TIMESTAMP_NS:
		// Toward zero, as the deployed server does before 1970 too.
		return mockserver.Timestamp{Time: time.UnixMicro(int64(cell.i) / 1000).UTC()}, nil
	case C.KUZU_TIMESTAMP_MS:
		return mockserver.Timestamp{Time: time.UnixMilli(int64(cell.i)).UTC()}, nil
	case C.KUZU_TIMESTAMP_SEC:
		return mockserver.Timestamp{Time: time.Unix(int64(cell.i), 0).UTC()}, nil
	case C.KUZU_INTERVAL:
		return duration(int64(cell.high), int64(cell.i))
	case C.KUZU_INTERNAL_ID:
		return mockserver.InternalID{Offset: uint64(cell.u), Table: uint64(cell.high)}, nil
	}
	return r.nested(v)
}

// duration refuses what does not fit, about 292 years.
func duration(days, micros int64) (time.Duration, error) {
	const perDay = 24 * 60 * 60 * 1_000_000
	limit := int64(math.MaxInt64 / 1000)
	if days > limit/perDay || days < -limit/perDay || micros > limit || micros < -limit ||
		days*perDay+micros > limit || days*perDay+micros < -limit {
		return 0, fmt.Errorf("Runtime exception: An interval of %d days and %d microseconds is out of range.", days, micros)
	}
	return time.Duration(days*perDay+micros) * time.Microsecond, nil
}

// plainDecimal mends how the engine writes negative numbers above -1, in which
// it counts the sign as a digit: 0.-50 for -0.050, and -.500 for -0.500.
func plainDecimal(s string) string {
	whole, fraction, ok := strings.Cut(s, ".")
	digits := strings.TrimLeft(fraction, "0")
	switch {
	case ok && whole == "-":
		return "-0." + fraction
	case ok && strings.HasPrefix(digits, "-"):
		digits = digits[1:]
		return "-0." + strings.Repeat("0", len(fraction)-len(digits)) + digits
	}
	return s
}

// unescapeBlob undoes the engine's notation, which is exact: \xNN for every
// byte that is not printable ASCII, a quote or a backslash.
func unescapeBlob(s string) ([]byte, error) {
	blob := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			blob = append(blob, s[i])
			continue
		}
		if len(s)-i < 4 || s[i+1] != 'x' {
			return nil, fmt.Errorf("Runtime exception: Unknown notation in a BLOB: %q", s[i:])
		}
		b, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
		if err != nil {
			return nil, fmt.Errorf("Runtime exception: Unknown notation in a BLOB: %w", err)
		}
		blob = append(blob, byte(b))
		i += 3
	}
	return blob, nil
}

func takeText(cell *C.kz_cell) string {
	defer C.kuzu_destroy_string(cell.owned)
	return C.GoStringN(cell.text, C.int(cell.size))
}
