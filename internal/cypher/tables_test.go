package cypher_test

import (
	"fmt"
	"testing"

	"github.com/robosystems/kuzuclient/internal/cypher"
)

func TestTablesOf(t *testing.T) {
	for ddl, want := range map[string]string{
		"CREATE NODE TABLE A(id INT64, name string DEFAULT 'x, (y', PRIMARY KEY(id))":     "1 NODE A false [{id INT64 true} {name STRING false}] []",
		"create node table if not exists B(id SERIAL PRIMARY KEY, l DECIMAL( 18 , 3 )[])": "1 NODE B true [{id SERIAL true} {l DECIMAL(18,3)[] false}] []",
		"CREATE NODE TABLE C(`order` STRUCT(a INT64, b STRING), PRIMARY KEY(`order`))":    "1 NODE C false [{order STRUCT(A INT64,B STRING) true}] []",
		"CREATE REL TABLE D(FROM A TO B, since DATE, MANY_ONE)":                           "1 REL D false [{since DATE false}] [A B]",
		"CREATE REL TABLE E(FROM A TO B, FROM A TO C);":                                   "1 REL E false [] [A B A C]",
		"CREATE NODE TABLE F(": "1 NODE F false [] []",
	} {
		tables, others := cypher.TablesOf(ddl)
		if len(tables) != 1 || others != 0 {
			t.Errorf("%s: %v, %d others", ddl, tables, others)
			continue
		}
		x := tables[0]
		if got := fmt.Sprint(x.Statement, " ", x.Kind, " ", x.Name, " ", x.IfNotExists, " ", x.Columns, " ", x.Between); got != want {
			t.Errorf("%s:\n%s, want\n%s", ddl, got, want)
		}
	}
	tables, others := cypher.TablesOf("COMMENT ON TABLE A IS 'x'; CREATE INDEX i ON A;;\nCREATE NODE TABLE Z(id INT64 PRIMARY KEY);CREATE NODE TABLE")
	if len(tables) != 1 || tables[0].Statement != 3 || others != 3 {
		t.Errorf("%v, %d others", tables, others)
	}
}

func FuzzTablesOf(f *testing.F) {
	f.Add("CREATE NODE TABLE A(id INT64, l STRING[], PRIMARY KEY(id)); CREATE REL TABLE B(FROM A TO A, x INT64)")
	f.Add("CREATE REL TABLE `a``b`(FROM `")
	f.Fuzz(func(t *testing.T, ddl string) {
		tables, _ := cypher.TablesOf(ddl)
		for _, table := range tables {
			for _, c := range table.Columns {
				if again := cypher.TypeText(c.Type); again != c.Type {
					t.Errorf("the type %q reads %q", c.Type, again)
				}
			}
		}
	})
}
