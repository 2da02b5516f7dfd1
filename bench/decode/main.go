// Decode measures how fast streamed rows become Go values: through the whole
// client, from the response's body to the caller's loop, against encoding/json
// on the lines alone.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/kuzu"
)

const (
	chunks    = 60
	chunkRows = 1000
	rounds    = 9
)

// person has one field of each kind that most results are made of.
type person struct {
	ID     int64   `json:"id" kuzu:"id"`
	Name   string  `json:"name" kuzu:"name"`
	Score  float64 `json:"score" kuzu:"score"`
	Active bool    `json:"active" kuzu:"active"`
	City   string  `json:"city" kuzu:"city"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	lines := makeLines()
	stream := bytes.Join(lines, nil)
	client, err := kuzu.New("http://bench:8001", kuzu.WithGraph("bench"), kuzu.WithTransport(answer(stream)))
	if err != nil {
		return err
	}
	speed := func(decode func() (int, error)) func() (float64, error) {
		return func() (float64, error) {
			start := time.Now()
			rows, err := decode()
			took := time.Since(start)
			if err == nil && rows != chunks*chunkRows {
				err = fmt.Errorf("%d rows instead of %d", rows, chunks*chunkRows)
			}
			return float64(len(stream)) / 1e6 / took.Seconds(), err
		}
	}
	comparisons := []struct {
		name           string
		target         table.Target
		ours, baseline func() (int, error)
	}{
		{"rows into a struct: StreamAs", table.AtLeast(7), streamAs(client), standard[person](lines)},
		{"rows into a struct: ScanStruct", table.Target{}, scanStruct(client), standard[person](lines)},
		{"dynamic rows: All and Values", table.AtLeast(3.5), values(client), standard[map[string]any](lines)},
		{"dynamic rows: All and Map", table.Target{}, maps(client), standard[map[string]any](lines)},
	}
	var rows []table.Row
	for _, c := range comparisons {
		ours, baseline, ratio, err := table.Paired(rounds, speed(c.ours), speed(c.baseline))
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		rows = append(rows, table.Row{Name: c.name, Unit: "MB/s", Ours: ours, Baseline: baseline, Ratio: ratio, Target: c.target})
	}
	live, err := liveHeap(lines[1])
	if err != nil {
		return err
	}
	rows = append(rows, table.Within("live heap while 1 GiB is streamed", "MiB", live, 32))
	return table.Report(os.Stdout, table.File, rows...)
}

// liveHeap streams a chunk until it has come to 1 GiB, and returns the largest
// live heap in MiB that the garbage collector saw meanwhile.
func liveHeap(line []byte) (float64, error) {
	n := table.Count(1<<30, 1<<26)/len(line) + 1
	client, err := kuzu.New("http://bench:8001", kuzu.WithGraph("bench"), kuzu.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: req,
			Header: http.Header{"Content-Type": {"application/x-ndjson"}},
			Body:   io.NopCloser(&repeated{data: line[bytes.IndexByte(line, '['):bytes.LastIndex(line, []byte(`, "columns"`))], count: n}),
		}, nil
	})))
	if err != nil {
		return 0, err
	}
	runtime.GC() // what the measurements before have left is not the stream's
	most, rows := uint64(0), 0
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for p, err := range kuzu.StreamAs[person](context.Background(), client, statement, nil) {
		if err != nil || p.ID == 0 {
			return 0, fmt.Errorf("after %d rows: %w", rows, err)
		}
		if rows++; rows%10_000 == 0 {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
		}
	}
	if rows != n*chunkRows {
		return 0, fmt.Errorf("%d rows instead of %d", rows, n*chunkRows)
	}
	return float64(most) / (1 << 20), nil
}

// repeated is a stream of one chunk's data, count times, that is made as it is
// read.
type repeated struct {
	data  []byte
	count int
	index int
	rest  []byte
}

func (r *repeated) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.index == r.count {
			return 0, io.EOF
		}
		columns := "[]"
		if r.index == 0 {
			columns = `["id", "name", "score", "active", "city"]`
		}
		r.index++
		r.rest = fmt.Appendf(r.rest[:0], `{"chunk_index": %d, "data": %s, "columns": %s, "is_last_chunk": %t, "row_count": %d, "total_rows_sent": %d}`+"\n",
			r.index-1, r.data, columns, r.index == r.count, chunkRows, r.index*chunkRows)
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// makeLines returns chunks as a server sends them, with ids that a float64 does
// not hold.
func makeLines() [][]byte {
	random := rand.New(rand.NewPCG(1, 2)) // the same rows every time
	cities := []string{"Amsterdam", "Berlin", "Kraków", "Lisbon", "Reykjavík", "Vienna"}
	lines := make([][]byte, chunks)
	for index := range lines {
		var b bytes.Buffer
		fmt.Fprintf(&b, `{"chunk_index": %d, "data": [`, index)
		for i := range chunkRows {
			if i > 0 {
				b.WriteString(", ")
			}
			city, _ := json.Marshal(cities[random.IntN(len(cities))])
			fmt.Fprintf(&b, `{"id": %d, "name": "Person number %d", "score": %v, "active": %t, "city": %s}`,
				1<<53+1+random.Int64N(1<<60), random.IntN(1e6), float64(random.IntN(1e8))/1e4, random.IntN(2) == 0, ascii(city))
		}
		columns := "[]"
		if index == 0 {
			columns = `["id", "name", "score", "active", "city"]`
		}
		last := ""
		if index == chunks-1 {
			last = `, "execution_time_ms": 12.5, "database": "bench"`
		}
		fmt.Fprintf(&b, `], "columns": %s, "is_last_chunk": %t, "row_count": %d, "total_rows_sent": %d%s}`+"\n",
			columns, last != "", chunkRows, (index+1)*chunkRows, last)
		lines[index] = b.Bytes()
	}
	return lines
}

// ascii escapes what is not ASCII, as servers do in streams.
func ascii(text []byte) []byte {
	var b []byte
	for _, r := range string(text) {
		if r < 0x80 {
			b = append(b, byte(r))
		} else {
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return b
}

// answer gives every request the same stream.
func answer(stream []byte) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: req,
			Header: http.Header{"Content-Type": {"application/x-ndjson"}},
			Body:   io.NopCloser(bytes.NewReader(stream)),
		}, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

const statement = "MATCH (p:Person) RETURN p.id AS id, p.name AS name, p.score AS score, p.active AS active, p.city AS city"

func streamAs(c *kuzu.Client) func() (int, error) {
	return func() (rows int, err error) {
		for p, err := range kuzu.StreamAs[person](context.Background(), c, statement, nil) {
			if err != nil {
				return rows, err
			}
			if p.ID > 0 {
				rows++
			}
		}
		return rows, nil
	}
}

func scanStruct(c *kuzu.Client) func() (int, error) {
	return func() (int, error) {
		stream := c.Stream(context.Background(), statement, nil)
		defer stream.Close()
		var p person
		rows := 0
		for stream.Next() {
			if err := stream.ScanStruct(&p); err != nil {
				return rows, err
			}
			rows++
		}
		return rows, stream.Err()
	}
}

func values(c *kuzu.Client) func() (int, error) {
	return func() (rows int, err error) {
		for row, err := range c.Stream(context.Background(), statement, nil).All() {
			if err != nil {
				return rows, err
			}
			if values, err := row.Values(); err != nil || len(values) != 5 {
				return rows, err
			}
			rows++
		}
		return rows, nil
	}
}

func maps(c *kuzu.Client) func() (int, error) {
	return func() (rows int, err error) {
		for row, err := range c.Stream(context.Background(), statement, nil).All() {
			if err != nil {
				return rows, err
			}
			if values, err := row.Map(); err != nil || len(values) != 5 {
				return rows, err
			}
			rows++
		}
		return rows, nil
	}
}

// standard decodes each line as a whole with encoding/json.
func standard[T any](lines [][]byte) func() (int, error) {
	return func() (rows int, err error) {
		for _, line := range lines {
			var chunk struct {
				Data  []T   `json:"data"`
				Count int64 `json:"row_count"`
				Total int64 `json:"total_rows_sent"`
				Last  bool  `json:"is_last_chunk"`
			}
			if err := json.Unmarshal(line, &chunk); err != nil {
				return rows, err
			}
			rows += len(chunk.Data)
		}
		return rows, nil
	}
}
