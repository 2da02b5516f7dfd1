package cypher

import "unicode/utf8"

// A Statement is one Cypher statement and what can be told from its text.
type Statement struct {
	// Text is the text given to [Parse] up to the last token that matters:
	// without the trailing semicolon, blanks and comments. Its beginning is
	// untouched, so that positions in the server's messages stay right.
	Text string
	// Access is Write when in doubt.
	Access Access
	// Parameters holds the names after the '$', each once, in the order of
	// first use; nil if there are none. A name in backticks keeps them, since
	// Kuzu wants them in the key it is bound by.
	Parameters []string
	// Limit is the largest number of rows the statement can return, where its
	// text ends in saying so.
	Limit Limit
}

// Parse reads one statement. It fails, with an [*Error], on a text that
// holds no statement or several, that is not UTF-8 (JSON would alter it), or
// in which a string, comment or quoted name does not end.
func Parse(text string) (Statement, error) {
	if !utf8.ValidString(text) {
		return Statement{}, errorAt(text, invalidUTF8(text), "not UTF-8: encode the query as UTF-8")
	}
	var (
		scan       = scanner{text: text}
		view       = view{text: text}
		params     nameSet
		end        int
		terminated bool
	)
	for t := scan.next(); t.kind != none; t = scan.next() {
		if t.open {
			return Statement{}, unterminated(text, t)
		}
		if !t.significant() {
			continue
		}
		if text[t.start] == ';' {
			if end == 0 {
				return Statement{}, errorAt(text, t.start, "no statement before the semicolon: remove it")
			}
			terminated = true
			continue
		}
		if terminated {
			return Statement{}, errorAt(text, t.start, "a second statement begins here: send each on its own, "+
				"for the server returns only the first result")
		}
		if t.kind == parameter {
			params.add(text[t.start+1 : t.end])
		}
		view.add(t)
		end = t.end
	}
	if end == 0 {
		return Statement{}, errorAt(text, len(text), "no statement: the query is empty or only comments")
	}
	return Statement{
		Text:       text[:end],
		Access:     view.access(),
		Parameters: params.names,
		Limit:      view.limit(),
	}, nil
}

func invalidUTF8(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return len(text)
}

func unterminated(text string, t token) *Error {
	switch t.kind {
	case comment:
		return errorAt(text, t.start, "this comment does not end: close it with */ "+
			"(Kuzu reads stars in pairs, so write \" */\", not \"**/\")")
	case str:
		return errorAt(text, t.start, "this string does not end: close it with %c, "+
			"and put a backslash before one that belongs to it", text[t.start])
	default:
		return errorAt(text, t.start, "this quoted name does not end: close it with a backtick")
	}
}
