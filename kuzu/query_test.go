package kuzu_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

func TestQueryReadsTheAnswer(t *testing.T) {
	// The columns are not in the order of the row's keys: names count, then position.
	srv := serve(t, says(200, asJSON+"; charset=utf-8", `{"data":[{"name":"Ann","id":1},{"id":2,"name":null}],"columns":["id","name"],`+
		`"execution_time_ms":3.25,"row_count":2,"database":"social","of_tomorrow":{"a":[1]}}`))
	result, err := srv.client(t).Query(t.Context(), "MATCH (p:Person) RETURN p.id AS id, p.name AS name;", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(result.Columns, []string{"id", "name"}) || len(result.Rows) != 2 || result.Truncated || result.ExecutionTime != 3250*time.Microsecond {
		t.Errorf("got %+v", result)
	}
	values, err := result.Rows[0].Values()
	if err != nil || !reflect.DeepEqual(values, []any{int64(1), "Ann"}) {
		t.Errorf("first row: %v, %v", values, err)
	}
	if got := srv.asked()[0]; strings.Contains(got.body, ";") || strings.Contains(got.uri, "streaming") {
		t.Errorf("asked %s %s", got.uri, got.body)
	}
}

func TestQueryWithoutRows(t *testing.T) {
	for name, columns := range map[string]string{"of a read": `["id"]`, "of a write": `[]`} {
		srv := serve(t, says(200, asJSON, `{"data":[],"columns":`+columns+`,"execution_time_ms":1,"row_count":0,"database":"social"}`))
		result, err := srv.client(t).Query(t.Context(), "RETURN 1", nil)
		if err != nil || result.Rows == nil || len(result.Rows) != 0 {
			t.Errorf("%s: %+v, %v", name, result, err)
		}
	}
}

// TestQueryRefusesAnswersThatDoNotAddUp: an answer with a part missing must not
// read as one with fewer rows.
func TestQueryRefusesAnswersThatDoNotAddUp(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"fewer rows than announced": {`{"data":[{"a":1}],"columns":["a"],"row_count":2}`, "announces 2 rows and holds 1"},
		"more rows than announced":  {`{"data":[{"a":1}],"columns":["a"]}`, "announces 0 rows and holds 1"},
		"no data":                   {`{"columns":["a"],"row_count":0}`, "the answer has no data"},
		"null for data":             {`{"data":null,"columns":["a"],"row_count":0}`, "the answer has no data"},
		"no columns":                {`{"data":[],"row_count":0}`, "the answer has no columns"},
		"row with a value less":     {`{"data":[{"a":1},{"a":1}],"columns":["a","b"],"row_count":2}`, "row 0: it has 1 values for 2 columns"},
		"row with a value more":     {`{"data":[{"a":1},{"a":1,"b":2}],"columns":["a"],"row_count":2}`, `row 1: it has a value for "b", which is no column`},
		"row with another column":   {`{"data":[{"b":1}],"columns":["a"],"row_count":1}`, `row 0: it has a value for "b", which is no column`},
		"column named twice":        {`{"data":[{"a":1}],"columns":["a","a"],"row_count":1}`, "row 0: it has 1 values for 2 columns"},
		"row that is a list":        {`{"data":[[1]],"columns":["a"],"row_count":1}`, "row 0: it is not an object"},
		"row that is null":          {`{"data":[null],"columns":["a"],"row_count":1}`, "row 0"},
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, says(200, asJSON, test.body)).client(t)
			result, err := c.Query(t.Context(), "RETURN 1", nil)
			if result != nil {
				t.Errorf("there is a result, %+v", result)
			}
			wantError(t, err, kuzu.KindProtocol, test.want, "queryDatabase", `"social"`)
		})
	}
}

