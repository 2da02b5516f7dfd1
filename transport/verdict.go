package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// A verdict is what the end of an attempt means. The zero verdict is an answer
// that reports success.
type verdict struct {
	kind       Kind // 0 for success
	status     int  // of the answer, 0 if none came
	err        *Error
	retryAfter time.Duration
	outcome    Outcome // 0 for success
	refused    bool    // the server says that it did not begin: admission control
	sick       bool    // counts against the endpoint
	hopeless   bool    // another attempt can end no other way
}

// fail judges an attempt that got no answer, or only part of one.
func (a *attempt) fail(err error) {
	t := a.trip
	e := SendError(t, err)
	connected := a.sent()
	switch {
	case t.Err() != nil:
		a.outcome = OutcomeUnknown
		if connected && errors.Is(t.Err(), context.DeadlineExceeded) {
			a.outcome = OutcomeSlow // the caller did wait; a cancel says nothing
		}
	case a.expired.Load():
		what := "no answer"
		if !connected {
			what = "no connection"
		} else if a.status != 0 {
			what = "no complete answer"
		}
		e = Errorf(KindTimeout, "%s within %v", what, a.limit)
		a.outcome = OutcomeSlow
	case connected && e.Kind == KindTimeout:
		a.outcome = OutcomeSlow
	default:
		a.outcome = OutcomeDead
		a.sick = true
		a.hopeless = tlsAdvice(err) != ""
	}
	if a.status != 0 && e.Kind == KindUnavailable {
		e.Err = fmt.Errorf("the answer broke off: %w", e.Err)
	}
	a.kind, a.err, a.status = e.Kind, e, 0
}

// broke explains what ended a body that is handed up as it comes.
func (a *attempt) broke(err error) error {
	if a.trip.Err() == nil && a.expired.Load() {
		e := Errorf(KindTimeout, "nothing came for %v", a.limit)
		e.Err = err
		return a.trip.annotate(e)
	}
	return err
}

// judge reads the meaning of a refusal from its status and the beginning of its
// body.
func (a *attempt) judge(resp *http.Response, body []byte) {
	t := a.trip
	f := readFault(contentType(resp), body)
	a.kind = classifyStatus(resp.StatusCode, f)
	a.outcome = OutcomeAnswered
	a.retryAfter = f.retryAfter
	if a.retryAfter == 0 {
		a.retryAfter = parseRetryAfter(resp.Header.Get("Retry-After"))
	}
	switch resp.StatusCode {
	case http.StatusServiceUnavailable:
		a.refused = isAdmission(body)
		if !a.refused {
			a.outcome, a.sick = OutcomeDead, true
		}
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		a.outcome, a.sick = OutcomeDead, true
	case http.StatusInternalServerError:
		a.sick = a.kind == KindServer && strings.HasPrefix(contentType(resp), "text/plain")
	case http.StatusTooManyRequests:
		a.refused = a.kind == KindThrottled
	case http.StatusNotFound:
		if a.kind == KindNotFound && strings.Contains(t.op.Path, "{graph_id}") {
			a.outcome = OutcomeMisplaced
		}
	case http.StatusForbidden:
		if t.Write && strings.Contains(strings.ToLower(f.text), "read-only") {
			a.outcome = OutcomeMisplaced
		}
	}
}

// isAdmission tells whether a 503 is that of the server's admission control,
// which speaks before anything is run.
func isAdmission(body []byte) bool {
	var refusal struct {
		Detail struct {
			Decision string `json:"decision"`
		} `json:"detail"`
	}
	return json.Unmarshal(body, &refusal) == nil && strings.HasPrefix(refusal.Detail.Decision, "reject")
}

// discard closes what is left of an answer that nobody will see.
func discard(resp *http.Response) {
	if resp != nil {
		_, _ = io.CopyN(io.Discard, resp.Body, 4<<10)
		_ = resp.Body.Close()
	}
}
