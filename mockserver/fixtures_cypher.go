package mockserver

import (
	"fmt"
	"strings"
)

// placed is a statement of a file.
type placed struct {
	text string // without comments
	line int    // of its first word
}

// splitCypher splits a file at the semicolons that stand outside of strings,
// quoted names and comments. Its error begins with the line.
func splitCypher(text string) ([]placed, error) {
	var statements []placed
	var b strings.Builder
	line, first := 1, 0
	end := func() {
		if first > 0 {
			statements = append(statements, placed{strings.TrimSpace(b.String()), first})
		}
		b.Reset()
		first = 0
	}
	for len(text) > 0 {
		size, kind := cypherPiece(text)
		if size < 0 {
			return nil, fmt.Errorf("%d: %s that begins here does not end", line, kind)
		}
		piece := text[:size]
		switch {
		case kind == "a comment":
			b.WriteByte(' ')
		case piece == ";":
			end()
		default:
			if first == 0 && strings.TrimSpace(piece) != "" {
				first = line
			}
			b.WriteString(piece)
		}
		line += strings.Count(piece, "\n")
		text = text[size:]
	}
	end()
	return statements, nil
}

// cypherPiece returns the length of what text begins with: a string, a quoted
// name, a comment or one byte. It is negative if that does not end.
func cypherPiece(text string) (size int, kind string) {
	until := func(closing string, begun int) int {
		if at := strings.Index(text[begun:], closing); at >= 0 {
			return begun + at + len(closing)
		}
		return -1
	}
	switch {
	case strings.HasPrefix(text, "//"):
		if at := strings.IndexByte(text, '\n'); at >= 0 {
			return at, "a comment"
		}
		return len(text), "a comment"
	case strings.HasPrefix(text, "/*"):
		return until("*/", 2), "a comment"
	case text[0] == '`':
		return until("`", 1), "a name"
	case text[0] != '\'' && text[0] != '"':
		return 1, ""
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i + 1, "a string"
		}
	}
	return -1, "a string"
}
