package kuzu_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// TestScanStruct takes rows by name, streamed and not, with structs of two types
// in turns.
func TestScanStruct(t *testing.T) {
	type whole struct {
		Base
		Age *int
	}
	type tagged struct {
		Key   int64         `kuzu:"id"`
		Label string        `kuzu:"name"`
		Years sql.Null[int] `kuzu:"age"`
	}
	rows := []string{`{"id":1,"name":"Ann","age":30}`, `{"id":2,"name":"Bob","age":null}`, `{"age":3,"name":"Cy","id":3}`}
	check := func(scan func(dest any) error, i int) {
		t.Helper()
		var a whole
		var b tagged
		for range 2 {
			if err := scan(&a); err != nil {
				t.Fatal(err)
			}
			if err := scan(&b); err != nil {
				t.Fatal(err)
			}
		}
		if a.ID != int64(i+1) || b.Key != a.ID || b.Label != a.Name || b.Years.Valid != (a.Age != nil) || i == 0 && *a.Age != 30 {
			t.Errorf("row %d is %+v and %+v", i, a, b)
		}
		wantError(t, scan(whole{}), kuzu.KindInvalidRequest, "ScanStruct got a", "give a pointer to a struct")
		wantError(t, scan((*whole)(nil)), kuzu.KindInvalidRequest, "give a pointer to a struct")
		wantError(t, scan(new(5)), kuzu.KindInvalidRequest, "give a pointer to a struct")
		wantError(t, scan(&struct{ ID int }{}), kuzu.KindInvalidRequest, `column "name" has no field`)
		wantError(t, scan(&struct {
			ID, Name string
			Age      *int
		}{}), kuzu.KindInvalidRequest, `column "id": JSON number does not fit into a Go string`)
	}
	data := strings.Join(rows, ",")
	result, err := serve(t, says(200, asJSON, `{"data":[`+data+`],"columns":["id","name","age"],"row_count":3}`)).client(t).Query(t.Context(), "RETURN 1", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream := serve(t, says(200, asNDJSON, `{"chunk_index":0,"data":[`+data+`],"columns":["id","name","age"],"is_last_chunk":true,"row_count":3,"total_rows_sent":3}`+"\n")).
		client(t).Stream(t.Context(), "RETURN 1", nil)
	defer stream.Close()
	wantError(t, stream.ScanStruct(&whole{}), kuzu.KindInvalidRequest, "ScanStruct needs a row; call Next")
	if row := stream.Row(); row.Columns() != nil {
		t.Errorf("there is a row before the first: %v", row)
	}
	for i, row := range result.Rows {
		check(row.ScanStruct, i)
		if !stream.Next() {
			t.Fatal(stream.Err())
		}
		check(stream.ScanStruct, i)
		m, err := row.Map()
		streamed, errStreamed := stream.Row().Map()
		if err != nil || errStreamed != nil || m["id"] != int64(i+1) || !reflect.DeepEqual(m, streamed) {
			t.Errorf("row %d as a map is %v, %v and %v, %v", i, m, err, streamed, errStreamed)
		}
	}
}

// TestMapNamesTheColumn that it cannot decode.
func TestMapNamesTheColumn(t *testing.T) {
	_, err := cell(t, "1e999").Map()
	wantError(t, err, kuzu.KindInvalidRequest, `column "x"`, "1e999")
}

// person5 is what most rows are made of.
type person5 struct {
	ID     int64
	Name   string
	Score  float64
	Active bool
	City   string
}

// manyRows is a stream with a number of chunks of a thousand rows.
func manyRows(chunks int, texts bool) []byte {
	var b bytes.Buffer
	for index := range chunks {
		fmt.Fprintf(&b, `{"chunk_index": %d, "data": [`, index)
		for i := range 1000 {
			if i > 0 {
				b.WriteString(", ")
			}
			name := ""
			if texts {
				name = fmt.Sprintf("Person number %d", i)
			}
			fmt.Fprintf(&b, `{"id": %d, "name": "%s", "score": 0.5, "active": true, "city": ""}`, 9007199254740993+i, name)
		}
		columns := "[]"
		if index == 0 {
			columns = `["id", "name", "score", "active", "city"]`
		}
		fmt.Fprintf(&b, `], "columns": %s, "is_last_chunk": %t, "row_count": 1000, "total_rows_sent": %d}`+"\n", columns, index == chunks-1, (index+1)*1000)
	}
	return b.Bytes()
}

// TestRowsAllocateNothingButTexts: what a stream of ten thousand rows allocates
// beyond one of a thousand is less than one allocation in a hundred rows, and
// one in fifty if they hold texts, which share blocks.
func TestRowsAllocateNothingButTexts(t *testing.T) {
	for name, read := range map[string]func(c *kuzu.Client) int{
		"StreamAs": func(c *kuzu.Client) (n int) {
			for p, err := range kuzu.StreamAs[person5](t.Context(), c, "RETURN 1", nil) {
				if err != nil || !p.Active {
					t.Fatal(err)
				}
				n++
			}
			return n
		},
		"ScanStruct": func(c *kuzu.Client) (n int) {
			rows := c.Stream(t.Context(), "RETURN 1", nil)
			defer rows.Close()
			var p person5
			for ; rows.Next(); n++ {
				if err := rows.ScanStruct(&p); err != nil {
					t.Fatal(err)
				}
			}
			return n
		},
		"Scan": func(c *kuzu.Client) (n int) {
			rows := c.Stream(t.Context(), "RETURN 1", nil)
			defer rows.Close()
			var p person5
			for ; rows.Next(); n++ {
				if err := rows.Scan(&p.ID, &p.Name, &p.Score, &p.Active, &p.City); err != nil {
					t.Fatal(err)
				}
			}
			return n
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, texts := range []bool{false, true} {
				wire := &replay{}
				c := connect(t, "http://memory:8001", kuzu.WithTransport(wire))
				cost := func(chunks int) float64 {
					wire.stream = manyRows(chunks, texts)
					return testing.AllocsPerRun(5, func() {
						if n := read(c); n != chunks*1000 {
							t.Fatalf("%d rows", n)
						}
					})
				}
				most := 90.0
				if texts {
					most = 180
				}
				if few, many := cost(1), cost(10); many-few > most {
					t.Errorf("with texts %t: 1000 rows cost %v allocations, 10,000 cost %v", texts, few, many)
				}
			}
		})
	}
}

