package cypher

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a fault at one place of a query text.
type Error struct {
	// Offset counts bytes from the start of the text, from 0.
	Offset int
	// Line and Column count from 1; a column is one character (code point).
	Line, Column int
	// Msg says what is wrong and what to do about it.
	Msg string
}

// Error gives the place and what is wrong there.
func (e *Error) Error() string {
	return fmt.Sprintf("cypher: line %d, column %d: %s", e.Line, e.Column, e.Msg)
}

func errorAt(text string, offset int, format string, args ...any) *Error {
	line, column := position(text, offset)
	return &Error{Offset: offset, Line: line, Column: column, Msg: fmt.Sprintf(format, args...)}
}

func position(text string, offset int) (line, column int) {
	before := text[:offset]
	return strings.Count(before, "\n") + 1,
		utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}
