package mockserver_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// fetch sends a request and returns what came, which need not be documented:
// err is how the body ended.
func (a *api) fetch(method, path, body string, headers ...string) (resp *http.Response, text string, err error) {
	a.Helper()
	req := a.request(a.Context(), method, path, body)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Add(name, value)
	}
	resp, err = a.transport.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return resp, string(content), err
}

// says fails the test unless a request gets a body, or one that holds it.
func (a *api) says(want, method, path, body string, headers ...string) {
	a.Helper()
	if _, got, err := a.fetch(method, path, body, headers...); err != nil || !strings.Contains(got, want) {
		a.Errorf("%s %s %s: got %q, %v; want %q", method, path, body, got, err, want)
	}
}

// rules adds rules that must be good.
func (a *api) rules(rules ...mockserver.Rule) {
	a.Helper()
	if err := a.server.AddRules(rules...); err != nil {
		a.Fatal(err)
	}
}

// text is a rule that answers with a text.
func text(name string, match mockserver.Match) mockserver.Rule {
	return mockserver.Rule{Name: name, Match: match, Replies: []mockserver.Reply{{Body: name}}}
}

// TestMatch holds each matcher against a request that it matches and one that
// it does not.
func TestMatch(t *testing.T) {
	const query = "/databases/g/query"
	ask := queryBody
	for name, test := range map[string]struct {
		match                             mockserver.Match
		method, path, body, header        string
		otherPath, otherBody, otherHeader string
	}{
		"everything":             {path: query, body: ask("RETURN 1", "")},
		"operation":              {match: mockserver.Match{Operation: "queryDatabase"}, path: query, body: ask("RETURN 1", ""), otherPath: "/databases/g/ingest", otherBody: "{}"},
		"operation with GET":     {match: mockserver.Match{Operation: "getHealth"}, method: http.MethodGet, path: "/health", otherPath: "/info"},
		"graph":                  {match: mockserver.Match{Graph: "g"}, path: query, body: ask("RETURN 1", ""), otherPath: "/databases/h/query"},
		"text":                   {match: mockserver.Match{Cypher: "RETURN 1"}, path: query, body: ask("RETURN 1", ""), otherBody: ask("RETURN 2", "")},
		"text, spaced":           {match: mockserver.Match{Cypher: " RETURN\n 1 ;"}, path: query, body: ask("RETURN   1\t; ", ""), otherBody: ask("RETURN 11", "")},
		"text of a stream":       {match: mockserver.Match{Cypher: "RETURN 1"}, path: query + "?streaming=true", body: ask("RETURN 1", ""), otherBody: ask("RETURN 2", "")},
		"pattern":                {match: mockserver.Match{CypherPattern: `(?i)^match \(p:Person\)`}, path: query, body: ask("MATCH\n  (p:Person) RETURN p", ""), otherBody: ask("RETURN 'MATCH (p:Person)'", "")},
		"text and pattern":       {match: mockserver.Match{Cypher: "RETURN 1", CypherPattern: "^R"}, path: query, body: ask("RETURN 1", ""), otherBody: ask("RETURN 2", "")},
		"parameter":              {match: mockserver.Match{Parameters: map[string]any{"p": 7}}, path: query, body: ask("x", `{"p":7,"q":1}`), otherBody: ask("x", `{"p":8}`)},
		"parameter, absent":      {match: mockserver.Match{Parameters: map[string]any{"p": nil}}, path: query, body: ask("x", `{"p":null}`), otherBody: ask("x", `{"q":null}`)},
		"parameter, as double":   {match: mockserver.Match{Parameters: map[string]any{"p": 7}}, path: query, body: ask("x", `{"p":7.0}`), otherBody: ask("x", `{"p":7.5}`)},
		"parameter, from double": {match: mockserver.Match{Parameters: map[string]any{"p": 7.5}}, path: query, body: ask("x", `{"p":7.5}`), otherBody: ask("x", `{"p":7}`)},
		"parameter, text":        {match: mockserver.Match{Parameters: map[string]any{"p": "7"}}, path: query, body: ask("x", `{"p":"7"}`), otherBody: ask("x", `{"p":7}`)},
		"parameter, not a text":  {match: mockserver.Match{Parameters: map[string]any{"p": 7.5}}, path: query, body: ask("x", `{"p":7.5}`), otherBody: ask("x", `{"p":"7.5"}`)},
		"parameter, large":       {match: mockserver.Match{Parameters: map[string]any{"p": int64(1<<53 + 1)}}, path: query, body: ask("x", `{"p":9007199254740993}`), otherBody: ask("x", `{"p":9007199254740992.0}`)},
		"parameter, larger":      {match: mockserver.Match{Parameters: map[string]any{"p": uint64(1) << 63}}, path: query, body: ask("x", `{"p":9223372036854775808.0}`), otherBody: ask("x", `{"p":9223372036854775809}`)},
		"parameter, bool":        {match: mockserver.Match{Parameters: map[string]any{"p": true}}, path: query, body: ask("x", `{"p":true}`), otherBody: ask("x", `{"p":{"a":1}}`)},
		"parameter, object":      {match: mockserver.Match{Parameters: map[string]any{"p": map[string]any{"a": 1, "b": []any{2, "c"}}}}, path: query, body: ask("x", `{"p":{"b":[2,"c"],"a":1}}`), otherBody: ask("x", `{"p":{"b":["c",2],"a":1}}`)},
		"header":                 {match: mockserver.Match{Headers: map[string]string{"x-team": "a"}}, path: query, body: ask("x", ""), header: "X-Team: a", otherHeader: "X-Team: ab"},
	} {
		t.Run(name, func(t *testing.T) {
			a := start(t, scripted(t))
			a.rules(text("matched", test.match))
			method := test.method
			if method == "" {
				method = http.MethodPost
			}
			if test.header == "" {
				test.header, test.otherHeader = "X-None: 1", "X-None: 1"
			}
			a.says("matched", method, test.path, test.body, test.header, "X-Team: b")
			if name == "everything" {
				return
			}
			path, body := test.path, test.body
			if test.otherPath != "" {
				path = test.otherPath
			}
			if test.otherBody != "" {
				body = test.otherBody
			}
			if resp, got, err := a.fetch(method, path, body, test.otherHeader); err != nil || strings.Contains(got, "matched") {
				t.Errorf("%s %s: got %v %s, %v", path, body, resp, got, err)
			}
		})
	}
}

