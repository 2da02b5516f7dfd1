package cypher

import (
	"strings"
	"testing"
)

const typical = "MATCH (a:Entity)-[r:OWNS*1..3]->(b:Entity) WHERE a.id = $id AND b.name CONTAINS 'x' " +
	"WITH b, count(*) AS n ORDER BY n DESC RETURN b.id AS id, upper(b.name) AS name, n SKIP $skip LIMIT 100"

func BenchmarkParse(b *testing.B) {
	for _, bench := range []struct{ name, text string }{
		{"typical", typical},
		{"names", "RETURN " + strings.Repeat("größe + ", 1000) + "1"},
		{"parameters", "RETURN " + strings.Repeat("$a + ", 1000) + "1"},
		{"stars", "RETURN 1 /*" + strings.Repeat("* ", 5000) + "*/"},
		{"backticks", "RETURN " + strings.Repeat("`", 10_000)},
		{"open", strings.Repeat("'\\'", 3000)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Parse(bench.text)
			}
		})
	}
}

func BenchmarkForbiddenKeyword(b *testing.B) {
	b.SetBytes(int64(len(typical)))
	for b.Loop() {
		ForbiddenKeyword(typical)
	}
}

func BenchmarkCheckDDL(b *testing.B) {
	for _, bench := range []struct{ name, piece string }{
		{"tables", "CREATE NODE TABLE T(id INT64, name STRING, born DATE, PRIMARY KEY(id));\n"},
		{"words", "CREATE NODE TABLE T(id INT64, drop STRING, load STRING, call STRING, copy STRING);\n"},
		{"one table", "drop STRING, load STRING, "},
		{"blanks", "COMMENT ON TABLE T IS 'drop" + strings.Repeat(" ", 1000) + "';"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			ddl := strings.Repeat(bench.piece, (1<<20)/len(bench.piece))
			b.SetBytes(int64(len(ddl)))
			for b.Loop() {
				_ = CheckDDL(ddl)
			}
		})
	}
}

func TestParseAllocatesOnlyTheNames(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _, _ = Parse("MATCH (n) RETURN upper(n.name) LIMIT 5") }); n != 0 {
		t.Errorf("%v allocations without parameters", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = Parse(typical) }); n > 2 {
		t.Errorf("%v allocations for two parameters", n)
	}
}
