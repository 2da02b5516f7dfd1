package transport

import (
	"mime"
	"net/http"
	"strings"
	"time"
)

// StreamSettings are the limits of streamed results.
type StreamSettings struct {
	// MaxLineBytes bounds one line, which carries up to 1000 rows and is held in
	// memory as a whole.
	MaxLineBytes int64
	// IdleTimeout bounds the silence after the first line of a stream; 0 allows
	// any. The first line comes when the statement has run, for which only the
	// context sets a limit.
	IdleTimeout time.Duration
	// Settle is how long the connection of a stream that ended without its last
	// chunk is watched: a server that failed closes it. 0 does not watch.
	Settle time.Duration
	// Direct says that nothing stands between us and any server, so that how a
	// connection ends says something about the server. Behind a chain that
	// routes, its endpoints say so; see [Endpoint].
	Direct bool
}

// DefaultStreamSettings returns lines of 64 MiB, silence of 60 s, and 50 ms of
// watching. Nothing is taken to be direct.
func DefaultStreamSettings() StreamSettings {
	return StreamSettings{MaxLineBytes: 64 << 20, IdleTimeout: time.Minute, Settle: 50 * time.Millisecond}
}

// Streams returns a layer that guards streamed results. A successful response of
// the type application/x-ndjson gets a [StreamBody]: whoever reads it reads the
// server's lines, each when it is whole and has been checked, and an [*Error]
// instead of a clean end if the stream has failed or may not be complete. All
// other responses pass as they are.
//
// It belongs above the layers that repeat and route, whose last attempt the
// stream is, and needs the connections of [NewBase] to settle a doubtful end. A
// layer above that wants to know how a stream ended uses [StreamBody.OnEnd]
// rather than a body of its own, which would hide this one.
func Streams(next http.RoundTripper, settings StreamSettings) http.RoundTripper {
	return &streams{next: next, ask: next, settings: settings}
}

type streams struct {
	next     http.RoundTripper
	ask      http.RoundTripper // where it asks about a stream that came empty, as a call of its own
	settings StreamSettings
}

func (s *streams) RoundTrip(req *http.Request) (*http.Response, error) {
	var way *hop
	sent := req
	if s.settings.Settle > 0 && strings.Contains(req.URL.RawQuery, "streaming") {
		way = &hop{}
		sent = req.WithContext(way.trace(req.Context()))
		setDirect(sent.Context(), s.settings.Direct)
	}
	resp, err := s.next.RoundTrip(sent)
	if err == nil && isStream(resp) {
		resp.Body = newStreamBody(s, req, resp, way)
	}
	return resp, err
}

// isStream reports whether a response is a stream that nobody guards yet.
func isStream(resp *http.Response) bool {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return false
	}
	if _, guarded := resp.Body.(*StreamBody); guarded {
		return false
	}
	said := contentType(resp)
	if said == "application/json" {
		return false // nearly all answers are, and parsing would cost each of them a map
	}
	media, _, err := mime.ParseMediaType(said)
	return err == nil && media == "application/x-ndjson"
}

// place says where an error of a stream happened.
func (s *StreamBody) place(e *Error) *Error {
	e.Operation = "queryDatabase"
	e.Endpoint = s.url.Scheme + "://" + s.url.Host
	e.Graph = s.graph()
	return e
}

// graph reads the id from a path like /databases/kg1a2b3c4d5/query.
func (s *StreamBody) graph() string {
	rest, _ := strings.CutPrefix(s.url.Path, "/databases/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}
