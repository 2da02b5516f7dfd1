package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ErrUnstreamable is in the error of a stream that came without a line although
// its graph exists: the server could not put the first thousand rows into JSON.
var ErrUnstreamable = errors.New("the server cannot stream values of the types DATE, TIMESTAMP, INTERVAL, UUID, DECIMAL, INT128 and BLOB, " +
	"also within nodes, lists and structs; return them as text, as in CAST(n.born AS STRING), or as single properties, or run the statement without streaming")

// askAboutNothing finds out why a stream came without a line. A server that does
// not have the graph says nothing else, so it is asked for it.
func (s *StreamBody) askAboutNothing(ctx context.Context) error {
	if s.way != nil {
		s.way.release() // the question may take the same connection
	}
	path, ok := strings.CutSuffix(s.req.URL.Path, "/query")
	if !ok {
		return s.fail(KindProtocol, "the stream is empty")
	}
	url := *s.req.URL
	url.Path, url.RawPath, url.RawQuery = path, "", ""
	aside := WithCall(ctx, Call{Operation: "getDatabase", Graph: s.graph(), Idempotent: true})
	question, err := http.NewRequestWithContext(aside, http.MethodGet, url.String(), nil)
	if err != nil {
		return s.fail(KindProtocol, "the stream is empty")
	}
	for _, name := range []string{"X-Kuzu-Api-Key", "Authorization"} {
		if value := s.req.Header.Values(name); len(value) > 0 {
			question.Header[name] = value
		}
	}
	resp, err := s.layer.ask.RoundTrip(question)
	if err != nil {
		e := s.place(SendError(ctx, fmt.Errorf("the stream is empty, and asking whether the graph exists failed: %w", err)))
		if e.Kind == KindUnavailable {
			e.Kind = KindTruncated
		}
		return e
	}
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // so that the connection can be used again
		_ = resp.Body.Close()
		if by := resp.Request; by != nil && by.URL != nil && by.URL.Host != s.url.Host {
			return s.fail(KindTruncated, "the stream is empty, for the graph is at %s by now; ask again", by.URL.Host)
		}
		e := s.fail(KindUnsupported, "the stream is empty, and the graph exists")
		e.Err = ErrUnstreamable
		return e
	}
	refusal := ResponseError(resp)
	if refusal.Kind == KindNotFound {
		return s.place(refusal)
	}
	e := s.fail(KindProtocol, "the stream is empty, and asking whether the graph exists failed")
	e.Err = refusal
	return e
}
