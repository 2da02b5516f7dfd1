package mockserver

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
)

// The words that the deployed server's JSON parser takes for numbers, as JSON
// that is read as them. An infinity is a number that is too large. Nothing in
// JSON is not a number, so that one is a way to write zero that nobody uses.
const (
	infinityNumber = "1e999999"
	nanNumber      = "-0.00e-0004977"
	nanPlace       = "1.0" // a number as long as the word
)

// replaceWords puts numbers in the place of the words NaN, Infinity and
// -Infinity outside of strings. The text it returns is another one if there
// are any.
func replaceWords(raw []byte, nan string) []byte {
	if !bytes.Contains(raw, []byte("NaN")) && !bytes.Contains(raw, []byte("Infinity")) {
		return raw
	}
	replaced := make([]byte, 0, len(raw)+16)
	for i := 0; i < len(raw); {
		end := i + 1
		switch rest := raw[i:]; {
		case rest[0] == '"':
			for end < len(raw) && raw[end] != '"' {
				if raw[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(raw))
		case bytes.HasPrefix(rest, []byte("NaN")):
			replaced = append(replaced, nan...)
			i += len("NaN")
			continue
		case bytes.HasPrefix(rest, []byte("Infinity")):
			replaced = append(replaced, infinityNumber...)
			i += len("Infinity")
			continue
		}
		replaced = append(replaced, raw[i:end]...)
		i = end
	}
	return replaced
}

// wordOf returns the number that a JSON number stands for if [replaceWords]
// put it there.
func wordOf(number string) (float64, bool) {
	switch {
	case number == nanNumber:
		return math.NaN(), true
	case strings.TrimPrefix(number, "-") == infinityNumber:
		return math.Inf(map[bool]int{true: -1, false: 1}[number[0] == '-']), true
	}
	return 0, false
}

// shown is a value of a request as it is shown in answers: with null for the
// words, and for other numbers that are too large to be read by everybody.
func shown(value any) any {
	switch v := value.(type) {
	case json.Number:
		if _, err := v.Float64(); err != nil || v.String() == nanNumber {
			return nil
		}
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = shown(item)
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v))
		for name, field := range v {
			fields[name] = shown(field)
		}
		return fields
	}
	return value
}
