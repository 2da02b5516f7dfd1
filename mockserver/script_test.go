package mockserver_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Statements of the tests that run on every engine.
const (
	bigNumber  = "RETURN 20100214153210447 AS big"
	echo       = "RETURN $p AS p"
	people     = "MATCH (p:Person) RETURN p.id AS id, p.name AS name, p.since AS since ORDER BY id"
	friends    = "MATCH (a:Person)-[k:Knows]->(b:Person) RETURN a.id AS a, b.id AS b, k.since AS since ORDER BY since"
	aDate      = "RETURN DATE('2020-01-02') AS d"
	aBlob      = "RETURN CAST('\\\\xFF' AS BLOB) AS b"
	lateDate   = "UNWIND range(1, 1001) AS i RETURN CASE WHEN i > 1000 THEN DATE('2020-01-02') ELSE null END AS d"
	notNumbers = "RETURN CAST('NaN' AS DOUBLE) AS a, CAST('Infinity' AS DOUBLE) AS b, CAST('-Infinity' AS DOUBLE) AS c"
	addPerson  = "CREATE (:Person {id: 500})"
	addTwice   = "CREATE (:Person {id: 1})"
	dropPerson = "DROP TABLE Person"
)

// count is a statement that returns so many rows.
func count(n int) string { return fmt.Sprintf("UNWIND range(1, %d) AS i RETURN i", n) }

// faults are statements that fail, with the engine's words.
var faults = map[string]string{
	"MATCH (n:Nope) RETURN n":           "Binder exception: Table Nope does not exist.",
	"MATCH (n:Person) RETURN n.zzz":     "Binder exception: Cannot find property zzz for n.",
	"RETURN FOO(1)":                     "Catalog exception: function FOO does not exist.",
	"RETURN cast('a' AS INT64)":         `Conversion exception: Cast failed. Could not convert "a" to INT64.`,
	addTwice:                            "Runtime exception: Found duplicated primary key value 1, which violates the uniqueness constraint of the primary key column.",
	"CREATE NODE TABLE Bad(id INT64)":   "Parser exception: Can not find primary key.",
	"MATCH (p:Person) RETRUN p.id AS a": "Parser exception: Invalid input <MATCH (p:Person) RETRUN>: expected rule oC_SingleQuery (line: 1, offset: 17)\n\"MATCH (p:Person) RETRUN p.id AS a\"\n                  ^^^^^^",
}

// scripted is the engine in pure Go, told to answer those statements as Kuzu
// does.
func scripted(testing.TB) mockserver.Engine {
	e := mockserver.NewScripted()
	e.Answer(bigNumber, []string{"big"}, []any{int64(20100214153210447)})
	e.Handle(echo, func(call mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{Columns: []string{"p"}, Rows: [][]any{{call.Parameters["p"]}}}, nil
	})
	e.Handle("RETURN 1 AS a", func(call mockserver.Call) (mockserver.Answer, error) {
		for name := range call.Parameters {
			return mockserver.Answer{}, fmt.Errorf("Parameter %s not found.", name)
		}
		return mockserver.Answer{Columns: []string{"a"}, Rows: [][]any{{int64(1)}}}, nil
	})
	e.Handle(people, sorted("Person", 0, "id", "name", "since"))
	e.Handle(friends, sorted("Knows", 2, "a", "b", "since"))
	e.Answer(addPerson, nil)
	day := mockserver.Date{Time: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)}
	late := slices.Repeat([][]any{{nil}}, 1000)
	e.Answer(aBlob, []string{"b"}, []any{[]byte{0xff}})
	e.Answer(aDate, []string{"d"}, []any{day})
	e.Answer(lateDate, []string{"d"}, append(late, []any{day})...)
	e.Answer(notNumbers, []string{"a", "b", "c"}, []any{math.NaN(), math.Inf(1), math.Inf(-1)})
	e.Answer("RETURN 1 AS order_id", []string{"order_id"}, []any{int64(1)})
	e.Answer(dropPerson, []string{"result"}, []any{"Table Person has been dropped."})
	for _, n := range []int{0, 1, 999, 1000, 1001, 2500, 10_001} {
		rows := make([][]any, n)
		for i := range rows {
			rows[i] = []any{int64(i + 1)}
		}
		e.Answer(count(n), []string{"i"}, rows...)
	}
	for cypher, text := range faults {
		e.Handle(cypher, func(mockserver.Call) (mockserver.Answer, error) { return mockserver.Answer{}, errors.New(text) })
	}
	return e
}

// sorted answers with the rows of a table in the order of an integer column.
func sorted(table string, by int, columns ...string) mockserver.Handler {
	return func(call mockserver.Call) (mockserver.Answer, error) {
		rows := slices.Clone(call.Tables[table].Rows)
		slices.SortFunc(rows, func(a, b []any) int { return cmp.Compare(a[by].(int64), b[by].(int64)) })
		return mockserver.Answer{Columns: columns, Rows: rows}, nil
	}
}
