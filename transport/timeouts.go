package transport

import "time"

// Timeouts are the limits of one operation's attempts. The whole call has no
// limit but that of its context: attempts x Attempt and the waits between them
// bound it.
type Timeouts struct {
	// Attempt bounds an attempt from its start to the end of its answer, or to
	// the head of the answer if Silence bounds the rest; 0 for no bound.
	Attempt time.Duration
	// Silence bounds how long the body of an answer may bring nothing; 0: Attempt
	// bounds the body.
	Silence time.Duration
}

const (
	// engineLimit is how long the engine of a server works on a statement at
	// most. A stream has nothing to say until then.
	engineLimit = 120 * time.Second
	// longWork bounds operations that move files within the request.
	longWork = 300 * time.Second
)

// defaultTimeouts is the table of docs/timeouts.md: what an operation gets if an
// attempt has this time in general.
func defaultTimeouts(op Operation, attempt time.Duration) Timeouts {
	if attempt == 0 {
		return Timeouts{}
	}
	switch op.ID {
	case "monitorTask":
		// The server sends its head late or never while it loads data, and
		// nobody knows how long that takes. The caller's context decides.
		return Timeouts{}
	case "ingestFiles", "restoreDatabase":
		return Timeouts{Attempt: max(attempt, longWork)}
	case "downloadBackup":
		return Timeouts{Attempt: max(attempt, longWork), Silence: max(attempt, engineLimit)}
	default:
		return Timeouts{Attempt: attempt}
	}
}
