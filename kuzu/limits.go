package kuzu

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/robosystems/kuzuclient/gen"
)

// What servers take as parameters of a plain query.
const (
	maxPlainParameters = 50 // also the keys of an object
	maxPlainText       = 10_000
	maxPlainList       = 1000
	maxPlainListText   = 50_000
	maxPlainNumber     = 1e15
)

// checkPlain repeats the checks that servers make of the parameters of a plain
// query, and only of those.
func checkPlain(values gen.QueryParameters) error {
	if len(values) > maxPlainParameters {
		return fmt.Errorf("%d parameters, and servers take %d in a plain query; put some into a list, or use Stream", len(values), maxPlainParameters)
	}
	for _, name := range sortedNames(values) {
		raw, _ := values[name].(json.RawMessage)
		if err := checkPlainValue(name, jsonValue(raw)); err != nil {
			return err
		}
	}
	return nil
}

func checkPlainValue(name string, value any) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("parameter $%.200s "+format+", which servers refuse in a plain query; %s", append([]any{name}, args...)...)
	}
	for part := range strings.SplitSeq(name, ".") {
		if !isIdentifier(part) {
			return refuse("has a name that is no identifier", "rename it, or use Stream")
		}
	}
	switch v := value.(type) {
	case json.Number:
		if n, err := strconv.ParseFloat(v.String(), 64); err != nil || math.Abs(n) > maxPlainNumber {
			return refuse("is larger than 1e15", fmt.Sprintf("bind it as a string and cast it, as in CAST($%s AS INT64), or use Stream", name))
		}
	case string:
		if n := utf8.RuneCountInString(v); n > maxPlainText {
			return refuse("has %d characters and may have %d", n, maxPlainText, "use Stream")
		}
	case []any:
		if len(v) > maxPlainList {
			return refuse("has %d elements and may have %d", len(v), maxPlainList, "send fewer at once, or use Stream")
		}
		if n := listText(v); n > maxPlainListText {
			return refuse("has elements of %d characters together and may have %d", n, maxPlainListText, "send fewer at once, or use Stream")
		}
	case map[string]any:
		if len(v) > maxPlainParameters {
			return refuse("has %d fields and may have %d", len(v), maxPlainParameters, "send a list, or use Stream")
		}
		for _, field := range sortedNames(v) {
			if err := checkPlainValue(name+"."+field, v[field]); err != nil {
				return err
			}
		}
	}
	return nil
}

// listText counts the characters of a list's elements as the server does, in the
// form that they have as texts of Python. Those of nested values are counted
// without their punctuation: rather too few than a refusal that is none.
func listText(list []any) int {
	n := 0
	for _, element := range list {
		switch v := element.(type) {
		case string:
			n += utf8.RuneCountInString(v)
		case json.Number:
			n += len(v)
		case []any:
			n += listText(v)
		case map[string]any:
			for name, field := range v {
				n += utf8.RuneCountInString(name) + listText([]any{field})
			}
		default:
			n += len("True") // or None, and one less than False
		}
	}
	return n
}

// jsonValue decodes what appendValue wrote; numbers keep their digits.
func jsonValue(raw json.RawMessage) any {
	if len(raw) > 1 && raw[0] == '"' && isPlain(string(raw[1:len(raw)-1])) {
		return string(raw[1 : len(raw)-1])
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	_ = decoder.Decode(&value) // it is valid
	return value
}