// TestRulesAreTriedInOrder: the first that matches and is in its time decides.
func TestRulesAreTriedInOrder(t *testing.T) {
	a := start(t, scripted(t))
	once := text("once", mockserver.Match{Graph: "g"})
	once.Times = 1
	second := text("second", mockserver.Match{Cypher: "RETURN 1"})
	second.Skip, second.Times = 1, 1
	a.rules(once, second, text("always", mockserver.Match{Operation: "queryDatabase"}))
	for i, want := range []string{"once", "always", "second", "always", "always"} {
		if _, got, err := a.fetch(http.MethodPost, "/databases/g/query", queryBody("RETURN 1", "")); err != nil || got != want {
			t.Errorf("request %d: got %q, %v; want %q", i+1, got, err, want)
		}
	}
	var states []string
	for _, s := range a.server.Rules() {
		states = append(states, s.Name)
		wantApplied, wantSpent := map[string]int{"once": 1, "second": 1, "always": 3}[s.Name], s.Name != "always"
		if s.Applied != wantApplied || s.Spent != wantSpent || s.Matched < s.Applied {
			t.Errorf("rule %s has matched %d, applied %d, spent %v", s.Name, s.Matched, s.Applied, s.Spent)
		}
	}
	if got := strings.Join(states, " "); got != "once second always" {
		t.Errorf("the rules are %s", got)
	}
}

