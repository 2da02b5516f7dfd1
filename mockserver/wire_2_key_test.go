package mockserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

func withKey(cfg *mockserver.Config) { cfg.APIKey = "kuzu_test_secret" }

func TestWire2Key(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		const (
			missing = `{"detail":"Missing API key"}`
			wrong   = `{"detail":"Invalid API key"}`
		)
		tests := map[string]struct {
			headers []string
			body    string // "" if it is let in
		}{
			"none":                     {nil, missing},
			"key":                      {[]string{"X-Kuzu-API-Key: kuzu_test_secret"}, ""},
			"key, odd case of header":  {[]string{"x-kuzu-api-KEY: kuzu_test_secret"}, ""},
			"bearer":                   {[]string{"Authorization: Bearer kuzu_test_secret"}, ""},
			"empty key, bearer":        {[]string{"X-Kuzu-API-Key: ", "Authorization: Bearer kuzu_test_secret"}, ""},
			"key, wrong bearer":        {[]string{"X-Kuzu-API-Key: kuzu_test_secret", "Authorization: Bearer no"}, ""},
			"wrong key":                {[]string{"X-Kuzu-API-Key: no"}, wrong},
			"longer key":               {[]string{"X-Kuzu-API-Key: kuzu_test_secret2"}, wrong},
			"other case of key":        {[]string{"X-Kuzu-API-Key: KUZU_test_secret"}, wrong},
			"wrong key, good bearer":   {[]string{"X-Kuzu-API-Key: no", "Authorization: Bearer kuzu_test_secret"}, wrong},
			"wrong bearer":             {[]string{"Authorization: Bearer no"}, wrong},
			"bearer, two blanks":       {[]string{"Authorization: Bearer  kuzu_test_secret"}, wrong},
			"bearer without key":       {[]string{"Authorization: Bearer"}, missing},
			"small bearer":             {[]string{"Authorization: bearer kuzu_test_secret"}, missing},
			"basic":                    {[]string{"Authorization: Basic kuzu_test_secret"}, missing},
			"only the key":             {[]string{"Authorization: kuzu_test_secret"}, missing},
			"another header":           {[]string{"X-API-Key: kuzu_test_secret"}, missing},
			"as query, which is wrong": {[]string{"Cookie: X-Kuzu-API-Key=kuzu_test_secret"}, missing},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				a := a.in(t)
				r := a.do(http.MethodGet, "/tasks", "", tt.headers...)
				if tt.body == "" {
					r.is(200, "[]")
					return
				}
				r.is(401, tt.body)
				if got := r.header.Get("WWW-Authenticate"); got != "" {
					t.Errorf("WWW-Authenticate is %q", got)
				}
			})
		}
	}, withKey)
}

// These need no key, exactly as they are written; not all of them exist.
func TestWire2Exempt(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		for path, status := range map[string]int{
			"/health": 200, "/info": 200, "/metrics": 200, "/health?x=1": 200,
			"/status": 404, "/redoc": 404, "/docs": 200, "/openapi.json": 200, "/": 200,
			"/health/": 401, "//health": 401, "/Health": 401, "/healthy": 401, "/health/x": 401, "/tasks": 401, "/static/x": 401, "/none": 401,
		} {
			if got := a.get(path).status; got != status {
				t.Errorf("%s: got %d, want %d", path, got, status)
			}
		}
		a.do(http.MethodOptions, "/tasks", "").is(401, `{"detail":"Missing API key"}`)
		a.do(http.MethodPut, "/health", "").detail(405, "Method Not Allowed")
	}, withKey)
}

// A wrong key is told before anything else that is wrong.
func TestWire2Order(t *testing.T) {
	eachServer(t, func(t *testing.T, a *api) {
		a.post("/databases/g/query", `{"cypher":"`+strings.Repeat("x", 100_001)+`"}`).detail(401, "Missing API key")
		a.post("/databases", `{`).detail(401, "Missing API key")
		a.do(http.MethodPut, "/databases", "").detail(401, "Missing API key")
		if got := a.get("/tasks/x/monitor"); got.status != 401 || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("got %d %s", got.status, got.body)
		}
	}, withKey)
}

// Keys that are not ASCII cannot be compared, which is no answer to the key.
func TestWire2ForeignKey(t *testing.T) {
	facts := make([]fact, 0, 12)
	for range 11 {
		facts = append(facts, fact{row: "2 not ASCII", ask: "GET /tasks", headers: []string{"X-Kuzu-API-Key: schlüssel"}, answer: failed, header: "Content-Type: text/plain; charset=utf-8"})
	}
	facts = append(facts,
		fact{row: "2 not ASCII, bearer", ask: "GET /tasks", headers: []string{"Authorization: Bearer schlüssel"}, answer: failed},
		fact{row: "2 not ASCII where no key is asked for", ask: "GET /health", headers: []string{"X-Kuzu-API-Key: schlüssel"}, answer: "200 …"},
		fact{row: "2 which locks nobody out", ask: "GET /tasks", headers: []string{"X-Kuzu-API-Key: kuzu_test_secret"}, answer: "200 []"},
	)
	hold(t, facts, nil, withKey)
}

// A server that should have a key and has none fails at everything.
func TestWire2KeyMissing(t *testing.T) {
	var facts []fact
	for _, ask := range []string{"GET /health", "GET /tasks", "GET /none", "PUT /databases", "GET /openapi.json", "OPTIONS /tasks"} {
		facts = append(facts, fact{row: "2 missing key", ask: ask, headers: []string{"X-Kuzu-API-Key: any"}, answer: failed, header: "Content-Type: text/plain; charset=utf-8"})
	}
	hold(t, facts, nil, func(cfg *mockserver.Config) { cfg.KeyMissing = true })
}

func TestNoKeyAsked(t *testing.T) {
	a := start(t, scripted(t))
	a.get("/tasks").is(200, "[]")
	a.do(http.MethodGet, "/tasks", "", "X-Kuzu-API-Key: anything").is(200, "[]")
}
