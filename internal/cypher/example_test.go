package cypher_test

import (
	"fmt"

	"github.com/robosystems/kuzuclient/internal/cypher"
)

func ExampleParse() {
	s, err := cypher.Parse("MATCH (n:Entity) WHERE n.id = $id RETURN n.name AS name LIMIT 10; // one page")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Text)
	fmt.Println(s.Access, s.Parameters, s.Limit.Rows)
	// Output:
	// MATCH (n:Entity) WHERE n.id = $id RETURN n.name AS name LIMIT 10
	// read [id] 10
}

func ExampleParse_several() {
	_, err := cypher.Parse("MATCH (n) RETURN n;\nMATCH (n) DELETE n")
	fmt.Println(err)
	// Output:
	// cypher: line 2, column 1: a second statement begins here: send each on its own, for the server returns only the first result
}

func ExampleStatement_access() {
	for _, text := range []string{
		"MATCH (n) RETURN n.set",
		"MATCH (n) SET n.seen = true",
		"RETURN nextval('ids')",
		"CALL SHOW_TABLES() RETURN *",
		"CALL timeout=1000",
	} {
		s, err := cypher.Parse(text)
		fmt.Println(s.Access, err)
	}
	// Output:
	// read <nil>
	// write <nil>
	// write <nil>
	// read <nil>
	// write <nil>
}

func ExampleCheckParameters() {
	s, err := cypher.Parse("MATCH (n {id: $id}) RETURN n LIMIT $max")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(cypher.CheckParameters(s, map[string]any{"id": 1, "max": 10}))
	fmt.Println(cypher.CheckParameters(s, map[string]any{"id": 1, "limit": 10}))
	// Output:
	// <nil>
	// cypher: parameters used without a value: "max" (bind every one; Kuzu would take NULL); bound but not used: "limit" (remove them; Kuzu refuses the query)
}

func ExampleCheckKeywords() {
	fmt.Println(cypher.CheckKeywords("MATCH (n) WHERE n.kind = 'immigrant' RETURN n"))
	// Output:
	// cypher: line 1, column 31: the server refuses any text with "GRANT" in it, even inside a string or a name: move a literal into a parameter
}
