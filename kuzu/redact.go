package kuzu

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/robosystems/kuzuclient/gen"
)

// minBareValue is how many characters of a value tell it from other words of a
// message. A shorter one is replaced only in quotes: without the 1 of "line: 1"
// a message helps nobody, and so short a value is hardly a secret.
const minBareValue = 4

// redactValues replaces, in what a server said, the values of parameters by
// their names: the engine quotes what it cannot convert, and what is there twice.
// It returns err.
func redactValues(err error, values gen.QueryParameters) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	type secret struct{ text, name string }
	var secrets []secret
	var collect func(name string, value any)
	collect = func(name string, value any) {
		switch v := value.(type) {
		case string:
			secrets = append(secrets, secret{v, name})
		case json.Number:
			secrets = append(secrets, secret{v.String(), name})
			if f, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), ".e") {
				secrets = append(secrets, secret{strconv.FormatFloat(f, 'f', 6, 64), name}) // as the engine writes a DOUBLE
			}
		case []any:
			for _, element := range v {
				collect(name, element)
			}
		case map[string]any:
			for _, field := range v {
				collect(name, field)
			}
		}
	}
	for name, value := range values {
		raw, _ := value.(json.RawMessage)
		collect("$"+name, jsonValue(raw))
	}
	// The longest first, since it may hold others.
	slices.SortFunc(secrets, func(a, b secret) int { return len(b.text) - len(a.text) })
	for _, s := range secrets {
		e.Message = replaceValue(e.Message, s.text, s.name)
	}
	return err
}

// replaceValue replaces a value where it stands as a word or in quotes, and what
// there is of it before a cut.
func replaceValue(text, value, name string) string {
	if value == "" {
		return text
	}
	long := utf8.RuneCountInString(value) >= minBareValue
	var b strings.Builder
	rest := text
	for {
		i := strings.Index(rest, value)
		if i < 0 {
			break
		}
		done := len(text) - len(rest)
		before, _ := utf8.DecodeLastRuneInString(text[:done+i])
		after, _ := utf8.DecodeRuneInString(rest[i+len(value):])
		quoted := before == after && (before == '"' || before == '\'')
		b.WriteString(rest[:i])
		if quoted || long && !isWordRune(before) && !isWordRune(after) {
			b.WriteString(name)
		} else {
			b.WriteString(value)
		}
		rest = rest[i+len(value):]
	}
	b.WriteString(rest)
	text = b.String()
	const mark = " [cut]"
	if kept, cut := strings.CutSuffix(text, mark); cut {
		for n := min(len(value), len(kept)); n >= minBareValue; n-- {
			if strings.HasSuffix(kept, value[:n]) {
				return kept[:len(kept)-n] + name + mark
			}
		}
	}
	return text
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
