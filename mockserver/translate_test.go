package mockserver_test

import "testing"

// TestTranslation: calls of Neo4j's catalog functions list the tables.
func TestTranslation(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.post("/databases", `{"graph_id":"g"}`)
		const show = "CALL SHOW_TABLES() RETURN *"
		want := a.query("g", show, "").stable()
		for _, cypher := range []string{
			"CALL db.labels()", "call DB.Labels()", "CALL db.schema()", "CALL db.relationships()", "CALL db.relationshipTypes()",
			"CALL db.indexes()", "CALL db.constraints()", "CALL  db.labels() RETURN *", "CALL db.propertyKeys()",
			"MATCH (n) CALL db.propertyKeys() YIELD x RETURN x", // replaced whole
		} {
			if got := a.query("g", cypher, "").stable(); got != want {
				t.Errorf("%s: got %s, want %s", cypher, got, want)
			}
		}
		for _, cypher := range []string{"CALL db.labels", "CALL db.labels(1)", "CALL db.other()"} {
			if r := a.query("g", cypher, ""); r.status == 200 {
				t.Errorf("%s: got %s, want it left alone", cypher, r.body)
			}
		}
	})
}
