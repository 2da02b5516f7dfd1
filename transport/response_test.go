package transport_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

const (
	asJSON = "application/json"
	asText = "text/plain; charset=utf-8"
	asHTML = "text/html"

	busy     = `{"detail":{"error":"Server temporarily unavailable","reason":"Memory usage too high: 91.2% (threshold: 85.0%)","decision":"reject_memory","retry_after":5}}`
	busyText = "Server temporarily unavailable: Memory usage too high: 91.2% (threshold: 85.0%)"
	html     = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
	htmlText = "an HTML page came instead of an answer, as from a load balancer or proxy"
)

// answers are what servers, and what stands before them, are known to answer.
var answers = []struct {
	name        string
	status      int
	contentType string
	body        string
	kind        transport.Kind
	message     string
}{
	// Generic answers (wire contract 1.2).
	{"no such route", 404, asJSON, `{"detail":"Not Found"}`, transport.KindUnsupported, "Not Found"},
	{"wrong method", 405, asJSON, `{"detail":"Method Not Allowed"}`, transport.KindUnsupported, "Method Not Allowed"},
	{"unhandled exception", 500, asText, "Internal Server Error", transport.KindServer, "Internal Server Error"},
	{"malformed HTTP", 400, asText, "Invalid HTTP request received.", transport.KindInvalidRequest, "Invalid HTTP request received."},
	{"trailing slash", 307, "", "", transport.KindProtocol, "a redirect, and redirects are not followed"},
	{"bad preflight", 400, "text/plain", "Disallowed CORS method", transport.KindInvalidRequest, "Disallowed CORS method"},

	// Request validation (1.3).
	{"one fault", 422, asJSON, `{"detail":[{"type":"missing","loc":["body","database"],"msg":"Field required","input":{"cypher":"RETURN 1"}}]}`,
		transport.KindInvalidRequest, "body.database: Field required"},
	{"two faults", 422, asJSON, `{"detail":[{"type":"string_too_long","loc":["body","cypher"],"msg":"String should have at most 10000 characters","input":"x","ctx":{"max_length":10000}},` +
		`{"type":"extra_forbidden","loc":["body","timeout"],"msg":"Extra inputs are not permitted","input":30}]}`,
		transport.KindInvalidRequest, "body.cypher: String should have at most 10000 characters; body.timeout: Extra inputs are not permitted"},
	{"offset in loc", 422, asJSON, `{"detail":[{"type":"json_invalid","loc":["body",1000000],"msg":"JSON decode error","input":{},"ctx":{"error":"x"}}]}`,
		transport.KindInvalidRequest, "body.1000000: JSON decode error"},
	{"fault without loc", 422, asJSON, `{"detail":[{"msg":"Field required"}]}`, transport.KindInvalidRequest, "Field required"},
	{"faults as texts", 422, asJSON, `{"detail":["a","b"]}`, transport.KindInvalidRequest, "a; b"},
	{"no faults", 422, asJSON, `{"detail":[]}`, transport.KindInvalidRequest, "Unprocessable Entity"},

	// Keys (2).
	{"no key", 401, asJSON, `{"detail":"Missing API key"}`, transport.KindUnauthorized, "Missing API key"},
	{"wrong key", 401, asJSON, `{"detail":"Invalid API key"}`, transport.KindUnauthorized, "Invalid API key"},
	{"lockout", 429, asJSON, `{"detail":"Too many failed authentication attempts"}`, transport.KindLockedOut, "Too many failed authentication attempts"},
	{"throttled by a proxy", 429, asJSON, `{"detail":"Too many requests"}`, transport.KindThrottled, "Too many requests"},
	{"throttled without words", 429, "", "", transport.KindThrottled, "Too Many Requests"},
	{"body too large", 413, asJSON, `{"detail":"Request query too large. Size: 100,001 bytes, Max allowed: 100,000 bytes"}`,
		transport.KindTooLarge, "Request query too large. Size: 100,001 bytes, Max allowed: 100,000 bytes"},

	// Databases and tasks (5): both wordings of a missing one.
	{"missing database", 404, asJSON, `{"detail":"Database kg1a2b3c4d5 not found"}`, transport.KindNotFound, "Database kg1a2b3c4d5 not found"},
	{"missing database, quoted", 404, asJSON, `{"detail":"Database 'kg1a2b3c4d5' not found"}`, transport.KindNotFound, "Database 'kg1a2b3c4d5' not found"},
	{"missing task", 404, asJSON, `{"detail":"Task t1 not found"}`, transport.KindNotFound, "Task t1 not found"},
	{"malformed id", 400, asJSON, `{"detail":"Graph ID contains invalid characters"}`, transport.KindInvalidRequest, "Graph ID contains invalid characters"},
	{"read-only node", 403, asJSON, `{"detail":"Database creation not allowed on read-only nodes"}`, transport.KindForbidden, "Database creation not allowed on read-only nodes"},
	{"exists", 409, asJSON, `{"detail":"Database sec already exists"}`, transport.KindConflict, "Database sec already exists"},
	{"no room", 507, asJSON, `{"detail":"Maximum database capacity reached (10)"}`, transport.KindCapacity, "Maximum database capacity reached (10)"},
	{"unhealthy", 503, asJSON, `{"status":"unhealthy","error":"[Errno 5] Input/output error"}`, transport.KindUnavailable, "[Errno 5] Input/output error"},

	// Statements (6.3). What kind of 500 it is, only the text tells.
	{"parser", 400, asJSON, `{"detail":"Query parsing error: Parser exception: Invalid input <MATCHE>: expected rule oC_SingleQuery (line: 1, offset: 0)\n\"MATCHE\"\n ^^^^^^"}`,
		transport.KindSyntax, "Query parsing error: Parser exception: Invalid input <MATCHE>: expected rule oC_SingleQuery (line: 1, offset: 0)\n\"MATCHE\"\n ^^^^^^"},
	{"binder", 400, asJSON, `{"detail":"Query binding error: Binder exception: Table Nope does not exist."}`, transport.KindSyntax, "Query binding error: Binder exception: Table Nope does not exist."},
	{"catalog", 400, asJSON, `{"detail":"Catalog error: Catalog exception: function FOO does not exist."}`, transport.KindSyntax, "Catalog error: Catalog exception: function FOO does not exist."},
	{"parser as 422", 422, asJSON, `{"detail":"Parser exception: Invalid input <X>"}`, transport.KindSyntax, "Parser exception: Invalid input <X>"},
	{"binder as 500", 500, asJSON, `{"detail":"Failed to retrieve schema: 400: Query binding error: Binder exception: x"}`, transport.KindSyntax, "Failed to retrieve schema: 400: Query binding error: Binder exception: x"},
	{"duplicate key", 500, asJSON, `{"detail":"Query execution error: Runtime exception: Found duplicated primary key value 1"}`, transport.KindExecution, "Query execution error: Runtime exception: Found duplicated primary key value 1"},
	{"any engine error", 500, asJSON, `{"detail":"Query execution error: No active transaction for ROLLBACK."}`, transport.KindExecution, "Query execution error: No active transaction for ROLLBACK."},
	{"extra parameter", 500, asJSON, `{"detail":"Query execution error: Parameter x not found."}`, transport.KindInvalidRequest, "Query execution error: Parameter x not found."},
	{"time limit of the server", 500, asJSON, `{"detail":"Unexpected error: 408: Query execution timeout (30 seconds)"}`, transport.KindTimeout, "Unexpected error: 408: Query execution timeout (30 seconds)"},
	{"time limit of the engine", 500, asJSON, `{"detail":"Query execution error: Interrupted."}`, transport.KindTimeout, "Query execution error: Interrupted."},
	{"other exception", 500, asJSON, `{"detail":"Unexpected error: list index out of range"}`, transport.KindServer, "Unexpected error: list index out of range"},
	{"locked database", 500, asJSON, `{"detail":"Query execution failed: IO exception: Could not set lock on file"}`, transport.KindServer, "Query execution failed: IO exception: Could not set lock on file"},
	{"forbidden keyword", 403, asJSON, `{"detail":"Query contains forbidden keyword: GRANT"}`, transport.KindForbidden, "Query contains forbidden keyword: GRANT"},
	{"empty statement", 400, asJSON, `{"detail":"Query cannot be empty"}`, transport.KindInvalidRequest, "Query cannot be empty"},
	{"parameter beyond the limits", 400, asJSON, `{"detail":"Parameter 'since' numeric value out of bounds"}`, transport.KindInvalidRequest, "Parameter 'since' numeric value out of bounds"},
	{"busy", 503, asJSON, busy, transport.KindUnavailable, busyText},

	// Load balancers, proxies and servers that are none of ours.
	{"HTML 502", 502, asHTML, html, transport.KindUnavailable, htmlText},
	{"HTML 503, mistyped", 503, asJSON, html, transport.KindUnavailable, htmlText},
	{"HTML 504", 504, asHTML, html, transport.KindUnavailable, htmlText},
	{"HTML 500", 500, asHTML, html, transport.KindServer, htmlText},
	{"HTML 404", 404, asHTML, html, transport.KindUnsupported, htmlText},
	{"text 404", 404, asText, "404 page not found\n", transport.KindUnsupported, "404 page not found"},
	{"empty 404", 404, "", "", transport.KindUnsupported, "Not Found"},
	{"empty 502", 502, "", "", transport.KindUnavailable, "Bad Gateway"},
	{"empty 408", 408, "", "", transport.KindTimeout, "Request Timeout"},
	{"not implemented", 501, asText, "no", transport.KindUnsupported, "no"},
	{"unknown status", 599, "", "", transport.KindServer, ""},
	{"teapot", 418, asText, "short and stout", transport.KindInvalidRequest, "short and stout"},
	{"redirect", 302, asHTML, "<a href=x>", transport.KindProtocol, "a redirect, and redirects are not followed"},

	// Bodies of any form.
	{"no detail", 500, asJSON, `{}`, transport.KindServer, "Internal Server Error"},
	{"null detail", 404, asJSON, `{"detail":null}`, transport.KindUnsupported, "Not Found"},
	{"number as detail", 409, asJSON, `{"detail":7}`, transport.KindConflict, "Conflict"},
	{"unknown object as detail", 400, asJSON, `{"detail":{"code":1}}`, transport.KindInvalidRequest, "Bad Request"},
	{"message as detail", 400, asJSON, `{"detail":{"message":"no"}}`, transport.KindInvalidRequest, "no"},
	{"error object", 500, asJSON, `{"error":{"message":"boom"}}`, transport.KindServer, "boom"},
	{"JSON text", 500, asJSON, `"boom"`, transport.KindServer, "boom"},
	{"JSON without its type", 409, "", `{"detail":"Database sec already exists"}`, transport.KindConflict, "Database sec already exists"},
	{"broken JSON", 500, asJSON, `{"detail":"half`, transport.KindServer, "Internal Server Error"},
	{"broken JSON, mistyped", 500, asText, `{"detail":"half`, transport.KindServer, "Internal Server Error"},
}