// TestLifeOfARule holds which of nine requests a rule applies to.
func TestLifeOfARule(t *testing.T) {
	half := 0.5
	for name, test := range map[string]struct {
		rule mockserver.Rule
		want string // of each request: x if the rule applies
	}{
		"always":       {mockserver.Rule{}, "xxxxxxxxx"},
		"first two":    {mockserver.Rule{Times: 2}, "xx......."},
		"third":        {mockserver.Rule{Skip: 2, Times: 1}, "..x......"},
		"from third":   {mockserver.Rule{Skip: 2}, "..xxxxxxx"},
		"every third":  {mockserver.Rule{Every: 3}, "..x..x..x"},
		"all together": {mockserver.Rule{Skip: 1, Every: 2, Times: 3}, "..x.x.x.."},
		"seeded":       {mockserver.Rule{Probability: &half, Seed: 7}, seeded(t, half, 7)},
		"other seed":   {mockserver.Rule{Probability: &half, Seed: 8}, seeded(t, half, 8)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := life(t, test.rule); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	if seeded(t, half, 7) == seeded(t, half, 8) {
		t.Error("another seed makes no difference")
	}
}

// seeded asks another server: the same seed has to give the same.
func seeded(t *testing.T, probability float64, seed uint64) string {
	t.Helper()
	got := life(t, mockserver.Rule{Probability: &probability, Seed: seed})
	if !strings.Contains(got, "x") || !strings.Contains(got, ".") {
		t.Errorf("seed %d gives %s", seed, got)
	}
	return got
}

func life(t *testing.T, rule mockserver.Rule) string {
	t.Helper()
	a := start(t, scripted(t))
	rule.Replies = []mockserver.Reply{{Body: "x"}}
	a.rules(rule)
	got := ""
	for range 9 {
		_, body, err := a.fetch(http.MethodGet, "/health", "")
		if err != nil {
			t.Fatal(err)
		}
		if body != "x" {
			body = "."
		}
		got += body
	}
	return got
}

// TestRulesGo: a rule that is deleted, and all of a scope.
func TestRulesGo(t *testing.T) {
	a := start(t, scripted(t))
	scopedRule := text("b", mockserver.Match{})
	scopedRule.Scope = "s"
	a.rules(scopedRule, text("a", mockserver.Match{}), mockserver.Rule{Scope: "s", Match: mockserver.Match{Operation: "getHealth"}, Fault: &mockserver.Fault{Kind: mockserver.FaultStatus, Status: 418}})
	if names := a.server.Rules(); names[2].Name != "rule-1" {
		t.Errorf("the name made up is %s", names[2].Name)
	}
	a.says("a", http.MethodGet, "/health", "")
	if !a.server.DeleteRule("a") || a.server.DeleteRule("a") {
		t.Error("a rule is deleted once")
	}
	a.says("healthy", http.MethodGet, "/health", "")
	a.says("418", http.MethodGet, "/health", "", mockserver.ScopeHeader+": s")
	if n := a.server.DeleteRules("other"); n != 0 {
		t.Errorf("%d rules of another scope went", n)
	}
	if n := a.server.DeleteRules("s"); n != 2 || len(a.server.Rules()) != 0 {
		t.Errorf("%d rules went, %d are left", n, len(a.server.Rules()))
	}
	a.says("healthy", http.MethodGet, "/health", "", mockserver.ScopeHeader+": s")
}

// TestRulesComeAfterTheDoor: what the server refuses before an operation is not
// for rules.
func TestRulesComeAfterTheDoor(t *testing.T) {
	a := start(t, scripted(t), func(cfg *mockserver.Config) { cfg.APIKey = "k" })
	a.rules(text("answered", mockserver.Match{}))
	a.says("Missing API key", http.MethodPost, "/databases/g/query", queryBody("RETURN 1", ""))
	a.says("Field required", http.MethodPost, "/databases/g/query", "{}", "X-Kuzu-API-Key: k")
	a.says("Not Found", http.MethodGet, "/nowhere", "", "X-Kuzu-API-Key: k")
	a.says("answered", http.MethodPost, "/databases/g/query", queryBody("RETURN 1", ""), "X-Kuzu-API-Key: k")
}