// TestQueryAtTheCap: some servers drop what is beyond 10,000 rows without a word.
func TestQueryAtTheCap(t *testing.T) {
	for _, rows := range []int{9_999, 10_000, 10_001} {
		engine := mockserver.NewScripted()
		if err := engine.Create(t.Context(), "social"); err != nil {
			t.Fatal(err)
		}
		numbers(engine, rows)
		url, _ := mockWith(t, mockserver.Config{Engine: engine, Quirks: mockserver.QuirkRowCap})
		c := connect(t, url)
		result, err := c.Query(t.Context(), numbersQuery, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(result.Rows), min(rows, 10_000); got != want {
			t.Errorf("%d rows: got %d", rows, got)
		}
		if got, want := result.Truncated, rows >= 10_000; got != want {
			t.Errorf("%d rows: Truncated is %v", rows, got)
		}
		values, err := kuzu.QueryAs[int](t.Context(), c, numbersQuery, nil)
		if rows < 10_000 {
			if err != nil || len(values) != rows {
				t.Errorf("%d rows: QueryAs returns %d, %v", rows, len(values), err)
			}
			continue
		}
		wantError(t, err, kuzu.KindTruncated, "at most 10000 rows", "use StreamAs")
		if values != nil {
			t.Errorf("%d rows: QueryAs returns %d of them", rows, len(values))
		}
		n := 0
		for value, err := range kuzu.StreamAs[int](t.Context(), c, numbersQuery, nil) {
			if err != nil || value != n {
				t.Fatalf("row %d: %d, %v", n, value, err)
			}
			n++
		}
		if n != rows {
			t.Errorf("%d rows: StreamAs yields %d", rows, n)
		}
	}
}

const numbersQuery = "UNWIND range(1, 1) AS n RETURN n"

// numbers lets an engine answer numbersQuery with the numbers from 0.
func numbers(engine *mockserver.Scripted, count int) {
	rows := make([][]any, count)
	for i := range rows {
		rows[i] = []any{int64(i)}
	}
	engine.Answer(numbersQuery, []string{"n"}, rows...)
}

func TestEngineErrorsAreTyped(t *testing.T) {
	for text, kind := range map[string]kuzu.Kind{
		"Parser exception: Invalid input <X>: expected rule oC_SingleQuery (line: 1, offset: 7)\n\"X\"\n ^":  kuzu.KindSyntax,
		"Binder exception: Table Nope does not exist.":                                                       kuzu.KindSyntax,
		"Catalog exception: function FOO does not exist.":                                                    kuzu.KindSyntax,
		"Conversion exception: Cast failed. Could not convert \"a\" to INT64.":                               kuzu.KindExecution,
		"Runtime exception: Found duplicated primary key value 1, which violates the uniqueness constraint.": kuzu.KindExecution,
		"Interrupted.":           kuzu.KindTimeout,
		"Parameter x not found.": kuzu.KindInvalidRequest,
	} {
		c := mock(t, func(engine *mockserver.Scripted) {
			engine.Handle("RETURN 2", func(mockserver.Call) (mockserver.Answer, error) { return mockserver.Answer{}, errors.New(text) })
		})
		_, err := c.Query(t.Context(), "RETURN 2", nil)
		wantError(t, err, kind, text)
		rows := c.Stream(t.Context(), "RETURN 2", nil)
		if rows.Next() {
			t.Error("there is a row")
		}
		wantError(t, rows.Err(), kind, text)
	}
}

func TestMissingGraph(t *testing.T) {
	c := mock(t, nil).ForGraph("nowhere")
	_, err := c.Query(t.Context(), "RETURN 1", nil)
	wantError(t, err, kuzu.KindNotFound, "nowhere")
	rows := c.Stream(t.Context(), "RETURN 1", nil)
	if rows.Next() {
		t.Error("there is a row")
	}
	wantError(t, rows.Err(), kuzu.KindNotFound, "nowhere")
}

func TestRows(t *testing.T) {
	srv := serve(t, says(200, asJSON, `{"data":[{"id":1,"name":"Ann"}],"columns":["id","name"],"row_count":1}`))
	result, err := srv.client(t).Query(t.Context(), "RETURN 1", nil)
	if err != nil {
		t.Fatal(err)
	}
	row := result.Rows[0]
	if !slices.Equal(row.Columns(), []string{"id", "name"}) {
		t.Errorf("columns are %v", row.Columns())
	}
	_, err = row.Get("nome")
	wantError(t, err, kuzu.KindInvalidRequest, `there is no column "nome"; the result has "id", "name"`)
	var id int
	var name string
	for want, dest := range map[string][]any{
		"Scan got 1 destinations for the columns \"id\", \"name\"": {&id},
		"Scan got 3 destinations for the columns \"id\", \"name\"": {&id, &name, &name},
		"Scan got a int for column \"id\"; give a pointer":         {id, &name},
		"Scan got a <nil> for column \"name\"; give a pointer":     {&id, nil},
		"Scan got a *string for column \"name\"; give a pointer":   {&id, (*string)(nil)},
		"column \"name\": JSON string does not fit into a Go int":  {&id, &id},
	} {
		wantError(t, row.Scan(dest...), kuzu.KindInvalidRequest, want)
	}
	wantError(t, kuzu.Row{}.Scan(&id), kuzu.KindInvalidRequest, "Scan needs a row; call Next")
	wantError(t, kuzu.Row{}.Scan(), kuzu.KindInvalidRequest, "Scan needs a row")
	if values, err := (kuzu.Row{}).Values(); err != nil || len(values) != 0 {
		t.Errorf("no row has the values %v, %v", values, err)
	}
	broken := serve(t, says(200, asJSON, `{"data":[{"n":1e999}],"columns":["n"],"row_count":1}`))
	result, err = broken.client(t).Query(t.Context(), "RETURN 1", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = result.Rows[0].Get("n")
	wantError(t, err, kuzu.KindInvalidRequest, `column "n"`)
	_, err = result.Rows[0].Values()
	wantError(t, err, kuzu.KindInvalidRequest, `column "n"`)
}

// TestErrorsOnManyColumnsAreBounded: a message names the columns, and a result
// can have any number of them.
func TestErrorsOnManyColumnsAreBounded(t *testing.T) {
	columns, row := make([]string, 10_000), make(map[string]int)
	for i := range columns {
		columns[i] = fmt.Sprintf("column number %d", i)
		row[columns[i]] = i
	}
	answer, err := json.Marshal(map[string]any{"data": []any{row}, "columns": columns, "row_count": 1})
	if err != nil {
		t.Fatal(err)
	}
	c := serve(t, says(200, asJSON, string(answer))).client(t)
	_, err = kuzu.QueryAs[int](t.Context(), c, "RETURN 1", nil)
	if e, ok := errors.AsType[*kuzu.Error](err); !ok || len(e.Message) > 4<<10 {
		t.Errorf("got %.100v", err)
	}
}
