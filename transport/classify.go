package transport

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	maxErrorBody    = 64 << 10 // a 422 may echo a 10 kB statement several times
	maxErrorMessage = 4 << 10
)

// ResponseError classifies a response that is not a success, whatever its body:
// detail as text, array or object, plain text, a load balancer's HTML, nothing.
// It reads at most 64 KiB of the body and closes it.
func ResponseError(resp *http.Response) *Error {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	e := &Error{Status: resp.StatusCode}
	if err != nil {
		e.Err = fmt.Errorf("reading the error body: %w", err)
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	e.describe(resp.Header.Get("Content-Type"), body)
	e.Kind = classifyStatus(e.Status, e.Message)
	return e
}

// describe fills Message and RetryAfter from an error body.
func (e *Error) describe(contentType string, body []byte) {
	media, _, _ := mime.ParseMediaType(contentType)
	var object struct {
		Detail json.RawMessage `json:"detail"`
		Error  string          `json:"error"` // GET /health
	}
	text := strings.TrimSpace(string(body))
	switch {
	case media == "text/html" || strings.HasPrefix(text, "<"):
		e.Message = "an HTML page came instead of an answer, as from a load balancer or proxy"
	case json.Unmarshal(body, &object) != nil:
		e.Message = clip(text)
	case object.Detail != nil:
		e.Message = clip(e.detail(object.Detail))
	case object.Error != "":
		e.Message = clip(object.Error)
	}
	if e.Message == "" {
		e.Message = http.StatusText(e.Status)
	}
}

// detail puts a detail of any JSON type into words. Echoed input is left out:
// it may be long, and it may be secret.
func (e *Error) detail(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var refusal struct {
		Error      string  `json:"error"`
		Reason     string  `json:"reason"`
		RetryAfter float64 `json:"retry_after"`
	}
	if json.Unmarshal(raw, &refusal) == nil && refusal.Error != "" {
		if refusal.RetryAfter > 0 && refusal.RetryAfter < 1e9 {
			e.RetryAfter = time.Duration(refusal.RetryAfter * float64(time.Second))
		}
		if refusal.Reason == "" {
			return refusal.Error
		}
		return refusal.Error + ": " + refusal.Reason
	}
	var issues []struct {
		Loc []any  `json:"loc"`
		Msg string `json:"msg"`
	}
	if json.Unmarshal(raw, &issues) == nil && len(issues) > 0 {
		parts := make([]string, len(issues))
		for i, issue := range issues {
			loc := make([]string, len(issue.Loc))
			for j, step := range issue.Loc {
				loc[j] = fmt.Sprint(step)
			}
			parts[i] = strings.Join(loc, ".") + ": " + issue.Msg
		}
		return strings.Join(parts, "; ")
	}
	return string(raw)
}

// engineTexts are pieces of messages that mean the statement itself is wrong,
// whatever the status they come with.
var engineTexts = []string{"Parser exception", "Binder exception", "Catalog exception"}

// Texts of the server that carry a meaning which the status hides.
const (
	textNotMounted = "Not Found" // a path that the server does not have
	textLockout    = "Too many failed authentication attempts"
	textExecution  = "Query execution error: "
	textTimeout    = "Unexpected error: 408"
	textParameter  = "Parameter " // "Parameter x not found."
	textInterrupt  = "Interrupted."
)

func classifyStatus(status int, message string) Kind {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusInternalServerError:
		if kind := ClassifyStatement(message); kind != 0 {
			return kind
		}
	}
	switch status {
	case http.StatusUnauthorized:
		return KindUnauthorized
	case http.StatusForbidden:
		return KindForbidden
	case http.StatusNotFound:
		if message == textNotMounted {
			return KindUnsupported
		}
		return KindNotFound
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return KindUnsupported
	case http.StatusRequestTimeout:
		return KindTimeout
	case http.StatusConflict:
		return KindConflict
	case http.StatusRequestEntityTooLarge:
		return KindTooLarge
	case http.StatusTooManyRequests:
		if message == textLockout {
			return KindLockedOut
		}
		return KindThrottled
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return KindUnavailable
	case http.StatusInsufficientStorage:
		return KindCapacity
	}
	switch {
	case status >= 500:
		return KindServer
	case status >= 400:
		return KindInvalidRequest
	default:
		return KindProtocol // an informational answer or a redirect: neither is part of the API
	}
}

// ClassifyStatement tells what a message that comes from running a statement
// means, be it in an error body, in a stream or in a task's record. It returns
// 0 if the text does not tell.
func ClassifyStatement(message string) Kind {
	for _, text := range engineTexts {
		if strings.Contains(message, text) {
			return KindSyntax
		}
	}
	cause, execution := strings.CutPrefix(message, textExecution)
	switch {
	case strings.Contains(message, textTimeout), strings.HasPrefix(cause, textInterrupt):
		return KindTimeout
	case strings.HasPrefix(cause, textParameter) && strings.HasSuffix(cause, "not found."):
		return KindInvalidRequest
	case execution, strings.Contains(message, "Runtime exception"), strings.Contains(message, "Conversion exception"):
		return KindExecution
	}
	return 0
}

// clip shortens a text to what an error may carry.
func clip(s string) string {
	if len(s) <= maxErrorMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxErrorMessage], "") + " [cut]"
}
