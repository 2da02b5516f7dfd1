package mockserver

import (
	"fmt"
	"regexp"
	"strings"
)

// tableName is a table name that needs no quoting.
var tableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// The forms of DDL that schema installation takes, and pieces that it refuses
// wherever they stand; both are matched against upper-case text, as deployed.
var (
	allowedDDL = []*regexp.Regexp{
		regexp.MustCompile(`^\s*CREATE\s+NODE\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?\w+\s*\(`),
		regexp.MustCompile(`^\s*CREATE\s+REL\s+TABLE\s+(IF\s+NOT\s+EXISTS\s+)?\w+\s*\(`),
		regexp.MustCompile(`^\s*CREATE\s+INDEX\s+\w+\s+ON\s+\w+`),
		regexp.MustCompile(`^\s*COMMENT\s+ON\s+(TABLE|COLUMN)\s+\w+`),
	}
	forbiddenDDL = []*regexp.Regexp{
		regexp.MustCompile(`\bDROP\s+(TABLE|DATABASE|SCHEMA|INDEX)\b`),
		regexp.MustCompile(`\bALTER\s+(TABLE|DATABASE|SCHEMA)\b`),
		regexp.MustCompile(`\bTRUNCATE\s+TABLE\b`),
		regexp.MustCompile(`\bDELETE\s+FROM\b`),
		regexp.MustCompile(`\bUPDATE\s+\w+\s+SET\b`),
		regexp.MustCompile(`\bGRANT\s+\w+`),
		regexp.MustCompile(`\bREVOKE\s+\w+`),
		regexp.MustCompile(`\bCREATE\s+(USER|ROLE)\b`),
		regexp.MustCompile(`\bCALL\s+\w+\.`),
		regexp.MustCompile(`\bLOAD\s+CSV\b`),
		regexp.MustCompile(`\bCOPY\s+FROM\b`),
	}
)

// splitDDL splits at every semicolon, also in strings and comments, and drops
// blank pieces.
func splitDDL(ddl string) []string {
	var statements []string
	for piece := range strings.SplitSeq(ddl, ";") {
		if piece = strings.TrimSpace(piece); piece != "" {
			statements = append(statements, piece)
		}
	}
	return statements
}

// checkDDL refuses what schema installation does not do.
func checkDDL(statements []string) error {
	for i, statement := range statements {
		upper := strings.ToUpper(statement)
		if matchesAny(forbiddenDDL, upper) || !matchesAny(allowedDDL, upper) {
			return fmt.Errorf("400: DDL statement %d contains forbidden operations or doesn't match allowed patterns", i+1)
		}
	}
	return nil
}

func matchesAny(patterns []*regexp.Regexp, text string) bool {
	for _, pattern := range patterns {
		if pattern.MatchString(text) {
			return true
		}
	}
	return false
}
