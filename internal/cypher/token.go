package cypher

// A kind tells what a token is. Kinds follow the lexer rules of Kuzu's grammar
// (Cypher.g4) closely enough that both cut a valid text at the same places.
type kind uint8

const (
	none      kind = iota // no token: before the first, after the last
	space                 // a run of blanks
	comment               // a line or block comment
	word                  // keyword or plain identifier; the grammar alone tells them apart
	quoted                // `identifier`
	str                   // 'string' or "string"
	number                // integer or decimal, without sign
	parameter             // $name, $1 or $`name`
	punct                 // operator, bracket or separator
	unknown               // a character that starts no token of the grammar
)

// A token is a piece text[start:end] of the scanned text.
type token struct {
	kind       kind
	open       bool // a comment, string or quoted name that lacks its end
	start, end int
}

// significant reports whether the token means something to the parser.
func (t token) significant() bool { return t.kind != space && t.kind != comment }
