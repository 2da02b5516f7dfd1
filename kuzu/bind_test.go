package kuzu_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

type (
	base struct {
		ID   int64
		Name string
	}
	Base struct {
		ID   int64 `kuzu:"id"`
		Name string
	}
	Deep    struct{ *Base }
	ignored struct{ Secret, Name string }
	Celsius float64
	byTag   struct {
		Key   int64   `kuzu:"p.id"`
		Label *string `kuzu:"p.name"`
	}
	byCase struct {
		ID   int64
		NAME string
	}
	exact struct {
		CODE int64
		Code int64
	}
	skipped struct {
		ID     int64
		Name   string
		Cache  map[string]int `kuzu:"-"`
		hidden int            //nolint:unused // it must not count as a column
	}
	embedded struct {
		base
		Age int
	}
	shadowing struct {
		base
		Name int
	}
	pointers struct {
		*Base
		Age int
	}
	deep struct {
		Deep
		Age int
	}
	notHere struct {
		ignored `kuzu:"-"`
		ID      int64
		Name    string
	}
	scalarIn struct {
		Celsius
		Name string
	}
	asOne struct {
		Base `kuzu:"p"`
		Age  int
	}
	timed struct {
		At    time.Time
		Until *time.Time
	}
	selfRead struct{ Celsius float64 }
)

func (s *selfRead) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &s.Celsius) }

// rowsOf returns what QueryAs and StreamAs make of rows with certain columns, and
// checks that both make the same.
func rowsOf[T any](t *testing.T, columns string, rows ...string) ([]T, error) {
	t.Helper()
	data := strings.Join(rows, ",")
	plain := serve(t, says(200, asJSON, fmt.Sprintf(`{"data":[%s],"columns":[%s],"execution_time_ms":1,"row_count":%d,"database":"social"}`, data, columns, len(rows))))
	got, err := kuzu.QueryAs[T](t.Context(), plain.client(t), "RETURN 1", nil)

	streamed := serve(t, says(200, asNDJSON, fmt.Sprintf(`{"chunk_index":0,"data":[%s],"columns":[%s],"is_last_chunk":true,"row_count":%d,"total_rows_sent":%d}`+"\n", data, columns, len(rows), len(rows))))
	var gotStreamed []T
	var errStreamed error
	for value, err := range kuzu.StreamAs[T](t.Context(), streamed.client(t), "RETURN 1", nil) {
		if err != nil {
			errStreamed = err
			break
		}
		gotStreamed = append(gotStreamed, value)
	}
	message := func(err error) string {
		if e, ok := err.(*kuzu.Error); ok { //nolint:errorlint // it is returned unwrapped
			return e.Message
		}
		return fmt.Sprint(err)
	}
	if message(err) != message(errStreamed) {
		t.Errorf("QueryAs says   %v\nStreamAs says %v", err, errStreamed)
	}
	if err == nil && (len(got) > 0 || len(gotStreamed) > 0) && !reflect.DeepEqual(got, gotStreamed) {
		t.Errorf("QueryAs returns %+v, StreamAs %+v", got, gotStreamed)
	}
	return got, err
}

