package transport_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/robosystems/kuzuclient/internal/chunk"
	"github.com/robosystems/kuzuclient/transport"
)

// fuzzedStream is a server whose stream is what the fuzzer says.
type fuzzedStream struct{ body io.Reader }

func (s *fuzzedStream) RoundTrip(req *http.Request) (*http.Response, error) {
	resp := response(http.StatusOK, asNDJSON, http.NoBody)
	resp.Request, resp.ProtoMajor, resp.ProtoMinor = req, 1, 1
	if req.Method == http.MethodPost { // and else the graph exists
		resp.Body = io.NopCloser(s.body)
	}
	return resp, nil
}

// stream opens what body holds as the answer to a statement.
func stream(t *testing.T, body io.Reader, statement string) *transport.StreamBody {
	t.Helper()
	text, _ := json.Marshal(map[string]any{"cypher": statement})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://memory:8001/databases/social/query?streaming=true", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.Streams(&fuzzedStream{body}, transport.DefaultStreamSettings()).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Body.(*transport.StreamBody)
}

// judged is what encoding/json makes of a stream.
type judged struct {
	rows     int64 // of the chunks before the first that is wrong
	end      int   // of the line with the last chunk; 0 if there is none
	complete bool  // the last chunk was the last, and nothing was wrong
	clean    bool  // the stream ended between two lines, and nothing was wrong
}

// judge reads a stream without anything of ours. No limit is 0; broken says that
// its end is that of the connection.
func judge(text []byte, limit int64, broken bool) (j judged) {
	at := 0
	for index := int64(0); ; index++ {
		length := bytes.IndexByte(text[at:], '\n')
		if length < 0 {
			// Nothing at all is asked about, and is no result.
			j.clean = len(text) == at && !broken && index > 0
			j.complete = j.clean && limit > 0 && j.rows >= limit
			return j
		}
		rows, last, ok := judgeLine(text[at:at+length], index, j.rows)
		if !ok {
			return j
		}
		j.rows += rows
		at += length + 1
		if last {
			j.end = at
			rest, _, ended := bytes.Cut(text[at:], []byte("\n"))
			if !ended && broken {
				rest = nil
			}
			j.complete = len(bytes.TrimSpace(rest)) == 0
			return j
		}
	}
}

func judgeLine(line []byte, index, before int64) (count int64, last, ok bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) != nil || members == nil {
		return 0, false, false
	}
	var said struct {
		index, count, total int64
		columns             []string
		took                float64
		failure             *string
		rows                []json.RawMessage
	}
	for name, into := range map[string]any{
		"chunk_index": &said.index, "row_count": &said.count, "total_rows_sent": &said.total, "is_last_chunk": &last,
		"columns": &said.columns, "execution_time_ms": &said.took, "error": &said.failure, "data": &said.rows,
	} {
		if raw, there := members[name]; there && json.Unmarshal(raw, into) != nil {
			return 0, false, false
		}
	}
	for _, row := range said.rows {
		if row[0] != '{' {
			return 0, false, false
		}
	}
	count = int64(len(said.rows))
	ok = said.failure == nil && said.rows != nil && said.index == index && said.count == count && said.total == before+count
	return count, last, ok
}

