package mockserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// jsonWords translates what encoding/json says, by a piece of it, into what the
// parser of the deployed server says of the same fault.
var jsonWords = []struct{ theirs, ours string }{
	{"beginning of object key string", "Expecting property name enclosed in double quotes"},
	{"after object key:value pair", "Expecting ',' delimiter"},
	{"after array element", "Expecting ',' delimiter"},
	{"after object key", "Expecting ':' delimiter"},
	{"after top-level value", "Extra data"},
	{"in string literal", "Invalid control character at"},
	{"in string escape code", `Invalid \escape`},
	{`in \u hexadecimal character escape`, `Invalid \uXXXX escape`},
}

// jsonFault says at which character a text stops being JSON, and why.
func jsonFault(raw []byte) (offset int, reason string) {
	// A byte that may stand nowhere turns an early end into a wrong character,
	// which is reported with what was expected there.
	err := json.Unmarshal(append(raw, 0), new(any))
	end, reason := 0, "Expecting value"
	for _, w := range jsonWords {
		if strings.Contains(err.Error(), w.theirs) {
			reason = w.ours
			break
		}
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		end = min(int(syntax.Offset)-1, len(raw))
	}
	if end == len(raw) && strings.Contains(err.Error(), "in string") {
		end, reason = bytes.LastIndexByte(raw, '"'), "Unterminated string starting at"
	}
	return utf8.RuneCount(raw[:end]), reason
}
