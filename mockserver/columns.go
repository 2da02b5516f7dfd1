package mockserver

import (
	"regexp"
	"strings"
)

var (
	returnWord  = regexp.MustCompile(`(?i)\bRETURN\s`)
	returnEnd   = regexp.MustCompile(`(?i)\s(WHERE|ORDER|LIMIT|SKIP|WITH|UNION)`)
	columnAlias = regexp.MustCompile(`^.*\s(?:as|AS)\s+([A-Za-z_][A-Za-z0-9_]*)$`)
)

// textColumns names columns after the text of a statement, as the deployed
// server does, if that gives as many names as there are columns. It knows
// neither strings nor parentheses nor comments.
func textColumns(cypher string, columns []string) []string {
	at := returnWord.FindStringIndex(cypher)
	if at == nil {
		return columns
	}
	tail := cypher[at[1]:]
	if end := returnEnd.FindStringIndex(tail); end != nil {
		tail = tail[:end[0]]
	}
	names := strings.Split(tail, ",")
	if len(names) != len(columns) {
		return columns
	}
	for i, name := range names {
		name = strings.TrimSpace(name)
		if alias := columnAlias.FindStringSubmatch(name); alias != nil {
			name = alias[1]
		}
		names[i] = name
	}
	return names
}
