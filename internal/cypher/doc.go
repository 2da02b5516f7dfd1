// Package cypher reads Cypher text as Kuzu 0.11 does, as far as a client must
// before it sends the text: where a statement ends, which parameters it names,
// whether it may write, and how many rows it can return at most.
//
// It is a tokenizer with a few rules on top, not a parser. A text that it
// accepts may still be refused by the server; what it promises is that a text
// the server does run is never taken for something milder than it is.
//
// # Statements
//
// [Parse] takes one statement. The server answers a text of several with the
// first result only, so several are an error here. A trailing semicolon, and
// whatever blanks and comments stand at the end, are cut off: the server would
// make them part of a column name.
//
// # Read or write
//
// [Statement.Access] is [Read] only when nothing in the text can write. Unknown
// forms, procedures and functions are [Write]: a macro may hide a nextval(), which
// moves a sequence, and no look at the text can tell.
//
// # Parameters
//
// The engine takes an unbound parameter for NULL and refuses an extra one only
// after the request was sent. [CheckParameters] finds both beforehand.
//
// # Rules of the server
//
// [CheckLength] and [CheckKeywords] repeat two checks that the server makes on
// the text alone.
//
// All functions run in time linear in the text, keep no state and are safe for
// concurrent use. Their errors carry positions and parameter names, never
// the query text or a value.
package cypher
