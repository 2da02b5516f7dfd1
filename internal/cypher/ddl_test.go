package cypher_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/cypher"
)

func TestCheckDDL(t *testing.T) {
	const person = "CREATE NODE TABLE Person(id INT64 PRIMARY KEY)"
	for _, test := range []struct {
		ddl  string
		want string // "" if it is right
		line int
	}{
		{person, "", 0},
		{person + ";", "", 0},
		{" ;\n; create  node\ttable if not exists Person (id INT64 PRIMARY KEY);;", "", 0},
		{person + "; CREATE REL TABLE Knows(FROM Person TO Person); COMMENT ON TABLE Person IS 'people'", "", 0},
		{"COMMENT ON COLUMN Person.id IS 'x'", "", 0},
		{"CREATE INDEX i ON Person", "", 0}, // the server lets it through, and the engine does not
		{"CREATE NODE TABLE Größe(id INT64 PRIMARY KEY)", "", 0},
		{"CREATE NODE TABLE T(granted STRING, dropper STRING, PRIMARY KEY(granted))", "", 0},

		{"COMMENT ON TABLE T IS 'drop tables, raindrop table, ädrop table, drop tableä, x_grant y, copy from_x'", "", 0},

		{"", "the DDL is empty", 1},
		{" ; ;\n", "the DDL is empty", 2},
		{person + ";\nCREATE SEQUENCE s", `statement 2, "CREATE SEQUENCE s": a schema takes`, 2},
		{"CREATE NODE TABLE `my table`(id INT64)", "statement 1, \"CREATE NODE TABLE `my table`(id INT64)\": a schema takes", 1},
		{"// people\n" + person, `statement 1, "// people CREATE NODE TABLE Person(id INT..."`, 1},
		{"CREATE REL TABLE GROUP Knows(FROM A TO B)", "a schema takes", 1},
		{"ALTER TABLE Person ADD x INT64", `may not contain "ALTER TABLE"`, 1},
		{person + ";\n;\n  DROP\n TABLE Person", "statement 2, \"DROP TABLE Person\": a schema may not contain \"DROP\\n TABLE\"", 3},
		{"CREATE NODE TABLE T(id INT64, grant STRING)", `may not contain "GRANT STRING"`, 1},
		{"COMMENT ON TABLE Person IS 'revoke it'", `may not contain "REVOKE IT"`, 1},
		{"COPY FROM x", `may not contain "COPY FROM"`, 1},
		{"MATCH (n) CALL apoc.x()", `may not contain "CALL APOC."`, 1},
		{"CREATE NODE TABLE T(id INT64) UPDATE T SET", `may not contain "UPDATE T SET"`, 1},
		{"COMMENT ON TABLE T IS 'drop it, then drop\u00a0table'", `may not contain "DROP\u00a0TABLE"`, 1},
		{"COMMENT ON TABLE Person IS 'a;b'", "a semicolon within a string", 1},
		{person + " /* ; */", "a semicolon within a string", 1},
		{person + "\n// ;", "a semicolon within", 2},
	} {
		err := cypher.CheckDDL(test.ddl)
		if test.want == "" {
			if err != nil {
				t.Errorf("%q: %v", test.ddl, err)
			}
			continue
		}
		e, ok := errors.AsType[*cypher.Error](err)
		if !ok || !strings.Contains(e.Msg, test.want) || e.Line != test.line {
			t.Errorf("%q: got %v, want %s in line %d", test.ddl, err, test.want, test.line)
		}
	}
}
