package mockserver_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

var (
	anything = []mockserver.Reply{{Body: "x"}}
	outage   = &mockserver.Fault{Kind: mockserver.FaultStatus, Status: 503}
	late     = &mockserver.Fault{Kind: mockserver.FaultLatency, Delay: 1}
)

// TestRulesAreRefused holds each reason, and that nothing is changed.
func TestRulesAreRefused(t *testing.T) {
	half := 0.5
	zero, two, nan := 0.0, 2.0, math.NaN()
	reply := func(r mockserver.Reply) mockserver.Rule {
		return mockserver.Rule{Match: mockserver.Match{Operation: "queryDatabase"}, Replies: []mockserver.Reply{r}}
	}
	fault := func(f mockserver.Fault) mockserver.Rule { return mockserver.Rule{Fault: &f} }
	match := func(m mockserver.Match) mockserver.Rule { return mockserver.Rule{Match: m, Replies: anything} }
	for name, test := range map[string]struct {
		rules []mockserver.Rule
		want  []string
	}{
		"empty":               {[]mockserver.Rule{{}}, []string{"rules[0]: has neither replies nor a fault"}},
		"both":                {[]mockserver.Rule{{Replies: anything, Fault: late}}, []string{"rules[0]: has replies and a fault; make two rules of it"}},
		"name":                {[]mockserver.Rule{{Name: "a b", Replies: anything}}, []string{`rules[0].name: "a b" is not 1 to 64 letters`}},
		"scope":               {[]mockserver.Rule{{Scope: "a\nb", Replies: anything}}, []string{"rules[0].scope: "}},
		"numbers":             {[]mockserver.Rule{{Skip: -1, Every: -2, Times: -3, Replies: anything}}, []string{"skip: -1 must not be negative", "every: -2", "times: -3"}},
		"probabilities":       {[]mockserver.Rule{{Probability: &zero, Replies: anything}, {Probability: &two, Replies: anything}, {Probability: &nan, Replies: anything}}, []string{"rules[0].probability: 0 must be above 0, or the rule could never match", "rules[1].probability: 2", "rules[2].probability: NaN"}},
		"replies never given": {[]mockserver.Rule{{Times: 1, Replies: []mockserver.Reply{{}, {}, {}}}}, []string{"rules[0].times: is 1, but there are 3 replies; the last 2 would never be given"}},
		"operation":           {[]mockserver.Rule{match(mockserver.Match{Operation: "query"})}, []string{`match.operation: "query" is not an operation of the API document; it has copyFiles, createBackup,`}},
		"operation of text":   {[]mockserver.Rule{match(mockserver.Match{Operation: "getHealth", Cypher: "RETURN 1"})}, []string{"match.operation: is getHealth, but only queryDatabase has a Cypher text and parameters: this can never match"}},
		"graph of operation":  {[]mockserver.Rule{match(mockserver.Match{Operation: "getHealth", Graph: "g"})}, []string{"match.graph: getHealth has no graph in its path: this can never match"}},
		"blank text":          {[]mockserver.Rule{match(mockserver.Match{Cypher: " ;"})}, []string{"match.cypher: is blank"}},
		"pattern":             {[]mockserver.Rule{match(mockserver.Match{CypherPattern: "("})}, []string{"match.cypher_pattern: is not a regular expression: "}},
		"pattern and text":    {[]mockserver.Rule{match(mockserver.Match{Cypher: "RETURN 1", CypherPattern: "^M"})}, []string{"match.cypher_pattern: does not match the text of cypher: this can never match"}},
		"parameter":           {[]mockserver.Rule{match(mockserver.Match{Parameters: map[string]any{"p": math.Inf(1)}})}, []string{"match.parameters.p: is no JSON"}},
		"headers":             {[]mockserver.Rule{match(mockserver.Match{Headers: map[string]string{"a b": "c", "d": "\r\n"}})}, []string{"match.headers.a b: is not the name", `match.headers.d: "\r\n" is not a value`}},
		"status":              {[]mockserver.Rule{reply(mockserver.Reply{Status: 199}), reply(mockserver.Reply{Status: 600})}, []string{"rules[0].replies[0].status: 199 is not from 200 to 599", "rules[1].replies[0].status: 600"}},
		"two bodies":          {[]mockserver.Rule{reply(mockserver.Reply{JSON: json.RawMessage("1"), Body: "x", Lines: []mockserver.Line{{Raw: "x"}}})}, []string{"replies[0]: has json and body and lines, which contradict each other"}},
		"body of 204":         {[]mockserver.Rule{reply(mockserver.Reply{Status: 204, Body: "x"})}, []string{"status: an answer with 204 has no body, but body is given"}},
		"length":              {[]mockserver.Rule{reply(mockserver.Reply{Headers: map[string]string{"content-length": "3", "X\n": ""}})}, []string{"headers.content-length: is the server's own; put a fault", "headers.X\n: is not the name"}},
		"JSON":                {[]mockserver.Rule{reply(mockserver.Reply{JSON: json.RawMessage("NaN")})}, []string{"replies[0].json: is not JSON; give it as body"}},
		"example":             {[]mockserver.Rule{reply(mockserver.Reply{Example: "no"})}, []string{`replies[0].example: the API document has no example "no" for queryDatabase 200; it has default`}},
		"example of status":   {[]mockserver.Rule{reply(mockserver.Reply{Status: 418, Example: "no"})}, []string{"the API document has no 418 for queryDatabase; it has 200, 400"}},
		"example of what":     {[]mockserver.Rule{{Replies: []mockserver.Reply{{Example: "default"}}}}, []string{"example: needs match.operation"}},
		"lines":               {[]mockserver.Rule{reply(mockserver.Reply{Lines: []mockserver.Line{{}, {After: -1, JSON: json.RawMessage("1"), Raw: "x"}, {JSON: json.RawMessage("{")}}})}, []string{"lines[0]: needs exactly one of json and raw", "lines[1].after: -1ns must not be negative", "lines[1]: needs exactly", "lines[2].json: is not JSON; give it as raw"}},
		"events":              {[]mockserver.Rule{reply(mockserver.Reply{Events: []mockserver.Event{{Event: "e"}, {Data: json.RawMessage("1"), Comment: "x"}, {Comment: "a\nb"}}})}, []string{"events[0]: needs exactly one of data, comment and raw", "events[0].event: needs data", "events[1]: needs exactly", "events[2]: event and comment are single lines"}},
		"kind":                {[]mockserver.Rule{fault(mockserver.Fault{Kind: "explode"})}, []string{`fault.kind: there is no fault "explode"; the faults are content_type, dribble, held_open_body, latency, reset_before_headers, reset_in_body, status, truncated_line`}},
		"fields of a kind":    {[]mockserver.Rule{fault(mockserver.Fault{Kind: mockserver.FaultLatency, Delay: 1, Status: 503, Bytes: 1})}, []string{"fault.status: means nothing to the fault latency", "fault.bytes: means nothing"}},
		"missing fields":      {[]mockserver.Rule{fault(mockserver.Fault{Kind: mockserver.FaultDribble}), fault(mockserver.Fault{Kind: mockserver.FaultContentType})}, []string{"rules[0].fault.bytes: the fault dribble needs it", "rules[0].fault.interval: the fault dribble needs it", "rules[1].fault.content_type: the fault content_type needs it"}},
		"which latency":       {[]mockserver.Rule{fault(mockserver.Fault{Kind: mockserver.FaultLatency}), fault(mockserver.Fault{Kind: mockserver.FaultLatency, Delay: 1, Max: 2})}, []string{"rules[0].fault: the fault latency needs exactly one of delay, max, mean", "rules[1].fault: the fault latency needs exactly one"}},
		"latencies":           {[]mockserver.Rule{fault(mockserver.Fault{Kind: mockserver.FaultLatency, Max: 1, Min: 2}), fault(mockserver.Fault{Kind: mockserver.FaultLatency, Delay: -1, Deviation: 1})}, []string{"rules[0].fault.min: 2ns is more than max, which is 1ns", "rules[1].fault.delay: -1ns must not be negative", "rules[1].fault.deviation: needs mean"}},
		"cuts":                {[]mockserver.Rule{fault(mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 1, AfterLines: 1}), fault(mockserver.Fault{Kind: mockserver.FaultHeldOpenBody, AfterBytes: -1})}, []string{"rules[0].fault: after_bytes and after_lines contradict each other", "rules[1].fault.after_bytes: -1 must not be negative"}},
		"status of a fault":   {[]mockserver.Rule{fault(mockserver.Fault{Kind: mockserver.FaultStatus, Status: 204}), fault(mockserver.Fault{Kind: mockserver.FaultContentType, ContentType: "\n"})}, []string{"rules[0].fault.status: 204 is not from 200 to 599, 204 and 304 left out", `rules[1].fault.content_type: "\n" is not a value`}},

		"same name":             {[]mockserver.Rule{{Name: "a", Times: 1, Replies: anything}, {Name: "a", Replies: anything}}, []string{"rules[1].name: there is a rule a already"}},
		"name that is there":    {[]mockserver.Rule{{Name: "kept", Fault: late}}, []string{"rules[0].name: there is a rule kept already"}},
		"shadowed by kept":      {[]mockserver.Rule{{Match: mockserver.Match{Graph: "kept", Cypher: "RETURN 1"}, Replies: anything}}, []string{"rules[0]: can never match: rule kept before it answers every request"}},
		"shadowed, same":        {[]mockserver.Rule{{Name: "a", Replies: anything}, {Replies: anything}}, []string{"rules[1]: can never match: rule a before it"}},
		"shadowed, scope":       {[]mockserver.Rule{{Name: "a", Replies: anything}, {Scope: "s", Replies: anything}}, []string{"rules[1]: can never match: rule a before it"}},
		"shadowed, limited":     {[]mockserver.Rule{{Name: "a", Replies: anything}, {Times: 1, Replies: anything}}, []string{"rules[1]: can never match: rule a before it"}},
		"shadowed, text":        {[]mockserver.Rule{{Name: "a", Match: mockserver.Match{Operation: "queryDatabase"}, Replies: anything}, {Match: mockserver.Match{Cypher: "RETURN 1"}, Replies: anything}}, []string{"rules[1]: can never match"}},
		"shadowed, pattern":     {[]mockserver.Rule{{Name: "a", Match: mockserver.Match{CypherPattern: "^RETURN"}, Replies: anything}, {Match: mockserver.Match{Cypher: "RETURN\n1"}, Replies: anything}, {Match: mockserver.Match{CypherPattern: "^RETURN", Graph: "g"}, Replies: anything}}, []string{"rules[1]: can never match", "rules[2]: can never match"}},
		"shadowed, details":     {[]mockserver.Rule{{Name: "a", Match: mockserver.Match{Parameters: map[string]any{"p": 1}, Headers: map[string]string{"x-a": "b"}}, Replies: anything}, {Match: mockserver.Match{Parameters: map[string]any{"p": 1.0, "q": 2}, Headers: map[string]string{"X-A": "b", "X-B": "c"}}, Replies: anything}}, []string{"rules[1]: can never match"}},
		"fault behind outage":   {[]mockserver.Rule{{Name: "a", Fault: outage}, {Match: mockserver.Match{Graph: "g"}, Fault: late}}, []string{"rules[1]: can never be seen: the fault status of rule a before it"}},
		"two latencies":         {[]mockserver.Rule{{Name: "a", Fault: late}, {Fault: late}}, []string{"rules[1]: contradicts rule a, which puts the same fault on the same requests"}},
		"outage before answer":  {[]mockserver.Rule{{Name: "a", Fault: outage}, {Replies: anything}}, []string{"rules[1]: contradicts rule a, whose fault status strikes"}},
		"outage behind answer":  {[]mockserver.Rule{{Name: "a", Replies: anything}, {Fault: outage}}, []string{"rules[1]: contradicts rule a, which answers the same requests without end"}},
		"no contradiction here": {[]mockserver.Rule{{Name: "a", Times: 1, Replies: anything}, {Probability: &half, Replies: anything}, {Match: mockserver.Match{Graph: "g"}, Replies: anything}, {Scope: "s", Fault: late}, {Fault: late}, {Match: mockserver.Match{Graph: "g"}, Fault: late}, {Match: mockserver.Match{Graph: "h"}, Fault: outage}, {Every: 2, Fault: outage}, {Replies: anything}}, nil},
		"others not shadowed": {[]mockserver.Rule{
			match(mockserver.Match{Cypher: "RETURN 1"}), match(mockserver.Match{Cypher: "RETURN 2"}), match(mockserver.Match{CypherPattern: "^M"}), match(mockserver.Match{CypherPattern: "^N"}),
			match(mockserver.Match{Parameters: map[string]any{"p": 1}}), match(mockserver.Match{Parameters: map[string]any{"p": 2}}), match(mockserver.Match{Parameters: map[string]any{"q": 1}}),
			match(mockserver.Match{Headers: map[string]string{"a": "b"}}), match(mockserver.Match{Headers: map[string]string{"a": "c"}}), match(mockserver.Match{Operation: "getHealth"}), match(mockserver.Match{Operation: "getInfo"}),
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t, scripted(t))
			defer a.close()
			a.rules(mockserver.Rule{Name: "kept", Match: mockserver.Match{Graph: "kept"}, Replies: anything})
			err := a.server.AddRules(test.rules...)
			kept := len(a.server.Rules())
			if test.want == nil {
				if err != nil || kept != 1+len(test.rules) {
					t.Errorf("error is %v, there are %d rules", err, kept)
				}
				return
			}
			if err == nil || kept != 1 {
				t.Fatalf("error is %v, there are %d rules", err, kept)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is %v\nwant %s", err, want)
				}
			}
			if n := strings.Count(err.Error(), "\n") + 1; n != len(test.want) && name != "headers" && name != "length" {
				t.Errorf("%d reasons, want %d: %v", n, len(test.want), err)
			}
		})
	}
}

// TestConfigOfTheAdminAPI: wrong settings are named.
func TestConfigOfTheAdminAPI(t *testing.T) {
	_, err := mockserver.New(mockserver.Config{Engine: scripted(t), Records: -1, Admin: "everybody"})
	for _, want := range []string{"Records is -1; it must not be negative", `Admin is "everybody"; it must be off, loopback or open`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}
