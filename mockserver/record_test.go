package mockserver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

func recording(n int) func(*mockserver.Config) {
	return func(cfg *mockserver.Config) { cfg.Records = n }
}

// TestRecord holds what is remembered of a request.
func TestRecord(t *testing.T) {
	a := start(t, scripted(t), recording(10), func(cfg *mockserver.Config) { cfg.APIKey = "secret" })
	a.do("POST", "/databases", `{"graph_id":"g"}`, "X-Kuzu-API-Key: secret").is(200, `{"database_path":"<dir>/g.kuzu","execution_time_ms":<n>,"graph_id":"g","schema_applied":true,"status":"success"}`)
	a.do("POST", streamQuery, queryBody("RETURN $p AS p", `{"p":12345678901234567}`), "Authorization: Bearer secret", "X-Team: a", mockserver.ScopeHeader+": s")
	a.do("POST", plainQuery, queryBody("RETURN 1", ""), "X-Kuzu-API-Key: wrong")
	log := a.server.Requests(mockserver.RequestFilter{})
	if len(log.Requests) != 3 || log.Ran != 1 || log.Dropped != 0 {
		t.Fatalf("got %+v", log)
	}
	query := log.Requests[1]
	if query.ID != 2 || query.Scope != "s" || query.Method != "POST" || query.Path != plainQuery || query.Query != "streaming=true" ||
		query.Operation != "queryDatabase" || query.Graph != "g" || query.Cypher != "RETURN $p AS p" || string(query.Parameters["p"]) != "12345678901234567" ||
		query.Status != 200 || query.Ran != 1 || query.Rule != "" || query.Faults != nil || query.StartedAt.IsZero() {
		t.Errorf("got %+v", query)
	}
	if h := query.Headers; h["Authorization"] != "[redacted]" || h["X-Team"] != "a" || h["Content-Type"] != "application/json" {
		t.Errorf("the headers are %v", h)
	}
	if create := log.Requests[0]; create.Operation != "createDatabase" || create.Ran != 0 || !create.Ended || create.DurationMS < 0 {
		t.Errorf("got %+v", create)
	}
	refused := log.Requests[2]
	if refused.Status != 401 || refused.Operation != "" || refused.Ran != 0 {
		t.Errorf("got %+v", refused)
	}
	for _, request := range log.Requests {
		if strings.Contains(fmt.Sprint(request), "secret") || strings.Contains(fmt.Sprint(request), "wrong") {
			t.Errorf("a key is shown: %v", request)
		}
	}
}

// TestRecordCountsRuns: a retry whose first answer got lost ran twice.
func TestRecordCountsRuns(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		a.server.ClearRequests()
		const cypher = "RETURN 1 AS a"
		a.rules(
			mockserver.Rule{Name: "answered", Times: 1, Match: mockserver.Match{Cypher: cypher}, Replies: []mockserver.Reply{{Status: 503}}},
			mockserver.Rule{Name: "lost", Skip: 1, Times: 1, Fault: &mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders, Carry: true}},
			mockserver.Rule{Name: "unsent", Skip: 1, Times: 1, Fault: &mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders}},
		)
		for range 4 {
			_, _, _ = a.fetch(http.MethodPost, plainQuery, queryBody(cypher+";", ""))
		}
		log := a.server.Requests(mockserver.RequestFilter{Cypher: " RETURN  1 AS a"})
		var got []string
		for _, r := range log.Requests {
			got = append(got, fmt.Sprintf("%d %d %s %v", r.Status, r.Ran, r.Rule, r.Faults))
		}
		want := []string{"503 0 answered []", "0 1  [lost]", "0 0  [unsent]", "200 1  []"}
		if log.Ran != 2 || !slices.Equal(got, want) {
			t.Errorf("ran %d, %q; want 2, %q", log.Ran, got, want)
		}
	}, recording(10))
}

// TestRequestFilter holds each field of a filter.
func TestRequestFilter(t *testing.T) {
	a := start(t, scripted(t), recording(10))
	a.create("g", "")
	a.create("h", "")
	a.rules(mockserver.Rule{Name: "late", Match: mockserver.Match{Graph: "h"}, Fault: &mockserver.Fault{Kind: mockserver.FaultLatency, Delay: 1}},
		mockserver.Rule{Name: "teapot", Match: mockserver.Match{Cypher: "RETURN 2"}, Replies: []mockserver.Reply{{Status: 418}}})
	for _, ask := range [][3]string{{"g", "RETURN 1", "s"}, {"h", "RETURN  1;", "t"}, {"g", "RETURN 2", "s"}} {
		_, _, _ = a.fetch("POST", "/databases/"+ask[0]+"/query", queryBody(ask[1], ""), mockserver.ScopeHeader+": "+ask[2])
	}
	for name, test := range map[string]struct {
		filter mockserver.RequestFilter
		want   []uint64
	}{
		"all":       {mockserver.RequestFilter{}, []uint64{1, 2, 3, 4, 5}},
		"scope":     {mockserver.RequestFilter{Scope: "s"}, []uint64{3, 5}},
		"operation": {mockserver.RequestFilter{Operation: "createDatabase"}, []uint64{1, 2}},
		"graph":     {mockserver.RequestFilter{Graph: "g"}, []uint64{3, 5}},
		"text":      {mockserver.RequestFilter{Cypher: "RETURN 1"}, []uint64{3, 4}},
		"pattern":   {mockserver.RequestFilter{CypherPattern: regexp.MustCompile("^RETURN [2-9]$")}, []uint64{5}},
		"status":    {mockserver.RequestFilter{Status: 418}, []uint64{5}},
		"reply":     {mockserver.RequestFilter{Rule: "teapot"}, []uint64{5}},
		"fault":     {mockserver.RequestFilter{Rule: "late"}, []uint64{4}},
		"several":   {mockserver.RequestFilter{Graph: "g", Status: 200}, []uint64{3}},
		"none":      {mockserver.RequestFilter{Graph: "i"}, nil},
	} {
		var ids []uint64
		for _, r := range a.server.Requests(test.filter).Requests {
			ids = append(ids, r.ID)
		}
		if !slices.Equal(ids, test.want) {
			t.Errorf("%s: got %v, want %v", name, ids, test.want)
		}
	}
}

