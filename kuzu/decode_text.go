package kuzu

import (
	"encoding/hex"
	"errors"
	"math/big"
	"reflect"
	"time"
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// plainText returns the text at i and the position after it. It is not ok if
// there is no text, or one with an escape, which none of the forms below has.
func (s *source) plainText(i int) (text string, end int, ok bool) {
	if s.at(i) != '"' {
		return "", i, false
	}
	end, plain, err := chunk.Text(s.data, i)
	if err != nil || !plain {
		return "", i, false
	}
	return string(s.data[i+1 : end-1]), end, true
}

// timeLayouts are those of TIMESTAMP_TZ, TIMESTAMP and DATE.
var timeLayouts = [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly}

func decodeTime(s *source, i int, p unsafe.Pointer) (int, error) {
	if text, end, ok := s.plainText(i); ok {
		for _, layout := range timeLayouts {
			if at, err := time.Parse(layout, text); err == nil {
				*(*time.Time)(p) = at
				return end, nil
			}
		}
	}
	return i, s.refuse(i, "it is not a DATE or TIMESTAMP")
}

// decodeDuration takes an INTERVAL, or a number of nanoseconds.
func decodeDuration(s *source, i int, p unsafe.Pointer) (int, error) {
	if n, end, ok := chunk.Int(s.data, i); ok {
		*(*time.Duration)(p) = time.Duration(n)
		return end, nil
	}
	if text, end, ok := s.plainText(i); ok {
		if d, ok := parseInterval(text); ok {
			*(*time.Duration)(p) = d
			return end, nil
		}
	}
	return i, s.refuse(i, "it is not an INTERVAL of at most 292 years")
}

// decodeBigInt takes an integer of any size; INT128s come as text.
func decodeBigInt(s *source, i int, p unsafe.Pointer) (int, error) {
	digits, end := s.digits(i)
	var n big.Int // one that is set anew could share its words with a copy
	if last, err := chunk.Number(digits, 0); err == nil && last == len(digits) {
		if _, ok := n.SetString(string(digits), 10); ok {
			*(*big.Int)(p) = n
			return end, nil
		}
	}
	return i, s.refuse(i, "it is not an INT128 or another integer")
}

// decodeUUID takes the canonical form into an array of 16 bytes.
func decodeUUID(s *source, i int, p unsafe.Pointer) (int, error) {
	text, end, ok := s.plainText(i)
	if ok && len(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
		if id, err := hex.DecodeString(text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]); err == nil {
			*(*[16]byte)(p) = [16]byte(id)
			return end, nil
		}
	}
	return i, s.refuse(i, "it is not a UUID")
}

// decodeBytes takes a BLOB, which comes as text and not in base64.
func decodeBytes(s *source, i int, v reflect.Value) (int, error) {
	end, plain, err := chunk.Text(s.data, i)
	if err != nil {
		return end, err
	}
	raw := s.data[i+1 : end-1]
	if plain {
		v.SetBytes(append([]byte{}, raw...))
	} else {
		v.SetBytes(chunk.AppendText([]byte{}, raw))
	}
	return end, nil
}

// refuse says why the value at i does not fit, unless it is null or no JSON.
func (s *source) refuse(i int, why string) error {
	if _, err := chunk.Skip(s.data, i); err != nil {
		return err
	}
	if s.isNull(i) {
		return null()
	}
	return wrong(errors.New(why))
}
