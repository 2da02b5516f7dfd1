package kuzu

import (
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// source is JSON that values are decoded from, and where their texts go.
type source struct {
	data  []byte
	depth int // of nesting, so that no value exhausts the stack

	// The texts of many rows share a block of memory: one allocation for each
	// would cost more than all the rest of decoding. What is kept of a row keeps
	// its block, which is small for that reason.
	shared bool
	block  []byte

	// The data is part of a string, so that texts can be parts of it.
	part bool
}

// Sizes of blocks in bytes. The first is for streams of a row or two.
const (
	firstBlock = 512
	lastBlock  = 32 << 10
)

// text returns a copy of b.
func (s *source) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if !s.shared || len(b) > lastBlock/4 {
		return string(b)
	}
	if len(b) > cap(s.block)-len(s.block) {
		s.block = make([]byte, 0, max(min(2*cap(s.block), lastBlock), firstBlock, len(b)))
	}
	start := len(s.block)
	s.block = append(s.block, b...)
	// What a string shares is written once, before anybody has the string.
	return unsafe.String(&s.block[start], len(b)) //nolint:gosec // see above
}

// unquote returns the value of the string from i to end, quotes included.
func (s *source) unquote(i, end int, plain bool) string {
	raw := s.data[i+1 : end-1]
	switch {
	case plain && s.part:
		return unsafe.String(unsafe.SliceData(raw), len(raw)) //nolint:gosec // of a string
	case plain:
		return s.text(raw)
	}
	if !s.shared {
		return string(chunk.AppendText(nil, raw))
	}
	var small [128]byte
	return s.text(chunk.AppendText(small[:0], raw)) // the value is hardly ever longer than what stands for it
}

// at returns the byte at i, 0 at the end.
func (s *source) at(i int) byte {
	if i < len(s.data) {
		return s.data[i]
	}
	return 0
}

// isNull reports whether there is a null at i.
func (s *source) isNull(i int) bool {
	return s.at(i) == 'n' && i+4 <= len(s.data) && string(s.data[i:i+4]) == "null"
}
