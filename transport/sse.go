package transport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxEventLine bounds one line of an event stream. Events of this API are a few
// hundred bytes.
const maxEventLine = 1 << 20

// Event is one server-sent event.
type Event struct {
	Name string // "message" if the server gave none
	Data []byte // lines joined by \n; valid until the next call
}

// EventReader reads server-sent events (WHATWG HTML, section 9.2). It is not
// safe for concurrent use.
type EventReader struct {
	lines *bufio.Scanner
	data  []byte
	begun bool
}

// NewEventReader reads events from r.
func NewEventReader(r io.Reader) *EventReader {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxEventLine)
	s.Split(splitEventLine)
	return &EventReader{lines: s}
}

// Next returns the next event, passing over comments, and [io.EOF] after the
// last. An event that the stream breaks off within is dropped, as the format
// demands.
func (r *EventReader) Next() (Event, error) {
	name, hasData := "", false
	r.data = r.data[:0]
	for r.lines.Scan() {
		line := r.lines.Bytes()
		if !r.begun {
			r.begun = true
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(line) == 0 {
			if !hasData {
				name = ""
				continue
			}
			if name == "" {
				name = "message"
			}
			return Event{Name: name, Data: bytes.TrimSuffix(r.data, []byte("\n"))}, nil
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) { // "" is a comment; id and retry are not part of this API
		case "event":
			name = string(value)
		case "data":
			hasData = true
			r.data = append(append(r.data, value...), '\n')
		}
		if len(r.data) > maxEventLine {
			return Event{}, fmt.Errorf("event is larger than %d bytes", maxEventLine)
		}
	}
	if err := r.lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("line of the event stream is longer than %d bytes", maxEventLine)
		}
		return Event{}, err
	}
	return Event{}, io.EOF
}

// splitEventLine splits at \r\n, \n or a lone \r.
func splitEventLine(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0 && atEOF && len(data) > 0:
		return len(data), data, nil
	case i < 0:
		return 0, nil, nil
	case data[i] == '\n':
		return i + 1, data[:i], nil
	case i+1 < len(data) && data[i+1] == '\n':
		return i + 2, data[:i], nil
	case i+1 == len(data) && !atEOF:
		return 0, nil, nil // a \n may follow
	default:
		return i + 1, data[:i], nil
	}
}
