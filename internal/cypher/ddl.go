package cypher

import (
	"regexp"
	"strings"
)

// The server's rules for the statements of a schema. It matches them against
// upper-case text with Python's classes, where letters and blanks are those of
// Unicode.
var (
	allowedDDL = ddlPatterns(
		`^\s*CREATE\s+NODE\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?\w+\s*\(`,
		`^\s*CREATE\s+REL\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?\w+\s*\(`,
		`^\s*CREATE\s+INDEX\s+\w+\s+ON\s+\w+`,
		`^\s*COMMENT\s+ON\s+(TABLE|COLUMN)\s+\w+`,
	)
	forbiddenDDL = ddlPatterns(
		`\bDROP\s+(TABLE|DATABASE|SCHEMA|INDEX)\b`,
		`\bALTER\s+(TABLE|DATABASE|SCHEMA)\b`,
		`\bTRUNCATE\s+TABLE\b`,
		`\bDELETE\s+FROM\b`,
		`\bUPDATE\s+\w+\s+SET\b`,
		`\bGRANT\s+\w+`,
		`\bREVOKE\s+\w+`,
		`\bCREATE\s+(USER|ROLE)\b`,
		`\bCALL\s+\w+\.`,
		`\bLOAD\s+CSV\b`,
		`\bCOPY\s+FROM\b`,
	)
)

func ddlPatterns(patterns ...string) []*regexp.Regexp {
	classes := strings.NewReplacer(`\w`, `[\pL\pN_]`, `\s`, `[\s\pZ\x0b\x1c-\x1f\x{85}]`)
	compiled := make([]*regexp.Regexp, len(patterns))
	for i, pattern := range patterns {
		compiled[i] = regexp.MustCompile(classes.Replace(pattern))
	}
	return compiled
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
		if found := findAny(forbiddenDDL, upper); found != "" {
			return errorAt(ddl, offset, "statement %d, %q: a schema may not contain %q, not even as a name or a text; "+
				"rename it, or run the statement as a query", number, firstWords(piece), found)
		}
		if findAny(allowedDDL, upper) == "" {
			return errorAt(ddl, offset, "statement %d, %q: a schema takes CREATE NODE TABLE, CREATE REL TABLE and COMMENT ON, "+
				"with names that need no backticks and no comment before them; run anything else as a query", number, firstWords(piece))
		}
	}
	if number == 0 {
		return errorAt(ddl, len(ddl), "the DDL is empty: give at least one CREATE NODE TABLE")
	}
	return nil
}

// findAny returns the first match of the first pattern that matches.
func findAny(patterns []*regexp.Regexp, text string) string {
	for _, pattern := range patterns {
		if found := pattern.FindString(text); found != "" {
			return found
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
