package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// person is a row, with a column of each kind that most results are made of.
type person struct {
	ID     int64   `json:"id" kuzu:"id"` // more than a float64 holds
	Name   string  `json:"name" kuzu:"name"`
	Score  float64 `json:"score" kuzu:"score"`
	Active bool    `json:"active" kuzu:"active"`
	City   string  `json:"city" kuzu:"city"`
}

const (
	graph     = "kg0123456789abcdef"
	apiKey    = "kuzu_bench_0123456789" //nolint:gosec // of nothing that is there longer than the benchmark
	country   = "Poland"                // a value for the statement's parameter
	chunkRows = 1000                    // a chunk of the deployed server
	columns   = `["id","name","score","active","city"]`
	head      = "MATCH (p:Person) WHERE p.country = $country RETURN p.id AS id, p.name AS name, p.score AS score, p.active AS active, p.city AS city LIMIT "
)

// question is one that the server knows the answer to.
type question struct {
	name      string
	rows      int
	statement string
	streaming bool
}

var (
	tenRows      = question{name: "query of 10 rows", rows: 10, statement: head + "10"}
	thousandRows = question{name: "query of 1,000 rows", rows: 1000, statement: head + "1000"}
	millionRows  = question{name: "stream of 1,000,000 rows", rows: 1_000_000, statement: head + "1000000", streaming: true}
)

// people are the first n rows, the same ones every time.
func people(n int) []person {
	random := rand.New(rand.NewPCG(1, 2))
	cities := []string{"Amsterdam", "Berlin", "Kraków", "Lisbon", "São Paulo", "Vienna"}
	rows := make([]person, n)
	for i := range rows {
		rows[i] = person{
			ID:     1<<53 + 1 + random.Int64N(1<<60),
			Name:   fmt.Sprint("Person number ", random.IntN(1e6)),
			Score:  float64(random.IntN(1e8)) / 1e4,
			Active: random.IntN(2) == 0,
			City:   cities[random.IntN(len(cities))],
		}
	}
	return rows
}

// answer is that of a plain query: compact, and not escaped.
func answer(n int) []byte {
	data, _ := json.Marshal(people(n)) // always encodable
	return fmt.Appendf(nil, `{"data":%s,"columns":%s,"execution_time_ms":1.5,"row_count":%d,"database":"%s"}`, data, columns, n, graph)
}

// stream is that of a stream whose chunks all hold the same rows: spaces after
// commas and colons, and escapes for what is not ASCII. As it is a multiple of
// 1000 rows, no chunk says that it is the last.
type stream struct {
	data   []byte // of a chunk
	chunks int
}

func newStream(n int) stream {
	var data bytes.Buffer
	for i, p := range people(chunkRows) {
		if i > 0 {
			data.WriteString(", ")
		}
		fmt.Fprintf(&data, `{"id": %d, "name": %s, "score": %v, "active": %t, "city": %s}`, p.ID, ascii(p.Name), p.Score, p.Active, ascii(p.City))
	}
	return stream{data: data.Bytes(), chunks: n / chunkRows}
}

// chunk appends the chunk of an index to b.
func (s stream) chunk(b []byte, index int) []byte {
	named := "[]"
	if index == 0 {
		named = `["id", "name", "score", "active", "city"]`
	}
	b = fmt.Appendf(b, `{"chunk_index": %d, "data": [`, index)
	b = append(b, s.data...)
	return fmt.Appendf(b, `], "columns": %s, "is_last_chunk": false, "row_count": %d, "total_rows_sent": %d}`+"\n",
		named, chunkRows, (index+1)*chunkRows)
}

// ascii is a JSON string without other than ASCII characters, as servers send
// them in streams.
func ascii(text string) []byte {
	b := []byte{'"'}
	for _, r := range text {
		if r < 0x80 {
			b = append(b, byte(r))
		} else {
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return append(b, '"')
}