// FuzzStream holds every stream against encoding/json. It is complete or it is an
// error, however it was cut into pieces and wherever it ends, both for those who
// read bytes and for those who read chunks; and who reads bytes gets whole lines.
func FuzzStream(f *testing.F) {
	thousand := thousand()
	for _, seed := range []string{
		chunk0 + chunk1, chunk1, "", "\n", chunk0, chunk0 + chunk1 + chunk1, chunk0 + chunk1 + "\n", chunk0 + `{"error": "boom"}` + "\n", thousand, thousand + chunk0,
		`{"data": [{}], "row_count": 1, "total_rows_sent": 1, "is_last_chunk": true}` + "\r\n \n", strings.Replace(chunk0, "false", "true", 1),
		strings.Replace(chunk0, `"row_count": 2`, `"row_count": 18446744073709551618`, 1), strings.Replace(chunk0+chunk1, `[{"n": 2}]`, `[null]`, 1),
		strings.Replace(chunk0+chunk1, `{"n": 1}`, `{"n": "], \"columns\": [], \"is_last_chunk\": true"}`, 1),
	} {
		f.Add([]byte(seed), uint(len(seed)), uint(7), int64(0), false)
		f.Add([]byte(seed), uint(len(seed)/2), uint(1), int64(0), false)
		f.Add([]byte(seed), uint(len(seed)), uint(9), int64(2), true)
		f.Add([]byte(seed), uint(len(seed)-1), uint(100), int64(1000), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, end, at uint, limit int64, broken bool) {
		text = text[:end%uint(len(text)+1)]
		statement := "UNWIND range(1, 3) AS n RETURN n"
		if limit %= 10_000; limit > 0 {
			statement += fmt.Sprintf(" LIMIT %d", limit)
		}
		body := func() io.Reader {
			if broken {
				return io.MultiReader(bytes.NewReader(text), iotest.ErrReader(errors.New("connection reset")))
			}
			return bytes.NewReader(text)
		}
		whole, err := io.ReadAll(stream(t, body(), statement))
		if !bytes.HasPrefix(text, whole) || len(whole) > 0 && whole[len(whole)-1] != '\n' {
			t.Fatalf("of %q, it hands out %q", text, whole)
		}
		e, _ := errors.AsType[*transport.Error](err)
		if err != nil && (e == nil || e.Kind == 0 || e.Graph != "social" || e.Endpoint == "") {
			t.Fatalf("the error is %#v", err)
		}
		cut := int(at % uint(len(text)+1))
		for name, r := range map[string]io.Reader{
			"byte by byte": iotest.OneByteReader(body()),
			"in halves":    iotest.HalfReader(body()),
			"cut in two":   io.MultiReader(io.LimitReader(body(), int64(cut)), bytes.NewReader(text[cut:]), &ending{body()}),
			"with its end": iotest.DataErrReader(body()),
		} {
			if got, failed := io.ReadAll(stream(t, r, statement)); !bytes.Equal(got, whole) || fmt.Sprint(failed) != fmt.Sprint(err) {
				t.Errorf("%s: %q, %v; in one piece: %q, %v", name, got, failed, whole, err)
			}
		}
		rows, failed := chunks(t, stream(t, body(), statement))
		if fmt.Sprint(failed) != fmt.Sprint(err) {
			t.Errorf("chunk by chunk: %v; as bytes: %v", failed, err)
		}
		if bytes.Contains(text, []byte("NaN")) || bytes.Contains(text, []byte("Infinity")) {
			return // which encoding/json does not take
		}
		want := judge(text, limit, broken)
		if want.complete != (err == nil) || rows != want.rows && err == nil {
			t.Fatalf("encoding/json says %+v of %q; it ended with %v after %d rows", want, text, err, rows)
		}
		if err != nil && !errors.Is(err, transport.ErrUnconfirmed) && want.clean && want.rows > 0 && want.rows%1000 == 0 {
			t.Errorf("a stream that may be complete: %v", err)
		}
		// Whatever is complete is not so any more without its last byte.
		if want.end > 0 && limit <= 0 {
			if got, err := io.ReadAll(stream(t, bytes.NewReader(text[:want.end-1-cut%want.end]), statement)); err == nil {
				t.Errorf("cut before its end, it passes for complete: %q", got)
			}
		}
	})
}

// ending is how a reader ends, without what comes before.
type ending struct{ io.Reader }

func (e *ending) Read([]byte) (int, error) {
	_, err := io.Copy(io.Discard, e.Reader)
	if err == nil {
		err = io.EOF
	}
	return 0, err
}

// chunks reads a stream as those do who decode its rows.
func chunks(t *testing.T, s *transport.StreamBody) (rows int64, err error) {
	t.Helper()
	defer s.Close()
	for {
		c, err := s.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		n, err := chunk.Count(c.Rows)
		if err != nil {
			return rows, s.Fail(transport.Errorf(transport.KindProtocol, "chunk %d of the stream has broken rows: %v", c.Index, err))
		}
		if n != c.RowCount {
			return rows, s.Miscounted(c, n)
		}
		rows += n
	}
}
