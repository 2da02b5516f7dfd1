package transport

import (
	"fmt"
	"strings"
	"time"
)

// Attempt is one attempt of a call, as an [Error] remembers it.
type Attempt struct {
	Endpoint string        // scheme://host:port
	Kind     Kind          // how it ended; 0 for success
	Status   int           // HTTP status, 0 if no answer came
	Wait     time.Duration // before it
	Connect  time.Duration // until it had a connection; 0 if it got none
	Took     time.Duration // connection included
	Sent     bool          // something may have reached the server
}

// String is such as "http://10.0.1.100:8001 unavailable (503) in 3ms".
func (a Attempt) String() string {
	var b strings.Builder
	if a.Wait > 0 {
		fmt.Fprintf(&b, "%v later ", a.Wait.Round(time.Millisecond))
	}
	b.WriteString(a.Endpoint)
	if a.Kind != 0 {
		b.WriteString(" " + a.Kind.String())
	}
	if a.Status != 0 {
		fmt.Fprintf(&b, " (%d)", a.Status)
	}
	fmt.Fprintf(&b, " in %v", round(a.Took))
	if a.Connect >= 10*time.Millisecond {
		fmt.Fprintf(&b, ", connected after %v", round(a.Connect))
	}
	return b.String()
}

// Spent says where the time of a call went, beside its attempts.
type Spent struct {
	Queue     time.Duration // waiting for a turn: client-side rate and bulkhead
	Discovery time.Duration // asking where the server is
	Backoff   time.Duration // waiting between attempts
	Total     time.Duration // from the call's start to its end, attempts included
}

// String names what took time.
func (s Spent) String() string {
	var parts []string
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"queueing", s.Queue}, {"discovery", s.Discovery}, {"backoff", s.Backoff}, {"in all", s.Total}} {
		if part.took >= time.Millisecond {
			parts = append(parts, part.name+" "+round(part.took).String())
		}
	}
	return strings.Join(parts, ", ")
}

func round(d time.Duration) time.Duration {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(100 * time.Microsecond)
	default:
		return d.Round(time.Microsecond)
	}
}

// annotate adds to an error what the trip knows about it.
func (t *trip) annotate(e *Error) *Error {
	if e.Operation == "" && t.Operation != otherOperation {
		e.Operation, e.Graph = t.Operation, t.Graph
	}
	if e.Endpoint == "" && t.last != nil {
		e.Endpoint = t.last.server.name
	}
	e.RequestID = t.id
	e.Stopped = t.end
	e.Attempts = t.historyOf()
	e.Spent = t.spent
	e.Spent.Total = time.Since(t.started)
	return e
}

func (t *trip) historyOf() []Attempt {
	if len(t.attempts) == 0 {
		return nil
	}
	list := make([]Attempt, len(t.attempts))
	for i, a := range t.attempts {
		connect := time.Duration(a.conn.Load())
		list[i] = Attempt{
			Endpoint: a.server.name, Kind: a.kind, Status: a.status, Wait: a.wait,
			Connect: connect, Took: a.took, Sent: a.sent(),
		}
	}
	return list
}

// writeHistory says what was tried, and where the time went if it ran out.
func (e *Error) writeHistory(b *strings.Builder) {
	if len(e.Attempts) > 1 {
		fmt.Fprintf(b, "; %d attempts", len(e.Attempts))
	}
	if e.Stopped != "" {
		b.WriteString("; " + e.Stopped)
	}
	if e.Kind == KindTimeout && len(e.Attempts) > 0 {
		b.WriteString("; time went by in")
		for i, a := range e.Attempts {
			fmt.Fprintf(b, " [%d] %v", i+1, a)
		}
		if spent := e.Spent.String(); spent != "" {
			b.WriteString("; " + spent)
		}
	}
	if e.RequestID != "" {
		b.WriteString("; request " + e.RequestID)
	}
}
