package cypher

import "unicode/utf8"

// MaxLength is the server's limit on the length of a query, in characters (code
// points, as Python counts them). It is fixed in the server's request model.
const MaxLength = 10_000

// CheckLength fails, with an [*Error] at the first character too many, on a text
// longer than [MaxLength].
func CheckLength(text string) error {
	if len(text) <= MaxLength {
		return nil
	}
	n := utf8.RuneCountInString(text)
	if n <= MaxLength {
		return nil
	}
	offset := 0
	for range MaxLength {
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return errorAt(text, offset, "the query has %d characters and the server takes %d: "+
		"move values into parameters, or split it", n, MaxLength)
}

// forbidden is the server's list, in the order in which it looks.
var forbidden = [...]string{
	"CREATE DATABASE", "DROP DATABASE", "CREATE USER", "DROP USER", "ALTER USER", "SET PASSWORD",
	"GRANT", "REVOKE", "CALL DBMS", "CALL APOC", "LOAD CSV",
}

// ForbiddenKeyword returns the keyword for which the server would refuse the
// text, and the byte offset of its first occurrence; "" and -1 if there is none.
// The server looks for substrings in any case, also in strings, comments and
// names, and reports the first of its list, not of the text.
func ForbiddenKeyword(text string) (keyword string, offset int) {
	for _, keyword := range forbidden {
		if i := indexFold(text, keyword); i >= 0 {
			return keyword, i
		}
	}
	return "", -1
}

// CheckKeywords fails, with an [*Error], on a text that has a forbidden keyword.
// Parameter values are not looked at by the server.
func CheckKeywords(text string) error {
	keyword, offset := ForbiddenKeyword(text)
	if keyword == "" {
		return nil
	}
	return errorAt(text, offset, "the server refuses any text with %q in it, even inside a string or a name: "+
		"move a literal into a parameter", keyword)
}

func indexFold(text, upper string) int {
	for i := 0; i+len(upper) <= len(text); i++ {
		if toUpper(text[i]) == upper[0] && equalFold(text[i:i+len(upper)], upper) {
			return i
		}
	}
	return -1
}
