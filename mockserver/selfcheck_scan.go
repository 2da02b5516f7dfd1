package mockserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// scanner reads one JSON text and holds it against a [shape] in the same pass.
type scanner struct {
	text  []byte
	at    int
	depth int
	// wellFormed is set when the text from here on has been read once and was
	// JSON: what is free in it need not be looked at again.
	wellFormed bool
	// tokens lets the bare NaN, Infinity and -Infinity stand where the document
	// leaves the value free; see [QuirkNaNTokens].
	tokens bool
}

// maxDepth is how deep values may be nested, as in encoding/json.
const maxDepth = 10_000

// flaw says what is wrong in a text and where. It is built from the inside out.
type flaw struct {
	where []string // path to the value, the innermost first
	what  string
}

func (f *flaw) Error() string {
	slices.Reverse(f.where)
	defer slices.Reverse(f.where)
	return "at /" + strings.Join(f.where, "/") + ": " + f.what
}

func (f *flaw) under(name string) *flaw {
	f.where = append(f.where, name)
	return f
}

func flawed(format string, args ...any) *flaw { return &flaw{what: fmt.Sprintf(format, args...)} }

// check holds a whole text, which is one value, against a shape.
func (s *scanner) check(sh *shape) *flaw {
	if err := s.value(sh); err != nil {
		return err
	}
	if s.next() != 0 || s.at < len(s.text) {
		return flawed("the JSON value is followed by more, at byte %d", s.at)
	}
	return nil
}

// next skips white space and returns the byte after it, 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		if c := s.text[s.at]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

func (s *scanner) value(sh *shape) *flaw {
	if sh.oneOf != nil || sh.anyOf != nil {
		return s.alternatives(sh)
	}
	if s.depth++; s.depth > maxDepth {
		return flawed("values are nested deeper than %d", maxDepth)
	}
	if s.wellFormed && sh == anything {
		s.skip()
		s.depth--
		return nil
	}
	err := s.typed(sh)
	s.depth--
	return err
}

// typed goes by the first byte of a value.
func (s *scanner) typed(sh *shape) *flaw {
	switch s.next() {
	case '{':
		return s.object(sh)
	case '[':
		return s.array(sh)
	case '"':
		return s.string(sh)
	case 't':
		return s.word("true", kindBoolean, sh)
	case 'f':
		return s.word("false", kindBoolean, sh)
	case 'n':
		return s.word("null", kindNull, sh)
	default:
		return s.number(sh)
	}
}

func (s *scanner) object(sh *shape) *flaw {
	if sh.kinds&kindObject == 0 {
		return flawed("an object is not allowed")
	}
	s.at++
	var seen uint64
	if s.next() == '}' {
		s.at++
		return s.complete(sh, seen)
	}
	for {
		if s.next() != '"' {
			return s.broken("the name of a field")
		}
		start := s.at
		if err := s.string(anything); err != nil {
			return err
		}
		quoted := s.text[start:s.at]
		if s.next() != ':' {
			return s.broken("a colon")
		}
		s.at++
		inner := sh.extra
		if len(sh.fields) > 0 {
			if known, ok := sh.fields[string(unquoted(quoted))]; ok {
				if seen&known.bit != 0 {
					return flawed("the field %s is there twice", quoted)
				}
				seen |= known.bit
				inner = known.shape
			}
		}
		if inner == nil {
			return flawed("there must be no field %s", quoted)
		}
		if err := s.value(inner); err != nil {
			return err.under(string(unquoted(quoted)))
		}
		switch s.next() {
		case ',':
			s.at++
		case '}':
			s.at++
			return s.complete(sh, seen)
		default:
			return s.broken("a comma or the end of the object")
		}
	}
}

