package mockserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// pieces holds a stream against the document piece by piece: lines of NDJSON, or
// server-sent events. A piece that is whole is checked and let go; the
// beginning of the next one is kept back until it is.
type pieces struct {
	media string
	shape *shape
	rest  []byte // kept back
	count int
	last  bool // the last piece said that it is the last
}

// take checks what was written and returns what may go out now; it is valid
// until the next call.
func (p *pieces) take(written []byte, tokens bool) ([]byte, error) {
	end := p.wholeUntil(written)
	if len(p.rest) > 0 || end < len(written) {
		p.rest = append(p.rest, written...)
		written = p.rest
		end = p.wholeUntil(written)
	}
	for out := written[:end]; len(out) > 0; {
		size := bytes.Index(out, p.separator()) + len(p.separator())
		if err := p.check(out[:size], tokens); err != nil {
			return nil, err
		}
		out = out[size:]
	}
	if len(p.rest) > 0 {
		whole := bytes.Clone(written[:end])
		p.rest = append(p.rest[:0], written[end:]...)
		return whole, nil
	}
	return written[:end], nil
}

func (p *pieces) separator() []byte {
	if p.media == mediaEvents {
		return []byte("\r\n\r\n")
	}
	return []byte("\n")
}

// wholeUntil returns where the last whole piece ends.
func (p *pieces) wholeUntil(written []byte) int {
	if at := bytes.LastIndex(written, p.separator()); at >= 0 {
		return at + len(p.separator())
	}
	return 0
}

func (p *pieces) check(piece []byte, tokens bool) error {
	if p.last {
		return errors.New("the stream goes on behind its last piece")
	}
	if p.media == mediaEvents {
		return p.checkEvent(string(piece))
	}
	p.count++
	s := scanner{text: piece, tokens: tokens}
	if err := s.check(p.shape); err != nil {
		return fmt.Errorf("line %d %w", p.count, err)
	}
	p.last = saysLast(piece)
	return nil
}

// saysLast reports whether a line, which is as documented, says that it is the
// last. The field stands behind the rows, so the last one of that name counts;
// what is no name has its quotes escaped or no colon behind them.
func saysLast(line []byte) bool {
	const name = `"is_last_chunk":`
	at := bytes.LastIndex(line, []byte(name))
	rest := bytes.TrimLeft(line[max(at, 0)+len(name):], " \t")
	return at >= 0 && bytes.HasPrefix(rest, []byte("true"))
}

// checkEvent puts an event into the form that the document describes: its name,
// and its data parsed as JSON. Comments are not described.
func (p *pieces) checkEvent(text string) error {
	var name, data string
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n\r\n"), "\r\n") {
		label, value, _ := strings.Cut(line, ": ")
		switch {
		case strings.HasPrefix(line, ":"):
		case label == "event":
			name = value
		case label == "data":
			data = value
		default:
			return fmt.Errorf("an event has the line %.100q", line)
		}
	}
	if name == "" && data == "" {
		return nil
	}
	p.count++
	quoted, _ := json.Marshal(name)
	s := scanner{text: fmt.Appendf(nil, `{"event":%s,"data":%s}`, quoted, data)}
	if err := s.check(p.shape); err != nil {
		return fmt.Errorf("event %d %w", p.count, err)
	}
	p.last = name == "completed" || name == "failed" || name == "error"
	return nil
}

// end checks that a stream may end here. An event stream may end anywhere: the
// server closes it when it closes itself.
func (p *pieces) end(q Quirks) error {
	switch {
	case len(p.rest) > 0:
		return fmt.Errorf("the stream ends inside a piece: %.100q", p.rest)
	case p.media == mediaEvents, p.last, q.Has(QuirkSilentFailure):
		return nil
	case p.count == 0:
		return errors.New("the stream has no line")
	case q.Has(QuirkNoLastChunk):
		return nil
	}
	return errors.New("the stream ends without a line that is marked as the last")
}
