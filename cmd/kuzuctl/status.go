package main

import (
	"fmt"
	"io"
	"time"
)

// status is a line on a terminal that is written over and over. On anything else
// it shows nothing.
type statusLine struct {
	w     io.Writer // nil: nowhere
	shown time.Time
}

// statusPause is how often the line changes at most.
const statusPause = 100 * time.Millisecond

func (a *app) status() *statusLine {
	if !a.progress {
		return &statusLine{}
	}
	return &statusLine{w: a.stderr}
}

func (s *statusLine) show(text string) {
	if s.w == nil || time.Since(s.shown) < statusPause {
		return
	}
	s.shown = time.Now()
	fmt.Fprintf(s.w, "\r\x1b[K%s", text)
}

func (s *statusLine) clear() {
	if s.w != nil && !s.shown.IsZero() {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.shown = time.Time{}
	}
}
