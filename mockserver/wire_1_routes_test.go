package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestWire1Routes holds section 1.2, and what section 4 says of paths that are
// not there.
func TestWire1Routes(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		a.create("g", "")
		const gone, wrong = `{"detail":"Not Found"}`, `{"detail":"Method Not Allowed"}`
		for _, tt := range []struct {
			method, path string
			status       int
			body, allow  string
		}{
			{"GET", "/none", 404, gone, ""},
			{"GET", "/databases/g/none", 404, gone, ""},
			{"GET", "/databases/g/schema/x", 404, gone, ""},
			{"GET", "//databases", 404, gone, ""},
			{"GET", "/Databases", 404, gone, ""},
			{"GET", "/x/../health", 404, gone, ""}, // paths are not cleaned
			{"GET", "/databases/..", 404, `{"detail":"Database .. not found"}`, ""},
			{"GET", "/databases/a%2Fb", 404, gone, ""},
			{"POST", "/databases/a%2Fb/query", 404, gone, ""},
			{"GET", "/tasks/a%2Fb/status", 404, gone, ""},
			{"GET", "/databases//schema", 404, gone, ""}, // an id is not empty
			{"PUT", "/databases", 405, wrong, "GET"},     // only the first of its methods
			{"DELETE", "/databases", 405, wrong, "GET"},
			{"GET", "/databases/g/query", 405, wrong, "POST"},
			{"GET", "/databases/g/ingest", 405, wrong, "POST"},
			{"GET", "/databases/g/backup", 405, wrong, "POST"},
			{"POST", "/databases/g/metrics", 405, wrong, "GET"},
			{"DELETE", "/tasks/stats", 405, wrong, "GET"},
			{"DELETE", "/tasks/x/status", 405, wrong, "GET"},
			{"POST", "/health", 405, wrong, "GET"},
			{"OPTIONS", "/health", 405, wrong, "GET"},
			{"get", "/health", 405, wrong, "GET"},
			{"HEAD", "/health", 405, "", "GET"},
			{"HEAD", "/databases/g", 405, "", ""}, // the order of its methods is nobody's business
			{"HEAD", "/none", 404, "", ""},
			// A task may be called as a literal segment is.
			{"GET", "/tasks/stats/status", 404, `{"detail":"Task stats not found"}`, ""},
			{"GET", "/tasks/stats", 200, `{"active_tasks":0,"completed_tasks":0,"failed_tasks":0,"pending_tasks":0,"tasks_by_status":{},"tasks_by_type":{},"total_tasks":0}`, ""},
			// None of these belong to the API, although clients have been seen to ask.
			{"GET", "/status", 404, gone, ""},
			{"DELETE", "/tasks/x", 404, gone, ""},
			{"GET", "/tasks/queue/info", 404, gone, ""},
			{"POST", "/databases/g/ingest/background", 404, gone, ""},
		} {
			if tt.path == "/databases/g/ingest" && a.quirks != 0 {
				tt.status, tt.body, tt.allow = 404, gone, "" // is not there
			}
			r := a.do(tt.method, tt.path, "")
			r.is(tt.status, tt.body)
			if got := r.header.Get("Allow"); got != tt.allow && tt.path != "/databases/g" {
				t.Errorf("%s %s: allow is %q, want %q", tt.method, tt.path, got, tt.allow)
			}
			if got := r.header.Get("Content-Type"); got != "application/json" {
				t.Errorf("%s %s: content type is %q", tt.method, tt.path, got)
			}
		}
	})
}

// TestWire1TrailingSlash holds section 1.2: redirects.
func TestWire1TrailingSlash(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		for _, tt := range []struct{ method, path, location string }{
			{"GET", "/health/", "/health"},
			{"GET", "/health//", "/health"},
			{"PUT", "/health/", "/health"}, // whatever the method
			{"GET", "/databases/", "/databases"},
			{"POST", "/databases/g/query/?streaming=true", "/databases/g/query?streaming=true"},
			{"GET", "/tasks/a%20b/status/", "/tasks/a%20b/status"},
			{"GET", "/none/", ""},
			{"GET", "/databases//", "/databases"},
			{"GET", "/databases//schema/", ""},
		} {
			r := a.do(tt.method, tt.path, "")
			if tt.location == "" {
				r.detail(404, "Not Found")
				continue
			}
			r.is(http.StatusTemporaryRedirect, "")
			if got := r.header.Get("Location"); got != a.url+tt.location {
				t.Errorf("%s: location is %q, want %q", tt.path, got, tt.location)
			}
		}
	})
}

// The generated handler and the document are of one mind.
func TestEveryOperationIsServed(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", "")
	for _, path := range document().Paths.InMatchingOrder() {
		for method := range document().Paths.Value(path).Operations() {
			r := a.do(method, strings.NewReplacer("{graph_id}", "g", "{task_id}", "x").Replace(path), "")
			if r.body == `{"detail":"Not Found"}` || r.status == http.StatusMethodNotAllowed {
				t.Errorf("%s %s: got %d %s", method, path, r.status, r.body)
			}
			if got := r.header.Get("Server"); got != "kuzu-mock" {
				t.Errorf("%s %s: server is %q", method, path, got)
			}
		}
	}
}
