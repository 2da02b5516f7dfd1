package kuzu_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// doubtful is a client of a server that sends a thousand rows and no last chunk,
// and says of them that they are so many.
func doubtful(t *testing.T, count string, opts ...kuzu.Option) (*kuzu.Client, *wire) {
	var b strings.Builder
	b.WriteString(`{"chunk_index": 0, "data": [`)
	for i := range 1000 {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `{"n": %d}`, i)
	}
	b.WriteString(`], "columns": ["n"], "is_last_chunk": false, "row_count": 1000, "total_rows_sent": 1000}` + "\n")
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if contentTypeOf(r) == asNDJSON {
			says(200, asNDJSON, b.String())(w, r)
			return
		}
		says(200, asJSON, count)(w, r)
	})
	return srv.client(t, opts...), srv
}

func readAll(rows *kuzu.Rows) (n int, err error) {
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

// TestDoubtfulEnds are settled by what the caller allows.
func TestDoubtfulEnds(t *testing.T) {
	const counted = `{"data":[{"c":1000}],"columns":["c"],"row_count":1}`
	count := kuzu.VerifyCount("MATCH (n) RETURN count(*) AS c", nil)
	for name, test := range map[string]struct {
		answer    string
		statement string
		params    kuzu.Params
		opts      []kuzu.Option
		stream    []kuzu.StreamOption
		kind      kuzu.Kind
		want      []string
	}{
		"nothing tells":        {statement: "RETURN 1 AS n", kind: kuzu.KindTruncated, want: []string{"after 1000 rows without its last chunk", "more may be missing"}},
		"a LIMIT":              {statement: "RETURN 1 AS n LIMIT 1000"},
		"a LIMIT by parameter": {statement: "RETURN 1 AS n LIMIT $k", params: kuzu.Params{"k": 1000}},
		"a larger LIMIT":       {statement: "RETURN 1 AS n LIMIT 1001", kind: kuzu.KindTruncated},
		"a direct connection":  {statement: "RETURN 1 AS n", opts: []kuzu.Option{kuzu.WithDirect()}},
		"nobody watches":       {statement: "RETURN 1 AS n", opts: []kuzu.Option{kuzu.WithDirect(), kuzu.WithSettleTime(0)}, kind: kuzu.KindTruncated},
		"a count":              {answer: counted, statement: "RETURN 1 AS n", stream: []kuzu.StreamOption{count}},
		"another count":        {answer: strings.Replace(counted, "1000", "1001", 1), statement: "RETURN 1 AS n", stream: []kuzu.StreamOption{count}, kind: kuzu.KindTruncated, want: []string{"after 1000 rows", "the count is 1001"}},
		"no count":             {answer: `{"data":[],"columns":["c"],"row_count":0}`, statement: "RETURN 1 AS n", stream: []kuzu.StreamOption{count}, kind: kuzu.KindInvalidRequest, want: []string{"returned 0 rows; let it return one"}},
		"a count that fails":   {answer: `{}`, statement: "RETURN 1 AS n", stream: []kuzu.StreamOption{count}, kind: kuzu.KindProtocol, want: []string{"counting its rows failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := doubtful(t, test.answer, test.opts...)
			n, err := readAll(c.Stream(t.Context(), test.statement, test.params, test.stream...))
			if n != 1000 {
				t.Errorf("%d rows", n)
			}
			if test.kind == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, test.kind, test.want...)
			if e, ok := errors.AsType[*kuzu.Error](err); !ok || e.Rows != 1000 {
				t.Errorf("the error does not know of the rows: %+v", e)
			}
		})
	}
}

// TestCountsAreAskedForOnlyInDoubt.
func TestCountsAreAskedForOnlyInDoubt(t *testing.T) {
	srv := serve(t, says(200, asNDJSON, firstChunk+lastChunk))
	if n, err := readAll(srv.client(t).Stream(t.Context(), "RETURN 1", nil, kuzu.VerifyCount("RETURN 3", nil))); n != 3 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	if asked := srv.asked(); len(asked) != 1 {
		t.Errorf("%d requests", len(asked))
	}
}