// TestRecordIsBounded: the oldest make room, and the record says so.
func TestRecordIsBounded(t *testing.T) {
	a := start(t, scripted(t), recording(3))
	for range 5 {
		a.get("/health")
	}
	log := a.server.Requests(mockserver.RequestFilter{})
	if len(log.Requests) != 3 || log.Requests[0].ID != 3 || log.Requests[2].ID != 5 || log.Dropped != 2 {
		t.Errorf("got %+v", log)
	}
	a.server.ClearRequests()
	if log := a.server.Requests(mockserver.RequestFilter{}); len(log.Requests) != 0 || log.Dropped != 0 {
		t.Errorf("after clearing: %+v", log)
	}
	a.get("/health")
	if log := a.server.Requests(mockserver.RequestFilter{}); len(log.Requests) != 1 || log.Requests[0].ID != 6 {
		t.Errorf("got %+v", log)
	}

	none := start(t, scripted(t))
	none.get("/health")
	none.server.ClearRequests()
	if log := none.server.Requests(mockserver.RequestFilter{}); len(log.Requests) != 0 {
		t.Errorf("a server that does not record has %+v", log)
	}
}

// TestRecordOfLargeRequests: the bytes of the record have a bound, too.
func TestRecordOfLargeRequests(t *testing.T) {
	a := start(t, scripted(t), recording(1000))
	a.create("g", "")
	a.server.ClearRequests()
	const each = 9 << 20
	long := strings.Repeat("x", each)
	for n := range 9 { // a stream takes parameters of any length if it is not told how long its body is
		a.declare("/databases/g/query?streaming=true", -1, queryBody(fmt.Sprintf("RETURN $p AS p%d", n), `{"p":"`+long+`"}`))
	}
	log := a.server.Requests(mockserver.RequestFilter{})
	if len(log.Requests) != 7 || log.Dropped != 2 || log.Requests[0].Cypher != "RETURN $p AS p2" || len(log.Requests[6].Parameters["p"]) != each+2 {
		t.Fatalf("%d requests are remembered, %d dropped", len(log.Requests), log.Dropped)
	}
	for range 10 { // what is small still fits
		a.get("/health")
	}
	if log = a.server.Requests(mockserver.RequestFilter{}); len(log.Requests) != 17 || log.Dropped != 2 {
		t.Errorf("%d requests are remembered, %d dropped", len(log.Requests), log.Dropped)
	}
	a.server.ClearRequests()
	a.get("/health")
	if log = a.server.Requests(mockserver.RequestFilter{}); len(log.Requests) != 1 || log.Dropped != 0 {
		t.Errorf("%d requests are remembered, %d dropped", len(log.Requests), log.Dropped)
	}
}

// TestRecordOfAFailure: what a panic becomes is in the record.
func TestRecordOfAFailure(t *testing.T) {
	engine := newStub(t)
	a := start(t, engine, recording(10))
	engine.run = func(context.Context, string) (mockserver.Result, error) { panic("the engine broke") }
	a.query("g", "RETURN 1", "")
	if r := a.server.Requests(mockserver.RequestFilter{Operation: "queryDatabase"}).Requests; len(r) != 1 || r[0].Status != 500 || r[0].Ran != 1 {
		t.Errorf("got %+v", r)
	}
}

// TestRulesCostNothingWhenThereAreNone: a server that had rules is as it was.
func TestRulesCostNothingWhenThereAreNone(t *testing.T) {
	a := newAPI(t, scripted(t))
	defer a.close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/tasks/stats", nil)
	measure := func() float64 {
		return testing.AllocsPerRun(100, func() { a.server.ServeHTTP(httptest.NewRecorder(), r) })
	}
	before := measure()
	a.rules(text("r", mockserver.Match{Graph: "g"}))
	with := measure()
	a.server.DeleteRules("")
	if after := measure(); after > before+1 || with <= before+1 { // the runtime's own allocations come and go
		t.Errorf("%v allocations before there was a rule, %v with one, %v after", before, with, after)
	}
}
