package mockserver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// FaultKind names what a [Fault] does.
type FaultKind string

// The kinds of faults, and the fields of [Fault] that each of them reads.
const (
	// FaultLatency waits before the request is carried out: for Delay, or for a
	// time evenly distributed between Min and Max, or normally around Mean with
	// Deviation, never less than 0.
	FaultLatency FaultKind = "latency"
	// FaultStatus answers with Status and a reason. The request is not carried
	// out unless Carry is set.
	FaultStatus FaultKind = "status"
	// FaultResetBeforeHeaders resets the connection without an answer. The
	// request is not carried out unless Carry is set.
	FaultResetBeforeHeaders FaultKind = "reset_before_headers"
	// FaultResetInBody resets the connection after AfterBytes or AfterLines of
	// the body, at the latest before the body is complete.
	FaultResetInBody FaultKind = "reset_in_body"
	// FaultTruncatedLine ends the body, as if it were whole, in the middle of the
	// line after AfterLines. A body with no more lines stays whole.
	FaultTruncatedLine FaultKind = "truncated_line"
	// FaultDribble sends the body in pieces of Bytes, and waits for Interval
	// before each but the first.
	FaultDribble FaultKind = "dribble"
	// FaultHeldOpenBody sends AfterBytes or AfterLines of the body, or all of it
	// if it is shorter, and then neither goes on nor ends, until the client goes
	// or the server is closed.
	FaultHeldOpenBody FaultKind = "held_open_body"
	// FaultContentType says that the body is of type ContentType, whatever it is.
	FaultContentType FaultKind = "content_type"
)

// Fault is something that goes wrong with an answer, be it the engine's own or a
// scripted one. Resets need a connection of HTTP/1.1 over TCP; on a writer
// that cannot give its connection away they answer 500 with the reason, and on a
// connection that is no TCP they close it.
type Fault struct {
	Kind FaultKind `json:"kind"` // what it does, and which fields it reads

	Delay     Duration `json:"delay,omitempty"`     // of a FaultLatency
	Min       Duration `json:"min,omitempty"`       // of an evenly distributed FaultLatency
	Max       Duration `json:"max,omitempty"`       // goes with Min
	Mean      Duration `json:"mean,omitempty"`      // of a normally distributed FaultLatency
	Deviation Duration `json:"deviation,omitempty"` // goes with Mean

	Status int `json:"status,omitempty"` // 200 to 599
	// Carry lets the request be carried out, so that only its answer is lost.
	Carry bool `json:"carry,omitempty"`

	// AfterBytes and AfterLines exclude each other; without both it is right
	// after the headers.
	AfterBytes int `json:"after_bytes,omitempty"`
	AfterLines int `json:"after_lines,omitempty"` // see AfterBytes

	Bytes    int      `json:"bytes,omitempty"`    // in a piece of a FaultDribble
	Interval Duration `json:"interval,omitempty"` // before each piece but the first

	ContentType string `json:"content_type,omitempty"` // what a FaultContentType says
}

// faultFields are the fields that a kind reads: those that it must have, those
// of which it must have exactly one, and those that it may have.
var faultFields = map[FaultKind]struct{ must, oneOf, may []string }{
	FaultLatency:            {oneOf: []string{"delay", "max", "mean"}, may: []string{"min", "deviation"}},
	FaultStatus:             {must: []string{"status"}, may: []string{"carry"}},
	FaultResetBeforeHeaders: {may: []string{"carry"}},
	FaultResetInBody:        {may: []string{"after_bytes", "after_lines"}},
	FaultTruncatedLine:      {may: []string{"after_lines"}},
	FaultDribble:            {must: []string{"bytes", "interval"}},
	FaultHeldOpenBody:       {may: []string{"after_bytes", "after_lines"}},
	FaultContentType:        {must: []string{"content_type"}},
}

// FaultKinds lists the kinds of faults that there are.
func FaultKinds() []FaultKind { return slices.Sorted(maps.Keys(faultFields)) }

// terminal reports whether nobody sees what other faults and answers would do.
func (f *Fault) terminal() bool {
	return f.Kind == FaultStatus || f.Kind == FaultResetBeforeHeaders
}

// strike puts the rule's fault around an answer.
func (r *rule) strike(s *Server, next http.HandlerFunc) http.HandlerFunc {
	f := r.Fault
	switch f.Kind {
	case FaultLatency:
		return func(w http.ResponseWriter, req *http.Request) {
			if !s.pause(req, r.latency()) {
				panic(http.ErrAbortHandler) // nobody waits for the answer any more
			}
			next(w, req)
		}
	case FaultStatus:
		return func(w http.ResponseWriter, req *http.Request) {
			f.carry(next, req)
			writeDetail(w, f.Status, fmt.Sprintf("Fault of the mock server: rule %s answers %d", r.Name, f.Status))
		}
	case FaultResetBeforeHeaders:
		return r.onConnection(s, func(w http.ResponseWriter, req *http.Request) {
			f.carry(next, req)
			reset(w)
		})
	case FaultResetInBody:
		return r.onConnection(s, func(w http.ResponseWriter, req *http.Request) {
			cut := newCut(w, f, func() {
				_ = flush(http.NewResponseController(w))
				reset(w)
			})
			next(cut, req)
			cut.finish()
		})
	case FaultTruncatedLine:
		return func(w http.ResponseWriter, req *http.Request) {
			next(&truncatedLine{faultWriter: faultWriter{ResponseWriter: w, anyLength: true}, left: f.AfterLines}, req)
		}
	case FaultDribble:
		return func(w http.ResponseWriter, req *http.Request) {
			next(&dribble{faultWriter: faultWriter{ResponseWriter: w}, server: s, request: req, fault: f}, req)
		}
	case FaultHeldOpenBody:
		return func(w http.ResponseWriter, req *http.Request) {
			cut := newCut(w, f, func() { s.hold(w, req) })
			next(cut, req)
			cut.finish()
		}
	default: // FaultContentType: rules have been checked
		return func(w http.ResponseWriter, req *http.Request) {
			next(&faultWriter{ResponseWriter: w, contentType: f.ContentType}, req)
		}
	}
}

// carry lets the request be carried out if the fault says so, unseen.
func (f *Fault) carry(next http.HandlerFunc, req *http.Request) {
	if f.Carry {
		next(&unseen{header: make(http.Header)}, req)
	}
}

// latency is how long the request waits.
func (r *rule) latency() time.Duration {
	f := r.Fault
	switch {
	case f.Max != 0:
		return time.Duration(r.draw(func(random *rand.Rand) float64 {
			return float64(f.Min) + random.Float64()*float64(f.Max-f.Min)
		}))
	case f.Mean != 0:
		return time.Duration(max(0, r.draw(func(random *rand.Rand) float64 {
			return float64(f.Mean) + random.NormFloat64()*float64(f.Deviation)
		})))
	default:
		return time.Duration(f.Delay)
	}
}
