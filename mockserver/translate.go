package mockserver

import (
	"regexp"
	"strings"
)

var (
	neo4jCall  = regexp.MustCompile(`(?i)CALL\s+db\.(schema|labels|relationships|relationshipTypes|propertyKeys|indexes|constraints)\(\)`)
	returnNext = regexp.MustCompile(`(?i)\bRETURN\s`)
)

const showAllTables = "CALL SHOW_TABLES()"

// translate turns calls of Neo4j's catalog functions into the one that Kuzu has,
// as the deployed server does.
func translate(cypher string) string {
	first := neo4jCall.FindStringSubmatchIndex(cypher)
	if first == nil {
		return cypher
	}
	if strings.EqualFold(cypher[first[2]:first[3]], "propertyKeys") {
		return showAllTables + " RETURN *"
	}
	hasReturn := returnNext.MatchString(cypher)
	translated := neo4jCall.ReplaceAllLiteralString(cypher, showAllTables)
	if hasReturn {
		return translated
	}
	return strings.Replace(translated, showAllTables, showAllTables+" RETURN *", 1)
}
