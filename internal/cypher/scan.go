package cypher

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A scanner cuts text into tokens that follow one another without a gap. It
// takes any bytes.
type scanner struct {
	text string
	pos  int
}

// next returns the next token; its kind is none at the end of the text.
func (s *scanner) next() token {
	t := token{start: s.pos}
	if s.pos < len(s.text) {
		t.kind, t.end, t.open = s.scan(s.pos)
	} else {
		t.end = s.pos
	}
	s.pos = t.end
	return t
}

func (s *scanner) scan(start int) (k kind, end int, open bool) {
	switch c := s.text[start]; {
	case c == '\'' || c == '"':
		end, open = s.stringEnd(start)
		return str, end, open
	case c == '`':
		end, open = s.quotedEnd(start)
		return quoted, end, open
	case c == '/' && s.at(start+1) == '/':
		return comment, s.lineEnd(start + 2), false
	case c == '/' && s.at(start+1) == '*':
		end, open = s.blockEnd(start + 2)
		return comment, end, open
	case c == '$':
		return s.parameter(start)
	case isDigit(c), c == '.' && isDigit(s.at(start+1)):
		return number, s.numberEnd(start), false
	case c == '.' && s.at(start+1) == '.':
		return punct, start + 2, false
	}
	r, size := utf8.DecodeRuneInString(s.text[start:])
	switch {
	case isSpace(r):
		return space, s.skip(start+size, isSpace), false
	case isNameStart(r):
		return word, s.skip(start+size, isNamePart), false
	case isPunct(r):
		return punct, start + size, false
	}
	return unknown, start + size, false
}

// at returns the byte at i, or 0 past the end; no rule looks for a 0.
func (s *scanner) at(i int) byte {
	if i < len(s.text) {
		return s.text[i]
	}
	return 0
}

func (s *scanner) skip(i int, part func(rune) bool) int {
	for i < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[i:])
		if !part(r) {
			break
		}
		i += size
	}
	return i
}

// stringEnd skips the byte after a backslash whatever it is. Kuzu knows fewer
// escapes and refuses a text with another one as a whole.
func (s *scanner) stringEnd(start int) (end int, open bool) {
	for i := start + 1; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case s.text[start]:
			return i + 1, false
		}
	}
	return len(s.text), true
}

// quotedEnd takes a doubled backtick for a part of the name.
func (s *scanner) quotedEnd(start int) (end int, open bool) {
	for i := start; s.at(i) == '`'; {
		n := strings.IndexByte(s.text[i+1:], '`')
		if n < 0 {
			return len(s.text), true
		}
		i += n + 2
		end = i
	}
	return end, false
}

// lineEnd stops before a lone carriage return too. Kuzu refuses one there, so
// what follows is best seen as code.
func (s *scanner) lineEnd(i int) int {
	if n := strings.IndexAny(s.text[i:], "\r\n"); n >= 0 {
		return i + n
	}
	return len(s.text)
}

// blockEnd reads a star together with the character after it, as Kuzu's
// grammar does: "**/" ends no comment there unless the first star is the second
// half of such a pair. Ending earlier would take for a string what runs as code.
func (s *scanner) blockEnd(i int) (end int, open bool) {
	for {
		n := strings.IndexByte(s.text[i:], '*')
		if n < 0 || i+n+1 >= len(s.text) {
			return len(s.text), true
		}
		i += n + 2
		if s.text[i-1] == '/' {
			return i, false
		}
	}
}

// numberEnd leaves a dot without a digit behind it alone (1..3, list[0].name)
// and stops at the first letter, for Kuzu reads n.x=1SET as two tokens.
func (s *scanner) numberEnd(i int) int {
	i = s.digits(i)
	if s.at(i) == '.' && isDigit(s.at(i+1)) {
		i = s.digits(i + 1)
	}
	if c := s.at(i); c == 'e' || c == 'E' {
		exponent := i + 1
		if s.at(exponent) == '-' {
			exponent++
		}
		if isDigit(s.at(exponent)) {
			i = s.digits(exponent)
		}
	}
	return i
}

func (s *scanner) digits(i int) int {
	for isDigit(s.at(i)) {
		i++
	}
	return i
}

func (s *scanner) parameter(start int) (k kind, end int, open bool) {
	name := start + 1
	switch c := s.at(name); {
	case c == '`':
		end, open = s.quotedEnd(name)
		return parameter, end, open
	case isDigit(c):
		return parameter, s.digits(name), false
	}
	if r, size := utf8.DecodeRuneInString(s.text[name:]); isNameStart(r) {
		return parameter, s.skip(name+size, isNamePart), false
	}
	return punct, name, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isSpace lists the grammar's WHITESPACE.
func isSpace(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == ' ' || '\t' <= r && r <= '\r' || 0x1c <= r && r <= 0x1f
	case 0x2000 <= r && r <= 0x200a:
		return true
	}
	switch r {
	case 0x00a0, 0x1680, 0x180e, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return false
}

// isNameStart is the grammar's IdentifierStart: ID_Start or Pc.
func isNameStart(r rune) bool {
	if r < utf8.RuneSelf {
		return isLetter(r) || r == '_'
	}
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start, unicode.Pc)
}

// isNamePart is the grammar's IdentifierPart: ID_Continue or Sc, which has the
// dollar sign in it.
func isNamePart(r rune) bool {
	if r < utf8.RuneSelf {
		return isLetter(r) || r == '_' || r == '$' || '0' <= r && r <= '9'
	}
	return isNameStart(r) ||
		unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Other_ID_Continue, unicode.Sc)
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// isPunct lists the characters of the grammar's operators, with the dashes and
// arrow heads it allows in patterns.
func isPunct(r rune) bool {
	return strings.ContainsRune("()[]{}<>=+-*/%^&|!~.,:;"+
		"\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"+
		"\u27e8\u3008\ufe64\uff1c\u27e9\u3009\ufe65\uff1e", r)
}