// TestStreamsTakeLittleMemory: what is live does not grow with the stream.
func TestStreamsTakeLittleMemory(t *testing.T) {
	lines := bytes.SplitAfter(manyRows(2, true), []byte("\n"))
	const chunks = 400 // 36 MB
	c := connect(t, "http://memory:8001", kuzu.WithTransport(&endless{first: lines[0], chunks: chunks}))
	var live, before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most, n := uint64(0), 0
	for p, err := range kuzu.StreamAs[person5](t.Context(), c, "RETURN 1", nil) {
		if err != nil || p.City != "" {
			t.Fatal(err)
		}
		if n++; n%100_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&live)
			most = max(most, live.HeapAlloc)
		}
	}
	if n != chunks*1000 {
		t.Errorf("%d rows", n)
	}
	if most > before.HeapAlloc+8<<20 {
		t.Errorf("%d bytes were live, %d before", most, before.HeapAlloc)
	}
}

// TestKeptTextsStay: texts share memory, which nobody writes again.
func TestKeptTextsStay(t *testing.T) {
	c := connect(t, "http://memory:8001", kuzu.WithTransport(&replay{manyRows(3, true)}))
	var names []string
	var rows []kuzu.Row
	for p, err := range kuzu.StreamAs[person5](t.Context(), c, "RETURN 1", nil) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, p.Name)
	}
	for row, err := range c.Stream(t.Context(), "RETURN 1", nil).All() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	for i, row := range rows {
		want := fmt.Sprintf("Person number %d", i%1000)
		if name, err := row.Get("name"); err != nil || name != want || names[i] != want {
			t.Fatalf("row %d: %v and %v, want %v, %v", i, name, names[i], want, err)
		}
	}
	if !slices.Equal(rows[0].Columns(), []string{"id", "name", "score", "active", "city"}) {
		t.Errorf("columns are %v", rows[0].Columns())
	}
}
