package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxErrorBody bounds what is read of an error body. A 422 may echo a request
// of 100 kB once a fault, and is understood only as a whole.
const maxErrorBody = 1 << 20

// ResponseError classifies a response that is not a success, whatever its body:
// detail as text, array or object, plain text, a load balancer's HTML, nothing.
// It reads at most 1 MiB of the body and closes it. What the server echoes of
// the request, and the key in any case, stay out of the error.
func ResponseError(resp *http.Response) *Error {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	fault := readFault(resp.Header.Get("Content-Type"), body)
	e := Errorf(classifyStatus(resp.StatusCode, fault), "%s", redact(fault.text, resp.Request))
	if resp.Request != nil {
		if t := tripOf(resp.Request.Context()); t != nil {
			e.Message = redactKey(e.Message, t.key)
			e = t.annotate(e)
		}
	}
	e.Status = resp.StatusCode
	e.RetryAfter = fault.retryAfter
	if e.RetryAfter == 0 {
		e.RetryAfter = parseRetryAfter(resp.Header.Get("Retry-After"))
	}
	if e.Message == "" {
		e.Message = http.StatusText(e.Status)
	}
	if e.Status >= 300 && e.Status < 400 {
		e.Message = "a redirect" + target(resp) + ", and redirects are not followed"
	}
	if err != nil {
		e.Err = fmt.Errorf("reading the error body: %w", err)
	}
	return e
}

// fault is what an error body says.
type fault struct {
	text       string
	detail     bool // text is the detail of an API server, not of something before it
	retryAfter time.Duration
}

func readFault(contentType string, body []byte) fault {
	media, _, _ := mime.ParseMediaType(contentType)
	text := strings.TrimSpace(string(body))
	if media == "text/html" || strings.HasPrefix(text, "<") {
		return fault{text: "an HTML page came instead of an answer, as from a load balancer or proxy"}
	}
	if !json.Valid(body) {
		if media == "application/json" || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
			return fault{} // half an object could show what whole ones hide: echoed input
		}
		return fault{text: text}
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // an offset is an integer
	var value any
	_ = dec.Decode(&value) // it is valid
	object, ok := value.(map[string]any)
	if !ok {
		return fault{text: words(value)}
	}
	if detail := words(object["detail"]); detail != "" {
		f := fault{text: detail, detail: true}
		if refusal, ok := object["detail"].(map[string]any); ok {
			if number, ok := refusal["retry_after"].(json.Number); ok {
				f.retryAfter = parseRetryAfter(number.String())
			}
		}
		return f
	}
	return fault{text: words(object["error"])} // GET /health
}

// words puts a detail of any JSON type into words: a text, the refusal of a
// busy server, or the faults of a request. The input that comes with a fault is
// left out: it may be long, and it may be secret.
func words(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		var parts []string
		for _, item := range v {
			if part := words(item); part != "" {
				parts = append(parts, part)
			}
		}
		return strings.Join(parts, "; ")
	case map[string]any:
		var parts []string
		if loc, ok := v["loc"].([]any); ok {
			steps := make([]string, len(loc))
			for i, step := range loc {
				steps[i] = fmt.Sprint(step)
			}
			parts = append(parts, strings.Join(steps, "."))
		}
		for _, name := range []string{"error", "reason", "message", "msg"} {
			if part, _ := v[name].(string); part != "" {
				parts = append(parts, part)
			}
		}
		return strings.Join(parts, ": ")
	}
	return ""
}

// redact cuts the credentials of a request from what was answered to it.
func redact(text string, req *http.Request) string {
	if req == nil {
		return text
	}
	_, token, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	for _, secret := range []string{req.Header.Get("X-Kuzu-API-Key"), token} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}

// target says where a redirect leads, without what a URL could hide.
func target(resp *http.Response) string {
	u, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return ""
	}
	return " to " + (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
}

// maxRetryAfter bounds what a server can ask for; more is a mistake.
const maxRetryAfter = 24 * time.Hour

// parseRetryAfter reads seconds or a date, and returns 0 for anything else.
func parseRetryAfter(value string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
		wait = time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
	} else if at, err := http.ParseTime(value); err == nil {
		wait = time.Until(at)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// Details of the server that carry a meaning which the status hides.
const (
	detailNoRoute = "Not Found" // a path that the server does not have
	detailLockout = "Too many failed authentication attempts"
)

func classifyStatus(status int, f fault) Kind {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusInternalServerError:
		if kind := classifyText(f.text); kind != 0 {
			return kind
		}
	}
	switch status {
	case http.StatusUnauthorized:
		return KindUnauthorized
	case http.StatusForbidden:
		return KindForbidden
	case http.StatusNotFound:
		// Only a detail can tell that a graph or task is missing. Without one
		// it is the path that is not there, or a proxy that answers.
		if !f.detail || f.text == detailNoRoute {
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
		if f.text == detailLockout {
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