// complete reports required fields that were not seen.
func (s *scanner) complete(sh *shape, seen uint64) *flaw {
	if missing := sh.required &^ seen; missing != 0 {
		var names []string
		for name, known := range sh.fields {
			if missing&known.bit != 0 {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return flawed("required, and not there: %s", strings.Join(names, ", "))
	}
	return nil
}

func (s *scanner) array(sh *shape) *flaw {
	if sh.kinds&kindArray == 0 {
		return flawed("an array is not allowed")
	}
	s.at++
	count := uint64(0)
	if s.next() == ']' {
		s.at++
	} else {
		for more := true; more; count++ {
			if err := s.value(sh.items); err != nil {
				return err.under(strconv.FormatUint(count, 10))
			}
			switch s.next() {
			case ',':
			case ']':
				more = false
			default:
				return s.broken("a comma or the end of the array")
			}
			s.at++
		}
	}
	if count < sh.minItems || count > sh.maxItems {
		return flawed("%d items are too few or too many", count)
	}
	return nil
}

func (s *scanner) string(sh *shape) *flaw {
	if sh.kinds&kindString == 0 {
		return flawed("a string is not allowed")
	}
	start := s.at
	ascii := true
	for s.at++; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		if plainByte[c] {
			continue
		}
		switch {
		case c == '"':
			s.at++
			text := s.text[start:s.at]
			if !ascii && !utf8.Valid(text) {
				return flawed("a string is not UTF-8")
			}
			if sh == anything {
				return nil
			}
			return sh.holds(text)
		case c == '\\':
			if !s.escape() {
				return s.broken("an escape sequence")
			}
		case c < ' ':
			return s.broken("an escaped control character")
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return s.broken("the end of a string")
}

// plainByte are the bytes that stand for themselves in a string of JSON, and are
// ASCII.
var plainByte = func() (set [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		set[c] = c != '"' && c != '\\'
	}
	return set
}()

// escape moves to the last byte of an escape sequence.
func (s *scanner) escape() bool {
	s.at++
	if s.at >= len(s.text) {
		return false
	}
	if s.text[s.at] != 'u' {
		return bytes.IndexByte([]byte(`"\/bfnrt`), s.text[s.at]) >= 0
	}
	for range 4 {
		if s.at++; s.at >= len(s.text) || bytes.IndexByte([]byte("0123456789abcdefABCDEF"), s.text[s.at]) < 0 {
			return false
		}
	}
	return true
}

// holds checks the limits of a quoted string that is well-formed.
func (sh *shape) holds(quoted []byte) *flaw {
	if sh.enum == nil && sh.pattern == nil && sh.minLength == 0 && sh.maxLength == anything.maxLength && sh.format == "" {
		return nil
	}
	text := string(unquoted(quoted))
	length := uint64(utf8.RuneCountInString(text))
	switch {
	case sh.enum != nil && !slices.Contains(sh.enum, text):
		return flawed("%.100q is none of %s", text, strings.Join(sh.enum, ", "))
	case length < sh.minLength || length > sh.maxLength:
		return flawed("a string of %d characters is too short or too long", length)
	case sh.pattern != nil && !sh.pattern.MatchString(text):
		return flawed("%.100q does not match %s", text, sh.pattern)
	case sh.format == "date-time":
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			return flawed("%.100q is no date-time of RFC 3339", text)
		}
	}
	return nil
}

// unquoted returns what a well-formed string says, without a copy if it holds
// no escapes.
func unquoted(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // it is well-formed
	return []byte(text)
}

func (s *scanner) word(word string, kind kinds, sh *shape) *flaw {
	switch {
	case !bytes.HasPrefix(s.text[s.at:], []byte(word)):
		return s.broken("a value")
	case sh.kinds&kind == 0:
		return flawed("%s is not allowed", word)
	}
	s.at += len(word)
	return nil
}

func (s *scanner) number(sh *shape) *flaw {
	rest := s.text[s.at:]
	length, integer := numberLength(rest)
	if length == 0 {
		return s.token(sh)
	}
	s.at += length
	if sh == anything {
		return nil
	}
	text := string(rest[:length])
	kind := kindFraction
	if integer {
		kind = kindInteger
	}
	if sh.kinds&kind == 0 {
		return flawed("the number %s is not allowed", text)
	}
	if integer && sh.format == "int64" {
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return flawed("%s is beyond 64 bits", text)
		}
	}
	if n, _ := strconv.ParseFloat(text, 64); n < sh.min || n > sh.max {
		return flawed("%s is out of bounds", text)
	}
	return nil
}

// token reads what stands for a number that JSON does not have.
func (s *scanner) token(sh *shape) *flaw {
	for _, token := range [...]string{"NaN", "Infinity", "-Infinity"} {
		if bytes.HasPrefix(s.text[s.at:], []byte(token)) {
			if !s.tokens || sh != anything {
				return flawed("%s is no JSON", token)
			}
			s.at += len(token)
			return nil
		}
	}
	return s.broken("a value")
}

// numberLength returns how many bytes of text are a JSON number, 0 if it begins
// with none.
func numberLength(text []byte) (length int, integer bool) {
	i := 0
	digits := func() bool {
		start := i
		for i < len(text) && '0' <= text[i] && text[i] <= '9' {
			i++
		}
		return i > start
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	zero := i < len(text) && text[i] == '0'
	start := i
	if !digits() || zero && i > start+1 {
		return 0, false
	}
	integer = true
	if i < len(text) && text[i] == '.' {
		i++
		integer = false
		if !digits() {
			return 0, false
		}
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		i++
		integer = false
		if i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		if !digits() {
			return 0, false
		}
	}
	return i, integer
}

// alternatives tries the branches of oneOf and anyOf from the same place.
func (s *scanner) alternatives(sh *shape) *flaw {
	start, depth := s.at, s.depth
	branches := sh.oneOf
	if sh.anyOf != nil {
		branches = sh.anyOf
	}
	if sh.mapping != nil {
		name, ok := s.peek(sh.discriminant)
		if branch := sh.mapping[name]; ok && branch != nil {
			branches = []*shape{branch}
		} else {
			return flawed("%q is no %s that the document knows", name, sh.discriminant)
		}
	}
	matched, end, before := 0, start, s.wellFormed
	var first *flaw
	for _, branch := range branches {
		s.at, s.depth = start, depth
		err := s.value(branch)
		if err == nil {
			matched, end = matched+1, s.at
			s.wellFormed = true
		} else if first == nil || len(err.where) > len(first.where) { // the deeper, the closer to what was meant
			first = err
		}
	}
	s.at, s.depth, s.wellFormed = end, depth, before
	switch {
	case matched == 0:
		return first
	case sh.oneOf != nil && matched > 1:
		return flawed("it matches %d alternatives of the document, where it has to match one", matched)
	}
	return nil
}

// skip moves behind a value that is known to be well-formed.
func (s *scanner) skip() {
	s.next()
	for open := 0; s.at < len(s.text); {
		switch c := s.text[s.at]; c {
		case '"':
			for s.at++; s.text[s.at] != '"'; s.at++ {
				if s.text[s.at] == '\\' {
					s.at++
				}
			}
			s.at++
		case '{', '[':
			open++
			s.at++
			continue
		case '}', ']':
			if open == 0 {
				return // of what is around a number or a word, which ends here
			}
			open--
			s.at++
		case ',':
			if open == 0 {
				return
			}
			s.at++
			continue
		default:
			s.at++
			continue
		}
		if open == 0 {
			return
		}
	}
}

// peek returns the text of a field of the object that comes next.
func (s *scanner) peek(name string) (text string, ok bool) {
	var fields map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(s.text[s.at:])).Decode(&fields) != nil {
		return "", false
	}
	return text, json.Unmarshal(fields[name], &text) == nil
}

func (s *scanner) broken(wanted string) *flaw {
	return flawed("broken JSON, %s is wanted at byte %d", wanted, s.at)
}
