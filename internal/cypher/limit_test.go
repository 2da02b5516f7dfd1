package cypher

import "testing"

func TestLimit(t *testing.T) {
	rows := func(n int64) Limit { return Limit{Kind: LimitLiteral, Rows: n} }
	named := func(name string) Limit { return Limit{Kind: LimitParameter, Parameter: name} }
	for _, test := range []struct {
		text string
		want Limit
	}{
		{"RETURN 1 LIMIT 5", rows(5)},
		{"RETURN 1 limit 0;", rows(0)},
		{"RETURN 1 LIMIT 5 // LIMIT 6", rows(5)},
		{"RETURN 1 LIMIT /* 6 */ 5 ; ", rows(5)},
		{"MATCH (n) RETURN n ORDER BY n.x SKIP 2 LIMIT 9223372036854775807", rows(9223372036854775807)},
		{"RETURN 1 LIMIT $n", named("n")},
		{"RETURN 1 LIMIT $1", named("1")},
		{"MATCH (n) WITH n LIMIT 3 RETURN n LIMIT 7", rows(7)},
		{"CREATE (n) RETURN n LIMIT 1", rows(1)},
		{"CALL show_tables() RETURN * LIMIT 2", rows(2)},
		{"RETURN 1 AS limit LIMIT 2", rows(2)},

		{"RETURN 1", Limit{}},
		{"MATCH (n) WITH n LIMIT 3 RETURN n", Limit{}},
		{"MATCH (n) WITH n LIMIT 3", Limit{}},
		{"MATCH (n) WITH n LIMIT 3 MATCH (m) RETURN m.limit", Limit{}},
		{"RETURN EXISTS { MATCH (n) RETURN n LIMIT 5 }", Limit{}},
		{"RETURN 1 LIMIT 5 UNION RETURN 2 LIMIT 5", Limit{}},
		{"RETURN 1 UNION ALL RETURN 2 LIMIT 5", Limit{}},
		{"RETURN 1 LIMIT 5 + 1", Limit{}},
		{"RETURN 1 LIMIT (5)", Limit{}},
		{"RETURN 1 LIMIT -5", Limit{}},
		{"RETURN 1 LIMIT 5.0", Limit{}},
		{"RETURN 1 LIMIT 1e3", Limit{}},
		{"RETURN 1 LIMIT 05", Limit{}},
		{"RETURN 1 LIMIT 9223372036854775808", Limit{}},
		{"RETURN 1 LIMIT '5'", Limit{}},
		{"RETURN 1 LIMIT", Limit{}},
		{"RETURN 'LIMIT 5'", Limit{}},
		{"RETURN 1 AS `LIMIT` 5", Limit{}},
		{"EXPLAIN RETURN 1 LIMIT 5", Limit{}},
		{"PROFILE RETURN 1 LIMIT 5", Limit{}},
		{"CALL db.propertyKeys() RETURN * LIMIT 5", Limit{}},
		{"5", Limit{}},
	} {
		if s, err := Parse(test.text); err != nil || s.Limit != test.want {
			t.Errorf("Parse(%q).Limit = %+v, %v; want %+v", test.text, s.Limit, err, test.want)
		}
	}
}
