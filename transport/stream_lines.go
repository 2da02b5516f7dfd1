package transport

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"time"
)

// firstBuffer is enough for the streams that hold a few rows; longer lines make
// it grow to twice their length at most.
const firstBuffer = 8 << 10

var (
	errLongLine = errors.New("the line is too long")
	errHalfLine = errors.New("the line has no end")
	errIdle     = errors.New("nothing came in time")
)

// lines reads the lines of a stream in place.
type lines struct {
	body  io.ReadCloser
	max   int64
	idle  time.Duration
	timer *time.Timer // that closes the body if it is silent
	late  atomic.Bool // the timer has fired

	buf        []byte
	start, end int // of what has been read and not handed out
	line       int // where the line that was handed out begins
	failed     error
}

func newLines(body io.ReadCloser, settings StreamSettings) *lines {
	return &lines{body: body, max: settings.MaxLineBytes, idle: settings.IdleTimeout}
}

// next returns the next line without its end, valid until the next call, and
// [io.EOF] after the last. A line must end to be one.
func (l *lines) next(watch bool) ([]byte, error) {
	seen := l.start
	for {
		if i := bytes.IndexByte(l.buf[seen:l.end], '\n'); i >= 0 {
			line := l.buf[l.start : seen+i]
			l.line, l.start = l.start, seen+i+1
			if int64(len(line)) > l.max {
				return nil, errLongLine
			}
			return line, nil
		}
		length := l.end - l.start
		switch {
		case int64(length) > l.max:
			return nil, errLongLine
		case l.failed != nil && errors.Is(l.failed, io.EOF) && length > 0:
			return nil, errHalfLine
		case l.failed != nil:
			return nil, l.failed
		}
		l.makeRoom()
		seen = l.end
		l.fill(watch)
	}
}

// whole returns the line that next returned, with its end.
func (l *lines) whole() []byte { return l.buf[l.line:l.start] }

// makeRoom moves what is left to the front, and makes the buffer larger if that
// leaves it more than half full.
func (l *lines) makeRoom() {
	if l.end < len(l.buf) && (l.start == 0 || l.end < len(l.buf)/2) {
		return
	}
	left := l.buf[l.start:l.end]
	if len(left) > len(l.buf)/2 || l.buf == nil {
		l.buf = make([]byte, max(firstBuffer, 2*len(l.buf)))
	}
	l.end = copy(l.buf, left)
	l.start = 0
}

// rest returns what came after the last line, without an end.
func (l *lines) rest() []byte { return l.buf[l.start:l.end] }

// fill reads once.
func (l *lines) fill(watch bool) {
	if watch = watch && l.idle > 0; watch {
		if l.timer == nil {
			l.timer = time.AfterFunc(l.idle, func() {
				l.late.Store(true)
				_ = l.body.Close() // which ends the reading
			})
		} else {
			l.timer.Reset(l.idle)
		}
	}
	for range 100 { // as bufio does with a reader that returns nothing
		n, err := l.body.Read(l.buf[l.end:])
		l.end += n
		if l.failed = err; n > 0 || err != nil {
			break
		}
		l.failed = io.ErrNoProgress
	}
	if watch {
		l.timer.Stop()
		if l.late.Load() && l.failed != nil && !errors.Is(l.failed, io.EOF) {
			l.failed = errIdle
		}
	}
}