func TestResponseErrorClassifies(t *testing.T) {
	for _, test := range answers {
		t.Run(test.name, func(t *testing.T) {
			body := &closer{Reader: strings.NewReader(test.body)}
			e := transport.ResponseError(response(test.status, test.contentType, body))
			if e.Kind != test.kind || e.Message != test.message || e.Status != test.status {
				t.Errorf("got %s (%d) %q", e.Kind, e.Status, e.Message)
			}
			if !body.closed {
				t.Error("the body was left open")
			}
		})
	}
}

func TestResponseErrorTellsWhenToComeBack(t *testing.T) {
	for _, test := range []struct {
		name, header, body string
		want               time.Duration
	}{
		{"in the body", "", busy, 5 * time.Second},
		{"in the header", "7", "", 7 * time.Second},
		{"in both; the server knows better than a proxy", "60", busy, 5 * time.Second},
		{"a fraction", "2.5", "", 2500 * time.Millisecond},
		{"not at all", "", "", 0},
		{"a negative number", "-3", "", 0},
		{"no number", "soon", "", 0},
		{"not a number", "NaN", "", 0},
		{"longer than a duration holds", "99999999999", "", 24 * time.Hour},
		{"longer than a duration holds, in the body", "", strings.Replace(busy, ":5}", ":1e300}", 1), 24 * time.Hour},
		{"a date that has passed", "Wed, 21 Oct 2015 07:28:00 GMT", "", 0},
		{"a date", "Wed, 21 Oct 2099 07:28:00 GMT", "", 24 * time.Hour},
		{"a text in the body", "", strings.Replace(busy, ":5}", `:"5"}`, 1), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			resp := response(http.StatusServiceUnavailable, asJSON, io.NopCloser(strings.NewReader(test.body)))
			if test.header != "" {
				resp.Header.Set("Retry-After", test.header)
			}
			if e := transport.ResponseError(resp); e.RetryAfter != test.want {
				t.Errorf("RetryAfter is %v, want %v", e.RetryAfter, test.want)
			}
		})
	}
}

func response(status int, contentType string, body io.ReadCloser) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: body}
	if contentType != "" {
		resp.Header.Set("Content-Type", contentType)
	}
	return resp
}

// closer notes that it was closed.
type closer struct {
	io.Reader
	closed bool
}

func (c *closer) Close() error {
	c.closed = true
	return nil
}
