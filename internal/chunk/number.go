package chunk

import (
	"encoding/binary"
	"math"
	"strconv"
)

// Number checks the number, or the token NaN, Infinity or -Infinity, that begins
// at data[i], and returns the position after it.
func Number(data []byte, i int) (end int, err error) {
	start := i
	if i < len(data) && data[i] == '-' {
		i++
	}
	switch c := at(data, i); {
	case c == 'I':
		return Word(data, i, "Infinity")
	case c == 'N' && i == start:
		return Word(data, i, "NaN")
	case c == '0':
		i++
	case '1' <= c && c <= '9':
		i = digits(data, i)
	default:
		return i, lacks("a value", i)
	}
	if at(data, i) == '.' {
		if i++; !isDigit(at(data, i)) {
			return i, lacks("a digit", i)
		}
		i = digits(data, i)
	}
	if c := at(data, i); c == 'e' || c == 'E' {
		if i++; at(data, i) == '+' || at(data, i) == '-' {
			i++
		}
		if !isDigit(at(data, i)) {
			return i, lacks("a digit", i)
		}
		i = digits(data, i)
	}
	return i, nil
}

func at(data []byte, i int) byte {
	if i < len(data) {
		return data[i]
	}
	return 0
}

func isDigit(c byte) bool { return c-'0' < 10 }

func digits(data []byte, i int) int {
	for i < len(data) && isDigit(data[i]) {
		i++
	}
	return i
}

// Int reads the integer at data[i]. It is not ok if there is something else, or
// if it does not fit into an int64.
func Int(data []byte, i int) (value int64, end int, ok bool) {
	negative := at(data, i) == '-'
	if negative {
		i++
	}
	start, n := i, uint64(0)
	for i+8 <= len(data) && i-start < 16 {
		eight, ok := eightDigits(binary.LittleEndian.Uint64(data[i:]))
		if !ok {
			break
		}
		n = n*1e8 + eight
		i += 8
	}
	for i < len(data) && isDigit(data[i]) && i-start < 20 {
		n = n*10 + uint64(data[i]-'0')
		i++
	}
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	switch c := at(data, i); {
	case i == start, data[start] == '0' && i > start+1, c == '.', c == 'e', c == 'E', i-start > 19, n > limit:
		return 0, i, false
	case negative:
		return -int64(n), i, true
	}
	return int64(n), i, true
}

// eightDigits returns the number that eight characters stand for, the first in
// the lowest byte.
func eightDigits(w uint64) (n uint64, ok bool) {
	if (w&0xf0f0f0f0f0f0f0f0)|((w+0x0606060606060606)&0xf0f0f0f0f0f0f0f0)>>4 != 0x3333333333333333 {
		return 0, false
	}
	w -= 0x3030303030303030
	w = w*10 + w>>8 // pairs of digits, in every other byte
	const mask = 0x000000ff000000ff
	return ((w&mask)*(100+1000000<<32) + (w>>16&mask)*(1+10000<<32)) >> 32, true
}

// powers are the powers of ten that a float64 holds exactly.
var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// Float reads the number at data[i], or the token of one that is not finite. It
// is not ok if there is something else, or if the number is beyond a float64.
func Float(data []byte, i int) (value float64, end int, ok bool) {
	if value, end, ok = shortFloat(data, i); ok {
		return value, end, true
	}
	end, err := Number(data, i)
	if err != nil {
		return 0, i, false
	}
	switch last := data[end-1]; {
	case last == 'N':
		return math.NaN(), end, true
	case last == 'y' && data[i] == '-':
		return math.Inf(-1), end, true
	case last == 'y':
		return math.Inf(1), end, true
	}
	value, err = strconv.ParseFloat(string(data[i:end]), 64)
	return value, end, err == nil
}

// shortFloat reads a number without an exponent, whose digits make an integer
// that a float64 holds exactly. One division then rounds as [strconv.ParseFloat]
// does.
func shortFloat(data []byte, i int) (value float64, end int, ok bool) {
	negative := at(data, i) == '-'
	if negative {
		i++
	}
	start, n := i, uint64(0)
	for i < len(data) && isDigit(data[i]) {
		n = n*10 + uint64(data[i]-'0')
		i++
	}
	whole := i - start
	if whole == 0 || whole > 19 || data[start] == '0' && whole > 1 {
		return 0, i, false
	}
	places := 0
	if at(data, i) == '.' {
		i++
		start = i
		for i+8 <= len(data) && i-start < 16 {
			eight, ok := eightDigits(binary.LittleEndian.Uint64(data[i:]))
			if !ok {
				break
			}
			n = n*1e8 + eight
			i += 8
		}
		for i < len(data) && isDigit(data[i]) {
			n = n*10 + uint64(data[i]-'0')
			i++
		}
		if places = i - start; places == 0 {
			return 0, i, false
		}
	}
	if c := at(data, i); c == 'e' || c == 'E' || whole+places > 19 || n > 1<<53 || places >= len(powers) {
		return 0, i, false
	}
	value = float64(n) / powers[places]
	if negative {
		value = -value
	}
	return value, i, true
}
