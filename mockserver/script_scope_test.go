package mockserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestScriptsDoNotDisturbEachOther: tests that run at the same time on one
// server see their own rules and requests only.
func TestScriptsDoNotDisturbEachOther(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", "")
	t.Run("scripts", func(t *testing.T) {
		for i := range 8 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				own := fmt.Sprint("own answer ", i)
				script := a.server.Script(t, mockserver.Rule{Match: mockserver.Match{Cypher: "RETURN 1"}, Times: 20, Replies: []mockserver.Reply{{Body: own}}})
				b := a.in(t)
				header := ""
				if i%2 == 0 { // by handler, or by header
					web := httptest.NewServer(script)
					defer web.Close()
					b.url = web.URL
				} else {
					header = mockserver.ScopeHeader + ": " + script.Scope()
				}
				headers := slices.DeleteFunc([]string{header}, func(h string) bool { return h == "" })
				for range 20 {
					b.says(own, "POST", plainQuery, queryBody("RETURN 1", ""), headers...)
				}
				b.says(`"data":[{"1":1}]`, "POST", plainQuery, queryBody("RETURN 1", ""), headers...)
				script.Ran("RETURN 1", 1)
				script.Used()
				if log := script.Requests(mockserver.RequestFilter{}); len(log.Requests) != 21 {
					t.Errorf("the script has seen %d requests", len(log.Requests))
				}
				if rules := script.Rules(); len(rules) != 1 || rules[0].Applied != 20 {
					t.Errorf("the script's rules are %+v", rules)
				}
			})
		}
	})
	if rules := a.server.Rules(); len(rules) != 0 {
		t.Errorf("after the tests there are %+v", rules)
	}
}

// TestRulesUnderTraffic: rules come and go while requests are under way.
func TestRulesUnderTraffic(t *testing.T) {
	a := start(t, scripted(t), recording(50))
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if _, got, err := a.fetch("GET", "/health", ""); err != nil || got != "scripted" && !strings.Contains(got, "healthy") {
						t.Errorf("got %q, %v", got, err)
					}
				}
			}
		})
	}
	for i := range 50 {
		a.rules(mockserver.Rule{Name: fmt.Sprint(i), Every: 2, Replies: []mockserver.Reply{{Body: "scripted"}}})
		a.server.Rules()
		a.server.Requests(mockserver.RequestFilter{Rule: fmt.Sprint(i)})
		if err := a.server.SetQuirks(mockserver.Quirks(i % 2)); err != nil {
			t.Error(err)
		}
		a.server.DeleteRule(fmt.Sprint(i))
	}
	close(stop)
	wg.Wait()
}

// judge is a test that notes what it is told.
type judge struct {
	words   []string
	cleanup []func()
}

func (j *judge) Helper()          {}
func (j *judge) Cleanup(f func()) { j.cleanup = append(j.cleanup, f) }
func (j *judge) Errorf(format string, args ...any) {
	j.words = append(j.words, fmt.Sprintf(format, args...))
}
func (j *judge) Fatalf(format string, args ...any) { j.Errorf("fatal: "+format, args...) }

// said returns what the test was told since the last time.
func (j *judge) said() string {
	words := strings.Join(j.words, "\n")
	j.words = nil
	return words
}

// TestScriptFailsItsTest holds what a script says, and when.
func TestScriptFailsItsTest(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", "")
	j := &judge{}
	script := a.server.Script(j,
		mockserver.Rule{Name: "twice", Match: mockserver.Match{Cypher: "RETURN 2"}, Times: 2, Replies: []mockserver.Reply{{Body: "2"}}},
		mockserver.Rule{Name: "never", Match: mockserver.Match{Graph: "g"}, Skip: 5, Fault: &mockserver.Fault{Kind: mockserver.FaultStatus, Status: 500}},
	)
	for _, cypher := range []string{"RETURN 1", "RETURN 2"} {
		_, _, _ = a.fetch("POST", plainQuery, queryBody(cypher, ""), mockserver.ScopeHeader+": "+script.Scope())
	}
	script.Ran("RETURN 1", 1)
	script.Ran("RETURN 2", 0)
	if got := j.said(); got != "" {
		t.Errorf("it says %s", got)
	}
	script.Ran("RETURN 1", 2)
	if got := j.said(); got != `"RETURN 1" ran 1 times in 1 requests, want 2` {
		t.Errorf("it says %s", got)
	}
	script.Used()
	if got := j.said(); got != "rule twice was applied 1 of 2 times\nrule never was never applied; it matched 2 requests" {
		t.Errorf("it says %s", got)
	}
	script.Add()
	script.Add(mockserver.Rule{})
	if got := j.said(); got != "fatal: mockserver: rules[0]: has neither replies nor a fault, so it would do nothing" {
		t.Errorf("it says %s", got)
	}
	for range 10_001 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/tasks/stats", nil)
		script.ServeHTTP(httptest.NewRecorder(), r)
	}
	script.Ran("RETURN 1", 1)
	if got := j.said(); !strings.Contains(got, "3 requests had to make room in the record") {
		t.Errorf("it says %s", got)
	}
	for _, f := range j.cleanup {
		f()
	}
	if rules := a.server.Rules(); len(rules) != 0 {
		t.Errorf("after the test there are %+v", rules)
	}
}

// What the package's page shows: a refusal, then a lost answer, then peace.
func TestScriptOfThePackagePage(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		query := mockserver.Match{Operation: "queryDatabase", Graph: "g"}
		script := a.server.Script(t,
			mockserver.Rule{Match: query, Times: 1, Replies: []mockserver.Reply{{Example: "default", Status: 503}}},
			mockserver.Rule{Match: query, Skip: 1, Times: 1, Fault: &mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders, Carry: true}},
		)
		web := httptest.NewServer(script)
		defer web.Close()
		var got []int // 0: the connection was reset
		for range 3 {
			resp, err := http.Post(web.URL+"/databases/g/query", "application/json", strings.NewReader(queryBody("RETURN 1", "")))
			if err != nil {
				got = append(got, 0)
				continue
			}
			got = append(got, resp.StatusCode)
			_ = resp.Body.Close()
		}
		if want := []int{503, 0, 200}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		script.Ran("RETURN 1", 2)
		script.Used()
	})
}
