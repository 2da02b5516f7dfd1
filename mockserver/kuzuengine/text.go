//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds on a text, beyond which the engine's parser overflows the stack or
// needs minutes that nothing can interrupt.
const (
	maxNesting   = 100  // brackets and CASE inside each other
	maxCases     = 12   // CASE inside CASE: the time doubles with each
	maxOperators = 4000 // operators in one expression
	maxPrefixes  = 50   // signs in a row
	maxClauses   = 1000 // clauses in one text
)

var (
	errTextNUL  = errors.New("Runtime exception: The statement contains U+0000, which the embedded engine cannot take.")
	errTextUTF8 = errors.New("Runtime exception: The statement is not valid UTF-8.")
)

// examine tells what a text needs, and refuses texts that the engine would not
// survive. It may ask for more than the text uses, never for less: a text that
// only reads has none of the words that it looks for.
func examine(text string) (demand, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return demand{}, errTextNUL
	}
	if !utf8.ValidString(text) {
		return demand{}, errTextUTF8
	}
	e := examination{}
	for rest := text; rest != "" && e.err == nil; {
		var token string
		token, rest = nextToken(rest)
		e.take(token)
	}
	// A CALL that returns nothing sets an option or does something.
	if e.called && !e.returned {
		e.demand.access = writing
	}
	return e.demand, e.err
}

// demand is what a text needs of its database.
type demand struct {
	access    access
	rollsBack bool // may do so without failing
}

type examination struct {
	demand           demand
	called, returned bool
	open             []string // brackets and CASE that await their end
	cases            int
	operators        int
	prefixes         int
	clauses          int
	err              error
}

func (e *examination) take(token string) {
	if isBlank(token) {
		return
	}
	switch token[0] {
	case '(', '[', '{':
		e.push(token)
		e.operators++
	case ')', ']', '}':
		e.pop()
		e.prefixes = 0
	case ',', ';':
		e.operators, e.prefixes = 0, 0
	case '+', '-', '*', '/', '%', '^', '.', '=', '<', '>', '|', '&':
		e.operators++
		e.prefixes++
	default:
		e.word(strings.ToUpper(token))
	}
	if e.operators > maxOperators || e.prefixes > maxPrefixes || e.clauses > maxClauses {
		e.err = errors.New("Runtime exception: The statement is too long a chain for the embedded engine.")
	}
}

func (e *examination) word(word string) {
	switch word {
	case "AND", "OR", "XOR", "NOT":
		e.operators++
		return
	case "CASE":
		e.cases++
		e.push(word)
	case "END":
		if len(e.open) > 0 && e.open[len(e.open)-1] == "CASE" {
			e.cases--
			e.pop()
		}
	case "MATCH", "WITH", "UNWIND", "UNION":
		e.clauses++
		e.operators = 0
	case "RETURN":
		e.clauses++
		e.operators = 0
		e.returned = true
	case "CALL":
		e.clauses++
		e.called = true
	case "BEGIN", "ROLLBACK":
		e.demand = demand{access: writing, rollsBack: true}
	case "CREATE", "MERGE", "SET", "DELETE", "DETACH", "DROP", "ALTER", "COPY", "COMMENT",
		"EXPORT", "IMPORT", "ATTACH", "USE", "COMMIT", "CHECKPOINT",
		"NEXTVAL", "LOAD", "INSTALL", "UNINSTALL", "UPDATE", "FORCE":
		e.clauses++
		e.operators = 0
		e.demand.access = writing
	}
	e.prefixes = 0
}

func (e *examination) push(token string) {
	e.open = append(e.open, token)
	if len(e.open) > maxNesting || e.cases > maxCases {
		e.err = fmt.Errorf("Runtime exception: The statement is nested too deep for the embedded engine (more than %d levels, or %d of CASE).", maxNesting, maxCases)
	}
}

func (e *examination) pop() {
	if n := len(e.open); n > 0 {
		e.open = e.open[:n-1]
	}
}

// nextToken splits off a word, a quoted piece, a comment or a single character;
// none is empty.
func nextToken(text string) (token, rest string) {
	n := 1
	switch c := text[0]; {
	case c == '\'' || c == '"':
		n = quoted(text, c, true)
	case c == '`':
		n = quoted(text, c, false)
	case strings.HasPrefix(text, "//"):
		n = len(text)
		if i := strings.IndexAny(text, "\r\n"); i >= 0 {
			n = i
		}
	case strings.HasPrefix(text, "/*"):
		n = 2
		if i := strings.Index(text[2:], "*/"); i >= 0 {
			n = i + 4
		}
	case wordByte(c):
		for n < len(text) && wordByte(text[n]) {
			n++
		}
	}
	return text[:n], text[n:]
}

// quoted returns the length of the quoted piece that the text begins with, or
// 1 if it does not end: the quote is then a character like any other.
func quoted(text string, quote byte, escapes bool) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i + 1
		case text[i] == '\\' && escapes:
			i++
		}
	}
	return 1
}

func isBlank(token string) bool {
	return strings.TrimSpace(token) == "" || strings.HasPrefix(token, "//") || strings.HasPrefix(token, "/*")
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 ||
		'0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// transactionWord returns the word of the first statement of a text that
// begins or ends a transaction, or nothing.
func transactionWord(text string) string {
	first := true
	for rest := text; rest != ""; {
		var token string
		token, rest = nextToken(rest)
		switch {
		case isBlank(token):
		case token == ";":
			first = true
		case first:
			first = false
			switch word := strings.ToUpper(token); word {
			case "BEGIN", "COMMIT", "ROLLBACK", "CHECKPOINT":
				return word
			}
		}
	}
	return ""
}
