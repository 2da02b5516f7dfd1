package mockserver_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/mockserver"
)

func withAdmin(access mockserver.AdminAccess) func(*mockserver.Config) {
	return func(cfg *mockserver.Config) { cfg.Admin, cfg.Records, cfg.APIKey = access, 100, "secret" }
}

var adminDocument = sync.OnceValue(func() *openapi3.T {
	raw, err := os.ReadFile("admin-api.yaml")
	if err != nil {
		panic(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		panic(err)
	}
	doc.Components.Schemas["Issue"].Value.Properties["input"].Value.Nullable = true // as in document
	return doc
})

// admin asks the admin API and holds its answer against its document.
func (a *api) admin(method, path, body string) reply {
	a.Helper()
	resp, text, err := a.fetch(method, path, body)
	if err != nil {
		a.Fatal(err)
	}
	r := reply{api: a, status: resp.StatusCode, header: resp.Header, body: text}
	template, _, _ := strings.Cut(path, "?")
	if strings.HasPrefix(template, "/__mock/rules/") {
		template = "/__mock/rules/{name}"
	}
	item := adminDocument().Paths.Value(template)
	if item == nil || item.GetOperation(method) == nil {
		return r
	}
	described := item.GetOperation(method).Responses.Status(r.status)
	if described == nil {
		a.Errorf("%s %s: the document has no %d: %s", method, path, r.status, text)
		return r
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		a.Errorf("%s %s: %v in %s", method, path, err, text)
	} else if err := described.Value.Content["application/json"].Schema.Value.VisitJSON(value); err != nil {
		a.Errorf("%s %s: %s\nis not as documented: %v", method, path, text, err)
	}
	return r
}

// TestAdminRules sets, lists and deletes rules from outside.
func TestAdminRules(t *testing.T) {
	a := start(t, scripted(t), withAdmin(mockserver.AdminLoopback))
	a.admin("GET", "/__mock/rules", "").is(200, `{"rules":[]}`)
	const person = `{"name":"person","match":{"cypher":"RETURN $p AS p","parameters":{"p":9007199254740993}},"times":3,` +
		`"replies":[{"status":503,"headers":{"Retry-After":"1"},"json":{"z":1,"a":"<"}},{"lines":[{"json":{"a":1}},{"after":"1ms","raw":"{"}]},{"example":"default"}]}`
	a.admin("POST", "/__mock/rules", person).is(201, strings.TrimSuffix(person, "}")+`,"matched":0,"applied":0,"spent":false}`)
	a.admin("POST", "/__mock/rules", `{"match":{},"scope":"s","probability":0.5,"seed":7,"skip":0,"every":1,"fault":{"kind":"latency","mean":"1ms","deviation":"1us"}}`).
		is(201, `{"name":"rule-1","scope":"s","match":{},"every":1,"probability":0.5,"seed":7,"fault":{"kind":"latency","mean":"1ms","deviation":"1µs"},"matched":0,"applied":0,"spent":false}`)

	const key = "X-Kuzu-API-Key: secret"
	a.says(`{"z":1,"a":"<"}`, "POST", plainQuery, queryBody("RETURN $p AS p", `{"p":9007199254740993}`), key)
	a.says("{\"a\":1}\n{", "POST", plainQuery, queryBody("RETURN $p AS p", `{"p":9007199254740993}`), key)
	a.says("out of bounds", "POST", plainQuery, queryBody("RETURN $p AS p", `{"p":9007199254740992}`), key)
	a.says(`"row_count":1`, "POST", plainQuery, queryBody("RETURN $p AS p", `{"p":9007199254740993}`), key)
	a.admin("GET", "/__mock/rules/person", "").is(200, strings.TrimSuffix(person, "}")+`,"matched":3,"applied":3,"spent":true}`)

	a.admin("GET", "/__mock/rules/none", "").detail(404, "There is no rule none")
	a.admin("DELETE", "/__mock/rules/none", "").detail(404, "There is no rule none")
	a.admin("DELETE", "/__mock/rules/person", "").is(200, `{"deleted":1}`)
	if rules := a.server.Rules(); len(rules) != 1 || rules[0].Name != "rule-1" {
		t.Errorf("there are %+v", rules)
	}
	a.admin("PUT", "/__mock/rules?scope=t", `{"rules":[{"match":{},"replies":[{}]}]}`).
		is(200, `{"rules":[{"name":"rule-2","scope":"t","match":{},"replies":[{}],"matched":0,"applied":0,"spent":false}]}`)
	if got := a.admin("GET", "/__mock/rules?scope=s", "").body; !strings.Contains(got, "rule-1") || strings.Contains(got, "rule-2") {
		t.Errorf("the scope has %s", got)
	}
	a.admin("DELETE", "/__mock/rules?scope=t", "").is(200, `{"deleted":1}`)
	a.admin("PUT", "/__mock/rules", `{"rules":[]}`).is(200, `{"rules":[]}`)
	a.admin("DELETE", "/__mock/rules", "").is(200, `{"deleted":0}`)
}

// TestAdminRefuses holds what comes back for bad input: every reason at once,
// and where it is.
func TestAdminRefuses(t *testing.T) {
	a := start(t, scripted(t), withAdmin(mockserver.AdminOpen))
	for _, test := range []struct {
		method, path, body string
		want               []string
	}{
		{"POST", "/__mock/rules", `{"match":{"operation":"query"},"times":1,"replies":[{"status":200},{"example":"x"}],"fault":{"kind":"status"}}`, []string{
			`"loc":["body","match","operation"],"msg":"\"query\" is not an operation of the API document; it has`,
			`"loc":["body","times"]`, `"loc":["body","fault","status"],"msg":"the fault status needs it"`, `"loc":["body"],"msg":"has replies and a fault`,
		}},
		{"POST", "/__mock/rules", `{"matsch":{},"times":0,"probability":"x","fault":{"kind":"explode","delay":"soon"},"replies":[{"headers":{"a":1}}]}`, []string{
			`"loc":["body","match"],"msg":"Field required"`, `"loc":["body","matsch"],"msg":"Extra inputs are not permitted"`, `"loc":["body","times"]`,
			`"loc":["body","probability"],"msg":"Input should be a valid number"`, `"loc":["body","fault","kind"],"msg":"Input should be 'latency', 'status',`,
			`"loc":["body","fault","delay"]`, `"loc":["body","replies",0,"headers","a"],"msg":"Input should be a valid string"`,
		}},
		{"POST", "/__mock/rules", `{"match":{},"fault":{"kind":"latency","delay":"99999999999h"}}`, []string{`"loc":["body"],"msg":"\"99999999999h\" is not a duration such as 250ms or 1.5s"`}},
		{"PUT", "/__mock/rules", `{"rules":[{"match":{},"replies":[{}]},{"match":{},"replies":[{}]}]}`, []string{`"loc":["body","rules",1],"msg":"can never match: rule rule-1 before it`}},
		{"PUT", "/__mock/rules", `{"rules":[{"match":{},"fault":{"kind":"latency","delay":"99999999999h"}}]}`, []string{`is not a duration`}},
		{"PUT", "/__mock/quirks", `{"quirks":["nan-tokens","odd"]}`, []string{`"loc":["body","quirks"],"msg":"there is no quirk \"odd\"\nthe quirks are deployed, no-last-chunk`}},
		{"PUT", "/__mock/load", `{"memory_percent":101,"connections":{"g":-1},"cpu":1}`, []string{`"loc":["body","memory_percent"]`, `"loc":["body","connections","g"]`, `"loc":["body","cpu"]`}},
		{"GET", "/__mock/requests?cypher_pattern=(&status=503", "", []string{`"loc":["query","cypher_pattern"],"msg":"is not a regular expression`}},
		{"GET", "/__mock/requests?status=teapot", "", []string{`"loc":["query","status"]`}},
	} {
		r := a.admin(test.method, test.path, test.body)
		if r.status != 422 {
			t.Errorf("%s %s %s: got %d %s", test.method, test.path, test.body, r.status, r.body)
		}
		for _, want := range test.want {
			if !strings.Contains(r.body, want) {
				t.Errorf("%s %s %s: got %s\nwant %s", test.method, test.path, test.body, r.body, want)
			}
		}
	}
	if len(a.server.Rules()) != 0 || a.server.Quirks() != 0 {
		t.Error("something was changed")
	}
	a.admin("GET", "/__mock/nothing", "").detail(404, "Not Found")
	a.admin("PATCH", "/__mock/rules", "").detail(405, "Method Not Allowed")
}

// TestAdminQuirksAndLoad switches them on a running server.
func TestAdminQuirksAndLoad(t *testing.T) {
	a := start(t, scripted(t), withAdmin(mockserver.AdminLoopback))
	const key = "X-Kuzu-API-Key: secret"
	all := strings.Split(mockserver.QuirksDeployed.String(), ",")
	type quirks struct{ Quirks, Available []string }
	if got := into[quirks](a.admin("GET", "/__mock/quirks", "")); len(got.Quirks) != 0 || !slices.Equal(got.Available, all) {
		t.Errorf("got %+v", got)
	}
	if got := into[quirks](a.admin("PUT", "/__mock/quirks", `{"quirks":["deployed"]}`)); !slices.Equal(got.Quirks, all) {
		t.Errorf("got %+v", got)
	}
	if got := into[quirks](a.admin("PUT", "/__mock/quirks", `{"quirks":["no-ingest"]}`)); !slices.Equal(got.Quirks, []string{"no-ingest"}) {
		t.Errorf("got %+v", got)
	}
	a.says("Not Found", "POST", "/databases/g/ingest", "{}", key)

	a.admin("PUT", "/__mock/load", `{"memory_percent":92.5,"connections":{"g":2}}`).is(200, `{"memory_percent":92.5,"cpu_percent":0,"connections":{"g":2}}`)
	a.says("Memory usage too high: 92.5%", "POST", plainQuery, queryBody("RETURN 1", ""), key)
	a.admin("PUT", "/__mock/load", `{}`).is(200, `{"memory_percent":0,"cpu_percent":0,"connections":{}}`)
	a.admin("GET", "/__mock/load", "").is(200, `{"memory_percent":0,"cpu_percent":0,"connections":{}}`)
}

// TestAdminRequests reads and clears the record.
func TestAdminRequests(t *testing.T) {
	a := start(t, scripted(t), withAdmin(mockserver.AdminLoopback))
	const key = "X-Kuzu-API-Key: secret"
	_, _, _ = a.fetch("POST", "/databases", `{"graph_id":"g"}`, key)
	_, _, _ = a.fetch("POST", plainQuery, queryBody("RETURN 1", `{"p":[1]}`), key, mockserver.ScopeHeader+": s")
	_, _, _ = a.fetch("POST", plainQuery, queryBody("RETURN 1", ""), key)
	log := into[mockserver.RequestLog](a.admin("GET", "/__mock/requests?graph=g&operation=queryDatabase&cypher=RETURN%20%201;&status=200&scope=s&cypher_pattern=1$", ""))
	if len(log.Requests) != 1 || log.Ran != 1 || log.Requests[0].Headers["X-Kuzu-Api-Key"] != "[redacted]" || string(log.Requests[0].Parameters["p"]) != "[1]" {
		t.Errorf("got %+v", log)
	}
	if log := into[mockserver.RequestLog](a.admin("GET", "/__mock/requests", "")); len(log.Requests) != 3 || log.Ran != 2 {
		t.Errorf("the record is %+v", log)
	}
	a.admin("DELETE", "/__mock/requests", "").is(200, `{"status":"success"}`)
	a.admin("GET", "/__mock/requests?rule=x", "").is(200, `{"requests":[],"ran":0,"dropped":0}`)
}

// TestAdminReset: the server is as it was when it began.
func TestAdminReset(t *testing.T) {
	engine := newStub(t)
	a := start(t, engine, withAdmin(mockserver.AdminLoopback), func(cfg *mockserver.Config) { cfg.Quirks = mockserver.QuirkNaNTokens })
	_, _, _ = a.fetch("POST", "/databases", `{"graph_id":"g"}`, "X-Kuzu-API-Key: secret")
	a.admin("PUT", "/__mock/quirks", `{"quirks":[]}`)
	a.admin("PUT", "/__mock/load", `{"cpu_percent":99}`)
	a.rules(mockserver.Rule{Scope: "s", Fault: late})
	engine.drop = func() error { return errors.New("it is in use") }
	if r := a.admin("POST", "/__mock/reset", ""); r.status != 500 || !strings.Contains(r.body, "it is in use") {
		t.Errorf("got %d %s", r.status, r.body)
	}
	engine.drop = nil
	a.admin("POST", "/__mock/reset", "").is(200, `{"status":"success"}`)
	names, err := engine.List(t.Context())
	if rules, log := a.server.Rules(), a.server.Requests(mockserver.RequestFilter{}); err != nil || len(names)+len(rules)+len(log.Requests) != 0 ||
		a.server.Quirks() != mockserver.QuirkNaNTokens || a.server.Load().CPUPercent != 0 {
		t.Errorf("after the reset: %v, %v, %+v, %v, %+v", names, rules, log, a.server.Quirks(), a.server.Load())
	}
}

// TestAdminResetBringsFixturesBack, each time.
func TestAdminResetBringsFixturesBack(t *testing.T) {
	a := start(t, scripted(t), withAdmin(mockserver.AdminLoopback))
	a.write("fixtures/known/schema.cypher", "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id));")
	if err := a.server.LoadFixtures(t.Context(), filepath.Join(a.data, "fixtures")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, _, _ = a.fetch("POST", "/databases", `{"graph_id":"g"}`, "X-Kuzu-API-Key: secret")
		a.admin("POST", "/__mock/reset", "").is(200, `{"status":"success"}`)
		if names, err := a.engine.List(t.Context()); err != nil || !slices.Equal(names, []string{"known"}) {
			t.Errorf("there are %v, %v", names, err)
		}
	}
	if err := os.RemoveAll(filepath.Join(a.data, "fixtures")); err != nil {
		t.Fatal(err)
	}
	if r := a.admin("POST", "/__mock/reset", ""); r.status != 500 || !strings.Contains(r.body, "no such file") {
		t.Errorf("got %d %s", r.status, r.body)
	}
}

// TestAdminAccess: nobody, callers from the machine itself, or everybody; and
// never with a key.
func TestAdminAccess(t *testing.T) {
	for _, test := range []struct {
		access mockserver.AdminAccess
		caller string
		status int
	}{
		{"", "127.0.0.1:1", 401},
		{mockserver.AdminOff, "127.0.0.1:1", 401},
		{mockserver.AdminLoopback, "127.0.0.1:1", 200},
		{mockserver.AdminLoopback, "127.8.8.8:1", 200},
		{mockserver.AdminLoopback, "[::1]:1", 200},
		{mockserver.AdminLoopback, "192.0.2.1:1", 403},
		{mockserver.AdminLoopback, "[::ffff:192.0.2.1]:1", 403},
		{mockserver.AdminLoopback, "@", 403},
		{mockserver.AdminOpen, "192.0.2.1:1", 200},
	} {
		a := newAPI(t, scripted(t), withAdmin(test.access))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/__mock/rules", nil)
		r.RemoteAddr = test.caller
		w := httptest.NewRecorder()
		a.server.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("access %q from %s: got %d %s", test.access, test.caller, w.Code, w.Body)
		}
		a.close()
	}
}

// TestAdminDocument: it is served, is a good one, and has what the server has.
func TestAdminDocument(t *testing.T) {
	a := start(t, scripted(t), withAdmin(mockserver.AdminLoopback))
	r := a.admin("GET", "/__mock/openapi.json", "")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if err := adminDocument().Validate(t.Context()); err != nil {
		t.Error(err)
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if status := a.admin(method, strings.ReplaceAll(path, "{name}", "x"), "").status; status == 405 {
				t.Errorf("%s %s is documented and not served", method, path)
			}
		}
	}
	kinds := make([]mockserver.FaultKind, 0)
	for _, kind := range doc.Components.Schemas["Fault"].Value.Properties["kind"].Value.Enum {
		kinds = append(kinds, mockserver.FaultKind(kind.(string)))
	}
	slices.Sort(kinds)
	if !slices.Equal(kinds, mockserver.FaultKinds()) {
		t.Errorf("the document has the faults %v, the server %v", kinds, mockserver.FaultKinds())
	}
}
