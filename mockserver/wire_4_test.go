package mockserver_test

import "testing"

// TestWire4 holds what section 4 lists besides the operations: pages, which need
// no key, and paths that clients have asked for and nobody serves.
func TestWire4(t *testing.T) {
	facts := []fact{
		{row: "4 document", ask: "GET /openapi.json", answer: `200 {…"openapi":"3.0.3",…`, header: "Content-Type: application/json"},
		{row: "4 document, head", ask: "HEAD /openapi.json", answer: "200 ", header: "Content-Type: application/json"},
		{row: "4 document, method", ask: "POST /openapi.json", answer: detail(405, "Method Not Allowed"), header: "Allow: GET, HEAD"},
		{row: "4 document, slash", ask: "GET /openapi.json/", headers: []string{"X-Kuzu-API-Key: kuzu_test_secret"}, answer: "307 ", header: "Location: http://…/openapi.json"},
		{row: "4 page", ask: "GET /", answer: "200 <!DOCTYPE html>…<code>/databases/{graph_id}/query</code>…", header: "Content-Type: text/html; charset=utf-8"},
		{row: "4 page, head", ask: "HEAD /", answer: "405 ", header: "Allow: GET"},
		{row: "4 other page", ask: "GET /docs", answer: "200 <!DOCTYPE html>…", header: "Content-Type: text/html; charset=utf-8"},
		{row: "4 files", ask: "GET /static/x", answer: detail(401, "Missing API key")},
		{row: "4 not mounted", ask: "GET /status", answer: detail(404, "Not Found")},
		{row: "4 not mounted", ask: "GET /redoc", answer: detail(404, "Not Found")},
	}
	for _, ask := range []string{
		"GET /status/databases", "GET /status/connections", "POST /databases/g/ingest/background", "DELETE /tasks/x",
		"GET /tasks/queue/info", "POST /admin/drain", "GET /admin/connections", "GET /static/x",
	} {
		facts = append(facts, fact{row: "4 not mounted", ask: ask, headers: []string{"X-Kuzu-API-Key: kuzu_test_secret"}, answer: detail(404, "Not Found")})
	}
	hold(t, facts, nil, withKey)
}
