package kuzu

import (
	"errors"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// reader goes through the rows of a chunk.
type reader struct {
	src    source
	layout layout
	chunk  chunk.Chunk
	pos    int   // where the next row begins
	taken  int64 // rows of the chunk so far
}

// load begins with another chunk.
func (r *reader) load(c chunk.Chunk) {
	r.chunk, r.src.data, r.taken = c, c.Rows, 0
	r.pos = chunk.Space(c.Rows, 0)
}

// left reports whether a row begins at pos.
func (r *reader) left() bool { return r.pos < len(r.src.data) }

// take goes on behind the row that ends at end.
func (r *reader) take(end int) error {
	r.taken++
	data := r.src.data
	if end+2 < len(data) && data[end] == ',' && data[end+1] == ' ' && data[end+2] == '{' {
		r.pos = end + 2
		return nil
	}
	if r.pos = chunk.Space(data, end); r.pos == len(data) {
		return nil
	}
	if data[r.pos] == ',' {
		if r.pos = chunk.Space(data, r.pos+1); r.pos < len(data) {
			return nil
		}
	}
	return errors.New("there is no comma and no row after it")
}
