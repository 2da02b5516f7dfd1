//go:build cgo && (linux || darwin)

package main

import "testing"

// TestDryRunAgrees holds what --dry-run foretells to what the engine then does.
func TestDryRunAgrees(t *testing.T) {
	w := newExampleWorld(t)
	if r := w.run("", "schema", "apply", "-g", exampleID, w.data+"/schema.cypher"); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	for ddl, want := range map[string]int{
		"CREATE NODE TABLE Place(id INT64, PRIMARY KEY(id)); CREATE REL TABLE LivesIn(FROM Person TO Place);": 0,
		"CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id));":                                                10,
		"CREATE NODE TABLE person(id INT64, PRIMARY KEY(id));":                                                10,
		"CREATE REL TABLE Knows(FROM Person TO Person);":                                                      10,
		"CREATE NODE TABLE IF NOT EXISTS Person(id STRING, PRIMARY KEY(id));":                                 0,
		"CREATE NODE TABLE A(id INT64 PRIMARY KEY); CREATE NODE TABLE A(id INT64 PRIMARY KEY);":               10,
		"CREATE REL TABLE WorksAt(FROM Person TO Company);":                                                   10,
		"CREATE REL TABLE Likes(FROM Person TO B); CREATE NODE TABLE B(id SERIAL PRIMARY KEY);":               10,
		"CREATE NODE TABLE C(id INT, tags STRING[], s STRUCT(a INT64, b DECIMAL(18, 3)), PRIMARY KEY(id));":   0,
		"COMMENT ON TABLE Person IS 'people';":                                                                0,
	} {
		file := w.file("some.ddl", ddl)
		dry := w.run("", "schema", "apply", "-g", exampleID, file, "--dry-run")
		wet := w.run("", "schema", "apply", "-g", exampleID, file)
		if dry.code != want || wet.code != want {
			t.Errorf("%s: the dry run ends with %d, want %d: %s%s; applying with %d: %s", ddl, dry.code, want, dry.stdout, dry.stderr, wet.code, wet.stderr)
		}
	}
	r := w.run("", "schema", "apply", "-g", exampleID, w.file("again.ddl", "CREATE NODE TABLE IF NOT EXISTS C(id INT32, tags STRING[], s STRUCT(a INT64, b DECIMAL(18,3)), PRIMARY KEY(id));"), "--dry-run", "-o", "csv")
	if r.code != 0 || r.stdout != "table,kind,now,would\nC,NODE,the same,leave it as it is\n" {
		t.Errorf("what the engine says of its types: %+v", r)
	}
}
