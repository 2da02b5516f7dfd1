package mockserver

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

// A Reporter learns of answers of the server that break the API document. A
// [testing.TB] is one; its methods may be called from any goroutine.
type Reporter interface {
	Helper()                           // as of testing.TB
	Errorf(format string, args ...any) // as of testing.TB; it may be called from any goroutine
}

// response is what handlers write to. Before anything of an answer leaves, it is
// held against the API document: its status and media type, a JSON body as a
// whole, a stream piece by piece. An answer that breaks the document becomes a
// 500 that says why; one that has begun loses its connection.
//
// Quirks that bend the document bend the check as far, and no further:
// [QuirkNaNTokens] lets the bare tokens stand in the rows of streams,
// [QuirkSilentFailure] lets a stream end anywhere between lines, and
// [QuirkNoLastChunk] behind any line. All other quirks stay within the document.
type response struct {
	http.ResponseWriter
	server  *Server
	request *http.Request

	entry     *entry // in the record of requests; nil without one
	unchecked bool   // nothing is held back or looked at any more
	begun     bool   // the header has left
	broken    bool   // the document, by the handler: the answer is not its any more
	gone      bool   // the client, as far as writing to it shows
	status    int    // 0 until the handler has chosen it
	media     string
	shape     *shape // nil if there must be no body
	held      []byte // of a JSON body that comes in several writes
	pieces    pieces
}

var errUndocumented = errors.New("the answer is not as documented")

// unchecked says that an answer may be anything, as scripted ones and faults
// are. Call it before the answer is written.
func unchecked(w http.ResponseWriter) {
	for {
		switch inner := w.(type) {
		case *response:
			inner.unchecked = true
			return
		case interface{ Unwrap() http.ResponseWriter }:
			w = inner.Unwrap()
		default:
			return
		}
	}
}

// WriteHeader implements [http.ResponseWriter]. The header leaves with the first
// of the body that is known to be right.
func (w *response) WriteHeader(status int) {
	switch {
	case w.broken:
	case w.unchecked, w.begun, status < http.StatusOK:
		w.send(status)
	case w.status == 0:
		w.status = status
		var err error
		if w.media, w.shape, err = w.server.routes.answerRules(w.request).find(status, w.Header()); err != nil {
			w.fail(err)
			return
		}
		w.pieces.media, w.pieces.shape = w.media, w.shape
	}
}

// send lets the header go.
func (w *response) send(status int) {
	if status >= http.StatusOK {
		w.begin(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// begin notes that the header leaves.
func (w *response) begin(status int) {
	if !w.begun && w.entry != nil {
		w.entry.change(func(rec *RecordedRequest) { rec.Status = status })
	}
	w.begun = true
}

// Write implements [http.ResponseWriter].
func (w *response) Write(body []byte) (int, error) {
	if w.status == 0 && !w.unchecked {
		w.WriteHeader(http.StatusOK)
	}
	if w.broken {
		return 0, errUndocumented
	}
	out := body
	if !w.unchecked {
		var err error
		if out, err = w.checked(body); err != nil {
			w.fail(err)
			return 0, errUndocumented
		}
	}
	if len(out) > 0 {
		if err := w.pass(out); err != nil {
			return 0, err
		}
	}
	return len(body), nil
}

// pass lets a part of the body go, and the header before it.
func (w *response) pass(out []byte) error {
	if !w.begun && w.status != 0 {
		w.send(w.status)
	}
	w.begin(http.StatusOK)
	_, err := w.ResponseWriter.Write(out)
	w.gone = w.gone || err != nil
	return err
}

// checked returns what of a body may leave after this part of it.
func (w *response) checked(body []byte) ([]byte, error) {
	switch {
	case w.shape == nil:
		return nil, fmt.Errorf("the document has no body for %d", w.status)
	case w.media == mediaNDJSON || w.media == mediaEvents:
		return w.pieces.take(body, w.server.quirks.Has(QuirkNaNTokens))
	case w.media != mediaJSON:
		return body, nil // text or a file: its schema is any string
	case len(w.held) == 0 && w.Header().Get("Content-Length") == strconv.Itoa(len(body)):
		return body, w.checkJSON(body)
	}
	w.held = append(w.held, body...)
	return nil, nil
}

func (w *response) checkJSON(body []byte) error {
	s := scanner{text: body}
	if err := s.check(w.shape); err != nil {
		return fmt.Errorf("the body %w", err)
	}
	return nil
}

// FlushError lets [http.ResponseController] send what has been let go. A JSON
// body is let go as a whole only.
func (w *response) FlushError() error {
	switch {
	case w.broken:
		return errUndocumented
	case w.unchecked, w.begun:
	case w.status == 0 || w.media == mediaJSON:
		return nil
	default:
		w.send(w.status)
	}
	w.begin(http.StatusOK)
	err := http.NewResponseController(w.ResponseWriter).Flush()
	w.gone = w.gone || err != nil && !errors.Is(err, http.ErrNotSupported)
	return err
}

// Hijack gives up the connection, and with it the check: quirks and faults that
// take it do so to break what HTTP promises.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.unchecked, w.begun = true, true
	}
	return conn, buffered, err
}

// Unwrap lets [http.ResponseController] reach what the server gave.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// finish checks that an answer may end here, and sends what was held back of it.
func (w *response) finish() {
	if !w.unchecked && !w.broken {
		if w.status == 0 {
			w.WriteHeader(http.StatusOK)
		}
		if err := w.whole(); err != nil {
			w.fail(err)
		}
	}
	if w.broken && w.gone { // fail has cut it off
		panic(http.ErrAbortHandler)
	}
}

func (w *response) whole() error {
	switch {
	case w.broken || w.left():
		return nil // nobody is there to be misled
	case w.media == mediaNDJSON || w.media == mediaEvents:
		if err := w.pieces.end(w.server.quirks.load()); err != nil {
			return err
		}
	case w.media == mediaJSON && !w.begun:
		if err := w.checkJSON(w.held); err != nil {
			return err
		}
		return w.pass(w.held)
	}
	if !w.begun {
		w.send(w.status)
	}
	return nil
}

// left reports whether the client has gone.
func (w *response) left() bool { return w.gone || w.request.Context().Err() != nil }

// fail reports an answer that breaks the document, and ends it.
func (w *response) fail(err error) {
	w.broken = true
	s, r := w.server, w.request
	const report = "mockserver: an answer is not as documented: %s %s, status %d: %v"
	if s.reporter != nil {
		s.reporter.Helper()
		s.reporter.Errorf(report, r.Method, r.URL.Path, w.status, err)
	}
	s.log.Error("answer not as documented", "method", r.Method, "path", r.URL.Path, "status", w.status, "fault", err)
	if w.begun {
		w.gone = true // finish cuts the connection
		return
	}
	w.discard()
	writeDetail(&response{ResponseWriter: w.ResponseWriter, entry: w.entry, unchecked: true}, http.StatusInternalServerError,
		fmt.Sprintf(report, r.Method, r.URL.Path, w.status, err))
}

// discard takes back what has not left: the answer can be another one.
func (w *response) discard() {
	w.held, w.pieces = nil, pieces{}
	for name := range w.Header() {
		if name != "Server" {
			w.Header().Del(name)
		}
	}
}
