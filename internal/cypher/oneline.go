package cypher

import "strings"

// OneLine writes a text on one line and with the same meaning: comments and line
// breaks become blanks, and a line break in a string its escape. It returns false
// for a text that cannot be written so, for the name of something has a line break
// or the text ends within something.
func OneLine(text string) (line string, ok bool) {
	var b strings.Builder
	scan := scanner{text: text}
	for t := scan.next(); t.kind != none; t = scan.next() {
		piece := text[t.start:t.end]
		switch {
		case t.open, t.kind == quoted || t.kind == parameter || t.kind == unknown:
			if t.open || strings.ContainsAny(piece, "\r\n") {
				return "", false
			}
			b.WriteString(piece)
		case t.kind == comment, t.kind == space && strings.ContainsAny(piece, "\r\n"):
			b.WriteByte(' ')
		case t.kind == str:
			b.WriteString(lineBreaks.Replace(piece))
		default:
			b.WriteString(piece)
		}
	}
	return strings.TrimSpace(b.String()), true
}

var lineBreaks = strings.NewReplacer("\r", `\r`, "\n", `\n`)
