package kuzu_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// TestCostOfAQuery pins what a plain query allocates, with a transport that
// allocates 5 times itself: little besides the request and the answer, and
// nothing for a row.
func TestCostOfAQuery(t *testing.T) {
	const most = 76 // the race detector costs a few
	few, many := costOfAQuery(t, 10), costOfAQuery(t, 1000)
	if few > most {
		t.Errorf("%v allocations for 10 rows, want at most %d", few, most)
	}
	if more := many - few; more > 20 { // blocks for the texts
		t.Errorf("%v allocations more for 1000 rows", more)
	}
}

func costOfAQuery(t *testing.T, n int) float64 {
	t.Helper()
	row := `{"id":9007199254740993,"name":"Grace","score":0.5,"active":true,"city":"Arlington"}`
	body := fmt.Appendf(nil, `{"data":[%s],"columns":["id","name","score","active","city"],"execution_time_ms":1.5,"row_count":%d,"database":"social"}`,
		strings.Repeat(row+",", n-1)+row, n)
	c := connect(t, "http://memory:8001", kuzu.WithTransport(fixed(body)))
	return testing.AllocsPerRun(100, func() {
		rows, err := kuzu.QueryAs[person5](t.Context(), c, "MATCH (p:Person) WHERE p.country = $country RETURN p.id AS id LIMIT 1000", kuzu.Params{"country": "Poland"})
		if err != nil || len(rows) != n || rows[n-1].ID != 1<<53+1 || rows[n-1].City != "Arlington" {
			t.Fatal(rows, err)
		}
	})
}

// fixed answers everything with itself.
type fixed []byte

func (f fixed) RoundTrip(req *http.Request) (*http.Response, error) {
	_ = req.Body.Close()
	return &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(f)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(f)),
	}, nil
}

// TestColumnsOfAnotherOrder: what is kept of one result is not taken for another
// one's whose columns have other places, other names, or another number.
func TestColumnsOfAnotherOrder(t *testing.T) {
	type pair struct{ A, B int }
	ask := func(body string) ([]pair, error) {
		c := connect(t, "http://memory:8001", kuzu.WithTransport(fixed(body)))
		return kuzu.QueryAs[pair](t.Context(), c, "RETURN 1 AS a, 2 AS b", nil)
	}
	for range 2 {
		for _, body := range []string{
			`{"data":[{"a":1,"b":2}],"columns":["a","b"],"execution_time_ms":1,"row_count":1,"database":"g"}`,
			`{"data":[{"b":2,"a":1}],"columns":["a","b"],"execution_time_ms":1,"row_count":1,"database":"g"}`,
			`{"data":[{"b":2,"a":1}],"columns":["b","a"],"execution_time_ms":1,"row_count":1,"database":"g"}`,
			`{"data": [{"A": 1, "B": 2}], "columns": ["A", "B"], "execution_time_ms": 1, "row_count": 1, "database": "g"}`,
			`{"columns":["a","b"],"row_count":1,"data":[{"a":1,"b":2}],"new":[{"a":3,"b":4}]}`,
			`{"data":[{"a":1,"b":2}],"new":[{"a":3,"b":4}],"columns":["a","b"],"execution_time_ms":1,"row_count":1,"database":"g"}`,
		} {
			if got, err := ask(body); err != nil || len(got) != 1 || got[0] != (pair{1, 2}) {
				t.Errorf("%s is read as %v, %v", body, got, err)
			}
		}
		if got, err := ask(`{"data":[{"a":1}],"columns":["a"],"execution_time_ms":1,"row_count":1,"database":"g"}`); err == nil {
			t.Errorf("a column is missing, and %v was read", got)
		}
	}
}
