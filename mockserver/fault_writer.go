package mockserver

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// errStruck is what a handler gets that writes after a fault has struck; it
// takes it for a client that has gone.
var errStruck = errors.New("a fault of the mock server has struck")

// faultWriter is what the writers of faults have in common: they see the
// headers before they leave.
type faultWriter struct {
	http.ResponseWriter
	anyLength   bool   // the body may end elsewhere than its length says
	contentType string // in place of the right one; "" for the right one
	headed      bool
}

func (w *faultWriter) WriteHeader(status int) {
	if w.headed {
		return
	}
	w.headed = true
	if w.anyLength {
		w.Header().Del("Content-Length")
	}
	if w.contentType != "" {
		w.Header().Set("Content-Type", w.contentType)
	}
	w.ResponseWriter.WriteHeader(status)
}

// head sends the headers if nothing has been written yet.
func (w *faultWriter) head() {
	if !w.headed {
		w.WriteHeader(http.StatusOK)
	}
}

func (w *faultWriter) Write(p []byte) (int, error) {
	w.head()
	return w.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] reach what the server gave.
func (w *faultWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// cut lets a part of the body pass and then strikes.
type cut struct {
	faultWriter
	left   int // bytes, or lines, that still pass
	lines  bool
	struck bool
	act    func()
}

func newCut(w http.ResponseWriter, f *Fault, act func()) *cut {
	return &cut{faultWriter: faultWriter{ResponseWriter: w}, left: f.AfterBytes + f.AfterLines, lines: f.AfterLines > 0, act: act}
}

// WriteHeader keeps the length of the body only if the body will not reach it.
func (w *cut) WriteHeader(status int) {
	length, err := strconv.Atoi(w.Header().Get("Content-Length"))
	w.anyLength = err != nil || w.lines || length <= w.left
	w.faultWriter.WriteHeader(status)
}

func (w *cut) Write(p []byte) (int, error) {
	if w.struck {
		return 0, errStruck
	}
	if !w.headed {
		w.WriteHeader(http.StatusOK)
	}
	n := min(w.left, len(p))
	if w.lines {
		n, w.left = upToLine(p, w.left)
	} else {
		w.left -= n
	}
	if _, err := w.ResponseWriter.Write(p[:n]); err != nil {
		return 0, err
	}
	if w.left == 0 {
		w.finish()
	}
	if n < len(p) {
		return n, errStruck
	}
	return n, nil
}

// FlushError does not touch a connection that is gone.
func (w *cut) FlushError() error {
	if w.struck {
		return errStruck
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// finish strikes if it has not yet.
func (w *cut) finish() {
	if w.struck {
		return
	}
	w.struck = true
	w.act()
}

// upToLine returns the length of the first lines of p, and how many of them are
// still to come after it.
func upToLine(p []byte, lines int) (n, left int) {
	for ; lines > 0; lines-- {
		i := bytes.IndexByte(p[n:], '\n')
		if i < 0 {
			return len(p), lines
		}
		n += i + 1
	}
	return n, 0
}

// truncatedLine lets whole lines pass and then half of the next one. What comes
// after that is lost.
type truncatedLine struct {
	faultWriter
	left   int // lines that still pass whole
	struck bool
}

func (w *truncatedLine) Write(p []byte) (int, error) {
	if w.struck {
		return len(p), nil
	}
	n, left := upToLine(p, w.left)
	w.left = left
	if rest := p[n:]; left == 0 && len(rest) > 0 {
		w.struck = true
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			end = len(rest)
		}
		n += (end + 1) / 2
	}
	if _, err := w.faultWriter.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// dribble sends the body piece by piece.
type dribble struct {
	faultWriter
	server  *Server
	request *http.Request
	fault   *Fault
	begun   bool
}

func (w *dribble) Write(p []byte) (int, error) {
	control := http.NewResponseController(w.ResponseWriter)
	for written := 0; written < len(p); {
		if w.begun && !w.server.pause(w.request, time.Duration(w.fault.Interval)) {
			panic(http.ErrAbortHandler) // what is missing must not look like the end
		}
		w.begun = true
		n, err := w.faultWriter.Write(p[written:min(len(p), written+w.fault.Bytes)])
		written += n
		if err == nil {
			err = flush(control)
		}
		if err != nil {
			return written, err
		}
	}
	return len(p), nil
}

// unseen takes an answer that nobody gets.
type unseen struct{ header http.Header }

func (w *unseen) Header() http.Header         { return w.header }
func (w *unseen) WriteHeader(int)             {}
func (w *unseen) Write(p []byte) (int, error) { return len(p), nil }
