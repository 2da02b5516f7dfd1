package chunk

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Every byte of a word of eight.
const (
	ones   = 0x0101010101010101
	highs  = 0x8080808080808080
	quotes = ones * '"'
	slants = ones * '\\'
)

// Text checks the string that begins with the quote at data[i], and returns the
// position after its closing quote. If it is plain, what is between the quotes is
// its value; if not, [AppendText] makes the value of it.
func Text(data []byte, i int) (end int, plain bool, err error) {
	for i++; i+8 <= len(data); i += 8 {
		// The lowest bit that is set marks the first byte that is a quote, a
		// backslash, a control character or not ASCII.
		w := binary.LittleEndian.Uint64(data[i:])
		q, s := w^quotes, w^slants
		if special := ((q-ones)&^q | (s-ones)&^s | (w-ones*0x20)&^w | w) & highs; special != 0 {
			i += bits.TrailingZeros64(special) / 8
			if data[i] == '"' {
				return i + 1, true, nil
			}
			return textSlowly(data, i)
		}
	}
	return textSlowly(data, i)
}

// textSlowly goes on at data[i], before which the string is plain.
func textSlowly(data []byte, i int) (end int, plain bool, err error) {
	start, escapes := i, false
	for i < len(data) {
		switch c := data[i]; {
		case c == '"':
			return i + 1, !escapes && utf8.Valid(data[start:i]), nil
		case c < 0x20:
			return i, false, lacks("an escape for a control character", i)
		case c == '\\':
			escapes = true
			if i, err = skipEscape(data, i); err != nil {
				return i, false, err
			}
		default:
			i++
		}
	}
	return i, false, lacks("the end of a string", i)
}

func skipEscape(data []byte, i int) (int, error) {
	if i+1 < len(data) {
		switch data[i+1] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return i + 2, nil
		case 'u':
			if unit(data[i:]) >= 0 {
				return i + 6, nil
			}
		}
	}
	return i, lacks("a known escape", i)
}

// unit returns the UTF-16 unit of the \u escape that b begins with, -1 if it does
// not begin with one.
func unit(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// escaped are the characters that stand for others after a backslash.
var escaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// AppendText appends the value of a string that [Text] has checked, given without
// its quotes. What is not UTF-8 becomes U+FFFD, as with [encoding/json].
func AppendText(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\\' && raw[i+1] == 'u':
			r := unit(raw[i:])
			i += 6
			if utf16.IsSurrogate(r) {
				if pair := utf16.DecodeRune(r, unit(raw[i:])); pair != unicode.ReplacementChar {
					r = pair
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r) // a surrogate alone becomes U+FFFD
		case c == '\\':
			dst = append(dst, escaped[raw[i+1]])
			i += 2
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, size := utf8.DecodeRune(raw[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
		}
	}
	return dst
}
