package mockserver_test

import "testing"

// TestWire2CORS holds what section 2 says of pages of other origins: a server
// without a key allows all of them, one with a key none.
func TestWire2CORS(t *testing.T) {
	const (
		origin  = "Origin: http://page.test"
		method  = "Access-Control-Request-Method: "
		headers = "Access-Control-Request-Headers: "
		key     = "X-Kuzu-API-Key: kuzu_test_secret"
	)
	preflight := func(more ...string) []string { return append([]string{origin}, more...) }
	hold(t, []fact{
		{row: "2 no origin", ask: "GET /tasks", answer: "200 []", header: "Access-Control-Allow-Origin: "},
		{row: "2 any origin", ask: "GET /tasks", headers: []string{origin}, answer: "200 []", header: "Access-Control-Allow-Origin: *"},
		{row: "2 any origin, also of errors", ask: "GET /none", headers: []string{origin}, answer: detail(404, "Not Found"), header: "Access-Control-Allow-Origin: *"},
		{row: "2 no credentials", ask: "GET /tasks", headers: []string{origin}, answer: "200 []", header: "Access-Control-Allow-Credentials: "},
		{row: "2 stream", ask: "POST /databases/none/query?streaming=1", body: queryBody("RETURN 1", ""), headers: []string{origin}, answer: "200 …", header: "Access-Control-Allow-Origin: *"},
		{row: "2 no preflight", ask: "OPTIONS /tasks", headers: []string{origin}, answer: detail(405, "Method Not Allowed"), header: "Access-Control-Allow-Origin: *"},
		{row: "2 origin", ask: "OPTIONS /tasks", headers: preflight(method + "POST"), answer: "200 OK", header: "Access-Control-Allow-Origin: *"},
		{row: "2 content type", ask: "OPTIONS /tasks", headers: preflight(method + "POST"), answer: "200 OK", header: "Content-Type: text/plain; charset=utf-8"},
		{row: "2 methods", ask: "OPTIONS /tasks", headers: preflight(method + "DELETE"), answer: "200 OK", header: "Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS"},
		{row: "2 age", ask: "OPTIONS /none", headers: preflight(method + "GET"), answer: "200 OK", header: "Access-Control-Max-Age: 600"},
		{row: "2 headers", ask: "OPTIONS /tasks", headers: preflight(method+"GET", headers+"content-type, x-kuzu-api-key,AUTHORIZATION"), answer: "200 OK", header: "Access-Control-Allow-Headers: …Authorization, …Content-Type, X-API-Key, X-Kuzu-API-Key"},
		{row: "2 wrong method", ask: "OPTIONS /tasks", headers: preflight(method + "PATCH"), answer: "400 Disallowed CORS method"},
		{row: "2 wrong header", ask: "OPTIONS /tasks", headers: preflight(method+"GET", headers+"x-other, x-more"), answer: "400 Disallowed CORS headers"},
		{row: "2 both wrong", ask: "OPTIONS /tasks", headers: preflight(method+"get", headers+"x-other"), answer: "400 Disallowed CORS method, headers"},
	}, nil)
	hold(t, []fact{
		{row: "2 preflight without key", ask: "OPTIONS /tasks", headers: preflight(method + "GET"), answer: detail(401, "Missing API key"), header: "Access-Control-Allow-Methods: "},
		{row: "2 preflight with key", ask: "OPTIONS /tasks", headers: preflight(method+"GET", key), answer: "400 Disallowed CORS origin", header: "Access-Control-Allow-Origin: "},
		{row: "2 nothing right", ask: "OPTIONS /tasks", headers: preflight(method+"PATCH", headers+"x-other", key), answer: "400 Disallowed CORS origin, method, headers"},
		{row: "2 no origin allowed", ask: "GET /tasks", headers: []string{origin, key}, answer: "200 []", header: "Access-Control-Allow-Origin: "},
		{row: "2 nor where no key is asked for", ask: "GET /health", headers: []string{origin}, answer: "200 …", header: "Access-Control-Allow-Origin: "},
	}, nil, withKey)
}
