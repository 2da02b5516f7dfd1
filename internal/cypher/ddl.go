package cypher

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The server's rules for the statements of a schema. It matches them against
// upper-case text with Python's classes, where letters and blanks are those of
// Unicode.
var (
	allowedDDL = []*regexp.Regexp{
		ddlPattern(`^\s*CREATE\s+NODE\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?\w+\s*\(`),
		ddlPattern(`^\s*CREATE\s+REL\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?\w+\s*\(`),
		ddlPattern(`^\s*CREATE\s+INDEX\s+\w+\s+ON\s+\w+`),
		ddlPattern(`^\s*COMMENT\s+ON\s+(TABLE|COLUMN)\s+\w+`),
	}
	// forbiddenDDL are words, and what after it makes each of them forbidden.
	// Looking for the word first takes a hundredth of the time.
	forbiddenDDL = []struct {
		word  string
		after *regexp.Regexp
	}{
		{"DROP", ddlPattern(`^(\s+(TABLE|DATABASE|SCHEMA|INDEX))\b`)},
		{"ALTER", ddlPattern(`^(\s+(TABLE|DATABASE|SCHEMA))\b`)},
		{"TRUNCATE", ddlPattern(`^(\s+TABLE)\b`)},
		{"DELETE", ddlPattern(`^(\s+FROM)\b`)},
		{"UPDATE", ddlPattern(`^(\s+\w+\s+SET)\b`)},
		{"GRANT", ddlPattern(`^(\s+\w+)`)},
		{"REVOKE", ddlPattern(`^(\s+\w+)`)},
		{"CREATE", ddlPattern(`^(\s+(USER|ROLE))\b`)},
		{"CALL", ddlPattern(`^(\s+\w+\.)`)},
		{"LOAD", ddlPattern(`^(\s+CSV)\b`)},
		{"COPY", ddlPattern(`^(\s+FROM)\b`)},
	}
)

func ddlPattern(pattern string) *regexp.Regexp {
	classes := strings.NewReplacer(`\w`, `[\pL\pN_]`, `\s`, `[\s\pZ\x0b\x1c-\x1f\x{85}]`, `\b`, `($|[^\pL\pN_])`)
	return regexp.MustCompile(classes.Replace(pattern))
}

// CheckSeparators fails, with an [*Error], on statements of which the server
// would make others: it separates them at every semicolon, also at one in a
// string, a comment or a quoted name. It does not fail on a text that the engine
// would refuse.
func CheckSeparators(ddl string) error {
	scan := scanner{text: ddl}
	for t := scan.next(); t.kind != none; t = scan.next() {
		if t.kind == punct {
			continue
		}
		if i := strings.IndexByte(ddl[t.start:t.end], ';'); i >= 0 {
			return errorAt(ddl, t.start+i, "a semicolon within a string, a comment or a quoted name: "+
				"the server would end the statement there, so remove it")
		}
	}
	return nil
}

// CheckDDL fails, with an [*Error] at the statement's beginning, on statements
// that the server does not take for a schema. Its message names the statement by
// number and first words.
func CheckDDL(ddl string) error {
	if err := CheckSeparators(ddl); err != nil {
		return err
	}
	start, number := 0, 0
	for piece := range strings.SplitSeq(ddl, ";") {
		offset := start + len(piece) - len(strings.TrimLeft(piece, " \t\r\n"))
		start += len(piece) + 1
		if strings.TrimSpace(piece) == "" {
			continue
		}
		number++
		upper := strings.ToUpper(piece)
		if found := findForbidden(upper); found != "" {
			return errorAt(ddl, offset, "statement %d, %q: a schema may not contain %q, not even as a name or a text; "+
				"rename it, or run the statement as a query", number, firstWords(piece), found)
		}
		if !slices.ContainsFunc(allowedDDL, func(allowed *regexp.Regexp) bool { return allowed.MatchString(upper) }) {
			return errorAt(ddl, offset, "statement %d, %q: a schema takes CREATE NODE TABLE, CREATE REL TABLE and COMMENT ON, "+
				"with names that need no backticks and no comment before them; run anything else as a query", number, firstWords(piece))
		}
	}
	if number == 0 {
		return errorAt(ddl, len(ddl), "the DDL is empty: give at least one CREATE NODE TABLE")
	}
	return nil
}

// findForbidden returns the first match of the first pattern that matches a text
// in upper case.
func findForbidden(text string) string {
	for _, forbidden := range forbiddenDDL {
		rest := text
		for {
			i := strings.Index(rest, forbidden.word)
			if i < 0 {
				break
			}
			done := len(text) - len(rest) + i
			rest = rest[i+len(forbidden.word):]
			if before, _ := utf8.DecodeLastRuneInString(text[:done]); before == '_' || unicode.In(before, unicode.L, unicode.N) {
				continue // within a longer word
			}
			if at := forbidden.after.FindStringSubmatchIndex(rest); at != nil {
				return forbidden.word + rest[:at[3]]
			}
		}
	}
	return ""
}

// firstWords returns how a statement begins, in one short line.
func firstWords(statement string) string {
	const longest = 40
	line := strings.Join(strings.Fields(statement), " ")
	for i := range line {
		if i > longest {
			return line[:i] + "..."
		}
	}
	return line
}
