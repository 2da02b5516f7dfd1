package transport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxEvent bounds a line of an event stream and the data of an event, in bytes.
// Events of this API have a few hundred.
const maxEvent = 1 << 20

// Event is one server-sent event.
type Event struct {
	Name string // "message" if the server gave none
	Data []byte // lines joined by \n; valid until the next call
}

// EventReader reads server-sent events (WHATWG HTML, section 9.2). It is not
// safe for concurrent use.
type EventReader struct {
	lines   *bufio.Scanner
	data    []byte // of the event that is being read; reused
	begun   bool   // a line has been read
	afterCR bool   // the last line ended in \r; a \n that follows belongs to it
}

// NewEventReader reads events from r.
func NewEventReader(r io.Reader) *EventReader {
	e := &EventReader{lines: bufio.NewScanner(r)}
	e.lines.Buffer(make([]byte, 0, 4096), maxEvent)
	e.lines.Split(e.splitLine)
	return e
}

// Next returns the next event as soon as its last line has arrived, passing over
// comments, and [io.EOF] after the last. An event that the stream breaks off
// within is dropped, as the format demands. Lines and events are limited to
// 1 MiB.
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
		if len(r.data) > maxEvent {
			return Event{}, fmt.Errorf("event is larger than %d bytes", maxEvent)
		}
	}
	if err := r.lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("line of the event stream is longer than %d bytes", maxEvent)
		}
		return Event{}, err
	}
	return Event{}, io.EOF
}

// splitLine splits at \r\n, \n or a lone \r. A \r ends its line at once: waiting
// for the \n that may follow would hold an event back until the next one.
func (r *EventReader) splitLine(data []byte, atEOF bool) (advance int, token []byte, err error) {
	skip := 0
	if r.afterCR && len(data) > 0 {
		r.afterCR = false
		if data[0] == '\n' {
			skip = 1
		}
	}
	rest := data[skip:]
	switch i := bytes.IndexAny(rest, "\r\n"); {
	case i >= 0:
		r.afterCR = rest[i] == '\r'
		return skip + i + 1, rest[:i], nil
	case atEOF && len(rest) > 0:
		return len(data), rest, nil
	default:
		return skip, nil, nil
	}
}