// TestFallbackAnswersAreChecked like any other.
func TestFallbackAnswersAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		answer string
		kind   kuzu.Kind
		want   string
	}{
		"too few":      {`{"data":[{"n":1}],"columns":["n"],"row_count":2}`, kuzu.KindProtocol, "announces 2 rows and holds 1"},
		"a broken row": {`{"data":[{"m":1}],"columns":["n"],"row_count":1}`, kuzu.KindProtocol, "broken row"},
		"no answer":    {`{}`, kuzu.KindProtocol, "no columns"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if contentTypeOf(r) == asNDJSON {
					says(200, asNDJSON, "")(w, r)
					return
				}
				says(200, asJSON, test.answer)(w, r)
			})
			_, err := readAll(srv.client(t).Stream(t.Context(), "RETURN 1 AS n", nil, kuzu.FallBackToQuery()))
			wantError(t, err, test.kind, test.want)
		})
	}
}

// TestSilenceEndsStreams after the time that was set.
func TestSilenceEndsStreams(t *testing.T) {
	srv, gone := stalling(t, firstChunk)
	n, err := readAll(srv.client(t, kuzu.WithIdleTimeout(10*time.Millisecond)).Stream(t.Context(), "RETURN 1", nil))
	if n != 2 {
		t.Errorf("%d rows", n)
	}
	wantError(t, err, kuzu.KindTimeout, "nothing came for 10ms after 2 rows")
	<-gone
}

// TestColumnsStay the same in all chunks.
func TestColumnsStay(t *testing.T) {
	for columns, ok := range map[string]bool{`["n"]`: true, `["m"]`: false, `["n", "m"]`: false} {
		body := firstChunk + strings.Replace(lastChunk, `"columns": []`, `"columns": `+columns, 1)
		n, err := readAll(serve(t, says(200, asNDJSON, body)).client(t).Stream(t.Context(), "RETURN 1", nil))
		if ok {
			if n != 3 || err != nil {
				t.Errorf("%s: %d rows, %v", columns, n, err)
			}
			continue
		}
		wantError(t, err, kuzu.KindProtocol, "chunk 1 of the stream has the columns", `instead of "n"`)
	}
}

// TestResultsThatMayBeCut have as many rows as servers return, and no LIMIT that
// says that there are no more.
func TestResultsThatMayBeCut(t *testing.T) {
	c := mock(t, func(engine *mockserver.Scripted) {
		rows := make([][]any, 10_001)
		for i := range rows {
			rows[i] = []any{int64(i)}
		}
		for limit, statement := range map[int]string{10_001: numbersQuery, 10_000: numbersQuery + " LIMIT 10000", 9_999: numbersQuery + " LIMIT 9999"} {
			engine.Answer(statement, []string{"n"}, rows[:limit]...)
		}
		engine.Answer(numbersQuery+" LIMIT $k", []string{"n"}, rows[:10_000]...)
		engine.Answer("RETURN n", []string{"n"}, rows[:10_000]...)
	})
	for _, test := range []struct {
		statement string
		params    kuzu.Params
		truncated bool
	}{
		{"RETURN n", nil, true},
		{numbersQuery, nil, false}, // this server does not cut
		{numbersQuery + " LIMIT 10000", nil, false},
		{numbersQuery + " LIMIT 9999", nil, false},
		{numbersQuery + " LIMIT $k", kuzu.Params{"k": 10_000}, false},
		{numbersQuery + " LIMIT $k", kuzu.Params{"k": uint16(10_000)}, false},
		{numbersQuery + " LIMIT $k", kuzu.Params{"k": 10_001}, true},
		{numbersQuery + " LIMIT $k", kuzu.Params{"k": "10000"}, true},
	} {
		result, err := c.Query(t.Context(), test.statement, test.params)
		if err != nil || result.Truncated != test.truncated {
			t.Errorf("%s with %v: %v, %v", test.statement, test.params, result.Truncated, err)
		}
		_, err = kuzu.QueryAs[int64](t.Context(), c, test.statement, test.params)
		if truncated := errors.Is(err, kuzu.ErrTruncated); truncated != test.truncated {
			t.Errorf("%s with %v: %v", test.statement, test.params, err)
		}
	}
}

func TestOptionsOfStreamsAreChecked(t *testing.T) {
	for want, opt := range map[string]kuzu.Option{
		"settle time: -1s; it must not be negative":  kuzu.WithSettleTime(-time.Second),
		"idle timeout: -1s; it must not be negative": kuzu.WithIdleTimeout(-time.Second),
	} {
		_, err := kuzu.New("http://localhost:8001", opt)
		wantError(t, err, kuzu.KindConfiguration, want)
	}
}
