package chunk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Chunk is what one line of a stream says.
type Chunk struct {
	Index         int64    // from 0
	Columns       []string // names in order; servers send them with the first chunk only
	Last          bool     // the server says that no other chunk follows
	RowCount      int64    // rows in this chunk, as the server counts them
	Total         int64    // rows up to the end of this chunk
	ExecutionTime float64  // in milliseconds, with the last chunk

	// Rows is what is between the brackets of the data: objects, with commas in
	// between, which nobody has looked at yet. It is part of the line. HasData
	// tells no rows from no data.
	Rows    []byte
	HasData bool // see Rows

	// Error is what the server says of a statement that failed. It comes instead
	// of everything else.
	Error  string
	Failed bool // the chunk carries an Error
}

// Parse reads a line, of which the rows are still to be checked.
func Parse(line []byte) (Chunk, error) {
	if c, ok := parseBothEnds(line); ok {
		return c, nil
	}
	return parseFromFront(line)
}

// parseBothEnds reads a line whose members are those that servers send, in their
// order. In a line that is JSON at all, the end of the data cannot be anywhere
// else than where it finds it: a quote after a bracket and a comma opens a key,
// and a key after which only one bracket is closed is one of the line's own.
func parseBothEnds(line []byte) (c Chunk, ok bool) {
	head := cursor{data: line}
	if !head.have("{") || !head.count(`"chunk_index"`, &c.Index) || !head.have(",") || !head.key(`"data"`) || !head.have("[") {
		return c, false
	}
	columns := bytes.LastIndex(line[head.at:], []byte(`"columns"`))
	if columns < 0 {
		return c, false
	}
	columns += head.at
	end, ok := before(line, columns, ',')
	if !ok {
		return c, false
	}
	if end, ok = before(line, end, ']'); !ok || end < head.at {
		return c, false
	}
	c.Rows, c.HasData = line[head.at:end], true

	tail := cursor{data: line, at: columns}
	if !tail.key(`"columns"`) || !tail.texts(&c.Columns) ||
		!tail.have(",") || !tail.key(`"is_last_chunk"`) || !tail.truth(&c.Last) ||
		!tail.have(",") || !tail.count(`"row_count"`, &c.RowCount) ||
		!tail.have(",") || !tail.count(`"total_rows_sent"`, &c.Total) {
		return c, false
	}
	if tail.have(",") {
		if !tail.key(`"execution_time_ms"`) || !tail.float(&c.ExecutionTime) || !tail.have(",") || !tail.key(`"database"`) || !tail.text() {
			return c, false
		}
	}
	return c, tail.have("}") && Space(line, tail.at) == len(line)
}

// before returns the position of c, if that is what is before data[i] but blanks.
func before(data []byte, i int, c byte) (int, bool) {
	for i--; i >= 0; i-- {
		if data[i] != ' ' && data[i] != '\t' && data[i] != '\r' {
			return i, data[i] == c
		}
	}
	return 0, false
}

var errNoObject = errors.New("it is not an object")

// parseFromFront reads a line with any members in any order.
func parseFromFront(line []byte) (c Chunk, err error) {
	members := map[string]json.RawMessage{}
	end, err := Members(line, Space(line, 0), func(name string, start, end int) { members[name] = line[start:end] })
	if err != nil {
		return c, err
	}
	if end = Space(line, end); end != len(line) {
		return c, lacks("its end", end)
	}
	var data json.RawMessage
	var failure *string
	for name, into := range map[string]any{
		"chunk_index": &c.Index, "columns": &c.Columns, "is_last_chunk": &c.Last, "row_count": &c.RowCount,
		"total_rows_sent": &c.Total, "execution_time_ms": &c.ExecutionTime, "error": &failure,
	} {
		if raw, ok := members[name]; ok {
			if err := json.Unmarshal(raw, into); err != nil {
				return c, fmt.Errorf("its %s is %.40s", name, raw)
			}
		}
	}
	if failure != nil {
		c.Error, c.Failed = *failure, true
	}
	if data = members["data"]; data == nil || string(data) == "null" {
		return c, nil
	}
	if data[0] != '[' {
		return c, errors.New("its data is not a list")
	}
	c.Rows, c.HasData = data[1:len(data)-1], true
	return c, nil
}

// Members tells where the values of the object that begins at data[i] are, in
// order, and returns the position after it.
func Members(data []byte, i int, member func(name string, start, end int)) (end int, err error) {
	if at(data, i) != '{' {
		return i, errNoObject
	}
	if i = Space(data, i+1); at(data, i) == '}' {
		return i + 1, nil
	}
	for {
		end, value, err := Key(data, i)
		if err != nil {
			return i, err
		}
		name := string(AppendText(nil, data[i+1:end-1]))
		if end, err = Skip(data, value); err != nil {
			return end, err
		}
		member(name, value, end)
		i = Space(data, end)
		switch at(data, i) {
		case ',':
			i = Space(data, i+1)
		case '}':
			return i + 1, nil
		default:
			return i, lacks("a comma or the end of an object", i)
		}
	}
}

// Count checks the rows of a chunk and returns how many there are.
func Count(rows []byte) (n int64, err error) {
	i := Space(rows, 0)
	if i == len(rows) {
		return 0, nil
	}
	for {
		if at(rows, i) != '{' {
			return n, lacks("a row", i)
		}
		if i, err = Skip(rows, i); err != nil {
			return n, err
		}
		n++
		if i = Space(rows, i); i == len(rows) {
			return n, nil
		}
		if rows[i] != ',' {
			return n, lacks("a comma", i)
		}
		i = Space(rows, i+1)
	}
}