func bound[T any](t *testing.T, columns, row string, want T) {
	t.Helper()
	t.Run(fmt.Sprintf("%T", want), func(t *testing.T) {
		t.Helper()
		got, err := rowsOf[T](t, columns, row)
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
}

func TestStructsAreBound(t *testing.T) {
	ann := "Ann"
	at := time.Date(2010, 2, 14, 15, 32, 10, 447e6, time.UTC)
	bound(t, `"p.id","p.name"`, `{"p.id":20100214153210447,"p.name":"Ann"}`, byTag{20100214153210447, &ann})
	bound(t, `"p.name","p.id"`, `{"p.id":1,"p.name":null}`, byTag{1, nil})
	bound(t, `"id","Name"`, `{"id":1,"Name":"Ann"}`, byCase{1, "Ann"})
	bound(t, `"Code","CODE"`, `{"CODE":1,"Code":2}`, exact{1, 2})
	bound(t, `"id","name"`, `{"id":1,"name":"Ann"}`, skipped{ID: 1, Name: "Ann"})
	bound(t, `"id","name","age"`, `{"id":1,"name":"Ann","age":30}`, embedded{base{1, "Ann"}, 30})
	bound(t, `"id","name"`, `{"id":1,"name":5}`, shadowing{base: base{ID: 1}, Name: 5})
	bound(t, `"id","name","age"`, `{"id":1,"name":"Ann","age":30}`, pointers{&Base{1, "Ann"}, 30})
	bound(t, `"id","name","age"`, `{"id":1,"name":"Ann","age":30}`, deep{Deep{&Base{1, "Ann"}}, 30})
	bound(t, `"id","name"`, `{"id":1,"name":"Ann"}`, notHere{ID: 1, Name: "Ann"})
	bound(t, `"celsius","name"`, `{"celsius":20.5,"name":"Ann"}`, scalarIn{20.5, "Ann"})
	bound(t, `"p","age"`, `{"p":{"id":1,"name":"Ann"},"age":30}`, asOne{Base{1, "Ann"}, 30})
	bound(t, `"at","until"`, `{"at":"2010-02-14T15:32:10.447000","until":null}`, timed{At: at})
	bound(t, ``, `{}`, struct{}{})
}

func TestSingleColumnsAreBound(t *testing.T) {
	bound(t, `"n"`, `{"n":20100214153210447}`, int64(20100214153210447))
	bound(t, `"n"`, `{"n":20100214153210447}`, new(int64(20100214153210447)))
	bound(t, `"n"`, `{"n":null}`, (*int64)(nil))
	bound(t, `"n"`, `{"n":"Ann"}`, "Ann")
	bound(t, `"n"`, `{"n":["a","b"]}`, []string{"a", "b"})
	bound(t, `"n"`, `{"n":{"a":20100214153210447}}`, map[string]any{"a": int64(20100214153210447)})
	bound(t, `"n"`, `{"n":{"a":20100214153210447}}`, json.RawMessage(`{"a":20100214153210447}`))
	bound(t, `"n"`, `{"n":"2010-02-14"}`, time.Date(2010, 2, 14, 0, 0, 0, 0, time.UTC))
	bound(t, `"n"`, `{"n":20.5}`, selfRead{20.5})
	bound(t, `"n"`, `{"n":{"ID":1,"Name":"Ann"}}`, &base{1, "Ann"})
	if got, err := rowsOf[any](t, `"n"`, `{"n":20100214153210447}`, `{"n":null}`); err != nil || !reflect.DeepEqual(got, []any{int64(20100214153210447), nil}) {
		t.Errorf("got %#v, %v", got, err)
	}
}

func TestBindingRefuses(t *testing.T) {
	type (
		twice struct {
			A int `kuzu:"id"`
			B int `kuzu:"id"`
		}
		both struct {
			Tagged int `kuzu:"name"`
			Name   int
		}
		caseless struct {
			ID int `kuzu:"ID"`
		}
		unreach struct{ *base }
	)
	const oneRow = `{"id":1,"name":"Ann"}`
	for name, test := range map[string]struct {
		bind func(rows ...string) error
		row  string
		want []string
	}{
		"no column for a field": {func(rows ...string) error { _, err := rowsOf[embedded](t, `"id","name"`, rows...); return err }, oneRow,
			[]string{`there is no column for field Age of kuzu_test.embedded; the result has "id", "name"`, "Return it AS Age", "tag the field"}},
		"no column for a tag": {func(rows ...string) error { _, err := rowsOf[caseless](t, `"id"`, rows...); return err }, `{"id":1}`,
			[]string{"no column for field ID", `the result has "id"`, "Return it AS ID"}},
		"no field for a column": {func(rows ...string) error { _, err := rowsOf[base](t, `"id","name","since"`, rows...); return err }, `{"id":1,"name":"","since":1}`,
			[]string{`column "since" has no field in kuzu_test.base`, "`kuzu:\"since\"`", "do not return it"}},
		"two fields by tag": {func(rows ...string) error { _, err := rowsOf[twice](t, `"id"`, rows...); return err }, `{"id":1}`,
			[]string{`column "id" has two fields`, "`kuzu:\"-\"`"}},
		"two fields by tag and name": {func(rows ...string) error { _, err := rowsOf[both](t, `"name"`, rows...); return err }, `{"name":1}`,
			[]string{`column "name" has two fields`}},
		"embedded pointer that cannot be set": {func(rows ...string) error { _, err := rowsOf[unreach](t, `"id","name"`, rows...); return err }, oneRow,
			[]string{"field ID of kuzu_test.unreach", "embedded pointer", "embed the struct itself"}},
		"several columns for one value": {func(rows ...string) error { _, err := rowsOf[int](t, `"id","name"`, rows...); return err }, oneRow,
			[]string{`int holds one column and the result has "id", "name"`, "use a struct"}},
		"no column for one value": {func(rows ...string) error { _, err := rowsOf[int](t, ``, rows...); return err }, `{}`,
			[]string{"the result has no columns"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, test.bind(test.row), kuzu.KindInvalidRequest, append(test.want, "queryDatabase")...)
			// A typing error must not read as no data.
			wantError(t, test.bind(), kuzu.KindInvalidRequest, test.want...)
		})
	}
	_, err := rowsOf[base](t, `"id","name"`, oneRow, `{"id":2,"name":null}`)
	wantError(t, err, kuzu.KindInvalidRequest, `row 1: column "name": it is null`)
}
