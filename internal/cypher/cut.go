package cypher

// A Piece is the beginning of a text of several statements, as [Cut] finds it.
type Piece struct {
	// Statement is the first one, from its first token up to its semicolon or the
	// end of the text; "" if there is none.
	Statement string
	// Rest follows the semicolon.
	Rest string
	// Ended tells that there is a semicolon.
	Ended bool
	// Open tells that the text ends within a string, a quoted name or a block
	// comment.
	Open bool
}

// Cut reads the first of several statements. Statements end with a semicolon,
// except for one in a string, a comment or a quoted name. A text of which Cut
// finds neither a statement, nor a semicolon, nor something open holds only
// blanks and comments.
func Cut(text string) Piece {
	scan := scanner{text: text}
	start := len(text)
	for t := scan.next(); t.kind != none; t = scan.next() {
		if t.open {
			return Piece{Statement: text[min(start, t.start):], Open: true}
		}
		switch {
		case !t.significant():
		case t.kind == punct && text[t.start] == ';':
			return Piece{Statement: text[min(start, t.start):t.start], Rest: text[t.end:], Ended: true}
		default:
			start = min(start, t.start)
		}
	}
	return Piece{Statement: text[start:]}
}
