// Package answers is the server of the benchmarks that are about clients: its
// answers are encoded beforehand, so that it does as little as a server can.
package answers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// Person is a row, with a column of each kind that most results are made of.
type Person struct {
	ID     int64   `json:"id" kuzu:"id"` // more than a float64 holds
	Name   string  `json:"name" kuzu:"name"`
	Score  float64 `json:"score" kuzu:"score"`
	Active bool    `json:"active" kuzu:"active"`
	City   string  `json:"city" kuzu:"city"`
}

// APIKey is what a request has to have.
const APIKey = "kuzu_bench_0123456789" //nolint:gosec // of nothing that is there longer than a benchmark

// Country is the value of the statements' parameter.
const Country = "Poland"

// ChunkRows is how many rows a chunk of a stream has, as those of deployed
// servers.
const ChunkRows = 1000

const (
	head    = "MATCH (p:Person) WHERE p.country = $country RETURN p.id AS id, p.name AS name, p.score AS score, p.active AS active, p.city AS city LIMIT "
	columns = `["id","name","score","active","city"]`
)

// Statement asks for so many rows: 10 or 1000, or of a stream any multiple of
// 1000.
func Statement(rows int) string { return fmt.Sprint(head, rows) }

// People are the first n rows. A stream repeats the first thousand.
func People(n int) []Person {
	random := rand.New(rand.NewPCG(1, 2)) // the same ones every time
	cities := []string{"Amsterdam", "Berlin", "Kraków", "Lisbon", "São Paulo", "Vienna"}
	rows := make([]Person, n)
	for i := range rows {
		rows[i] = Person{
			ID:     1<<53 + 1 + random.Int64N(1<<60),
			Name:   fmt.Sprint("Person number ", random.IntN(1e6)),
			Score:  float64(random.IntN(1e8)) / 1e4,
			Active: random.IntN(2) == 0,
			City:   cities[random.IntN(len(cities))],
		}
	}
	return rows
}

// plainAnswer is that of a plain query: compact, and not escaped.
func plainAnswer(n int) []byte {
	data, _ := json.Marshal(People(n)) // always encodable
	return fmt.Appendf(nil, `{"data":%s,"columns":%s,"execution_time_ms":1.5,"row_count":%d,"database":"bench"}`, data, columns, n)
}

// chunkData are the rows of a chunk, with spaces after commas and colons, and
// escapes for what is not ASCII.
func chunkData() []byte {
	var data bytes.Buffer
	for i, p := range People(ChunkRows) {
		if i > 0 {
			data.WriteString(", ")
		}
		fmt.Fprintf(&data, `{"id": %d, "name": %s, "score": %v, "active": %t, "city": %s}`, p.ID, ascii(p.Name), p.Score, p.Active, ascii(p.City))
	}
	return data.Bytes()
}

// appendChunk appends the chunk of an index to b. As streams here are multiples
// of 1000 rows, no chunk says that it is the last.
func appendChunk(b, data []byte, index int) []byte {
	named := "[]"
	if index == 0 {
		named = `["id", "name", "score", "active", "city"]`
	}
	b = fmt.Appendf(b, `{"chunk_index": %d, "data": [`, index)
	b = append(b, data...)
	return fmt.Appendf(b, `], "columns": %s, "is_last_chunk": false, "row_count": %d, "total_rows_sent": %d}`+"\n",
		named, ChunkRows, (index+1)*ChunkRows)
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
