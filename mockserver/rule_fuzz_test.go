package mockserver_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// FuzzRules: whatever is given as a rule is taken or refused with a reason, and
// what is taken can be listed, given again and applied.
func FuzzRules(f *testing.F) {
	for _, seed := range []string{
		`{"match":{},"replies":[{"status":503,"json":{"a":[1,2.5,null]}}]}`,
		`{"name":"a","scope":"s","match":{"operation":"queryDatabase","graph":"g","cypher":"RETURN 1","cypher_pattern":"1$","parameters":{"p":{"a":[1e3]}},"headers":{"X-A":"b"}},"skip":1,"every":2,"times":3,"probability":0.5,"seed":1,"replies":[{"body":"x"}]}`,
		`{"match":{"operation":"getHealth"},"replies":[{"example":"default"},{"lines":[{"json":1},{"raw":"{"}]},{"events":[{"event":"e","data":{}},{"comment":"c"}]}]}`,
		`{"match":{},"fault":{"kind":"latency","min":"1ns","max":"2ns"}}`,
		`{"match":{},"fault":{"kind":"status","status":418,"carry":true}}`,
		`{"match":{},"fault":{"kind":"reset_before_headers"}}`,
		`{"match":{},"fault":{"kind":"reset_in_body","after_lines":1}}`,
		`{"match":{},"fault":{"kind":"truncated_line"}}`,
		`{"match":{},"fault":{"kind":"dribble","bytes":1,"interval":"1ns"}}`,
		`{"match":{},"fault":{"kind":"content_type","content_type":"a/b"}}`,
		`{"match":{"parameters":{"p":1e999}},"replies":[{}]}`,
	} {
		f.Add(seed)
	}
	var log lines
	a := newAPI(f, mockserver.NewScripted(), func(cfg *mockserver.Config) {
		cfg.Admin, cfg.Records, cfg.Logger = mockserver.AdminOpen, 10, slog.New(slog.NewTextHandler(&log, nil))
	})
	f.Cleanup(a.close)
	f.Fuzz(func(t *testing.T, body string) {
		defer a.server.DeleteRules("")
		ask := func(method, path, body string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			a.server.ServeHTTP(w, r)
			return w
		}
		switch w := ask("POST", "/__mock/rules", body); w.Code {
		case http.StatusUnprocessableEntity:
			if !strings.Contains(w.Body.String(), `"msg"`) {
				t.Errorf("%s is refused without a reason: %s", body, w.Body)
			}
			return
		case http.StatusCreated:
		default:
			t.Fatalf("%s: got %d %s", body, w.Code, w.Body)
		}
		rules := a.server.Rules()
		if len(rules) != 1 || ask("GET", "/__mock/rules", "").Code != 200 {
			t.Fatalf("%s: there are %+v", body, rules)
		}
		a.server.DeleteRules("")
		if err := a.server.AddRules(rules[0].Rule); err != nil {
			t.Fatalf("%s: a rule that was taken is refused: %v", body, err)
		}
		if takesTime(rules[0].Rule) {
			return
		}
		ask("GET", "/health", "")
		ask("POST", plainQuery, queryBody("RETURN 1", `{"p":{"a":[1000]}}`))
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, "level=ERROR") && !strings.Contains(line, "fault cannot strike") {
				t.Errorf("%s: %s", body, line)
			}
		}
	})
}

// takesTime reports whether a rule takes its time.
func takesTime(r mockserver.Rule) bool {
	long := mockserver.Duration(time.Millisecond)
	if f := r.Fault; f != nil {
		return max(f.Delay, f.Max, f.Mean, f.Deviation, f.Interval) > long || f.Kind == mockserver.FaultHeldOpenBody
	}
	for _, reply := range r.Replies {
		for _, line := range reply.Lines {
			if line.After > long {
				return true
			}
		}
		for _, event := range reply.Events {
			if event.After > long {
				return true
			}
		}
	}
	return false
}
