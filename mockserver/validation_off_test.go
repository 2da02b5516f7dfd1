package mockserver_test

import (
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// With the check of requests switched off, operations see them as they are, and
// answer as documented nevertheless, which the harness holds.
func TestRequestsUnchecked(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		for _, tt := range []struct {
			method, path, body string
			status             int
			want               string
		}{
			{"POST", "/databases/g/query", `{"cypher":"RETURN 1","timeout":30}`, 200, `"data":[{"1":1}]`},
			{"POST", "/databases/g/query?streaming=maybe", `{"cypher":"RETURN 1"}`, 200, `"data":[{"1":1}]`},
			{"POST", "/databases/g/query?streaming=yes", `{"cypher":"RETURN 1"}`, 200, `"is_last_chunk": true`},
			{"POST", "/databases/g/query", ``, 400, "Query cannot be empty"},
			{"POST", "/databases/g/query", `{"cypher":1,"parameters":[1]}`, 400, "Query cannot be empty"},
			{"POST", "/databases/g/query", `[`, 400, "Query cannot be empty"},
			{"POST", "/databases/g/query", `{"cypher":"RETURN 1","parameters":[1]}`, 200, `"data":[{"1":1}]`},
			{"POST", "/databases", `{}`, 400, "Graph ID must be alphanumeric"},
			{"POST", "/databases", `{"graph_id":"../g"}`, 400, "Graph ID contains invalid characters"},
			{"POST", "/databases", `{"graph_id":"h","schema_type":"none"}`, 200, `"success"`},
			{"POST", "/databases/g/schema", `{"type":7}`, 400, "Schema type must be"},
			{"POST", "/databases/g/ingest", `{"files":[""],"priority":99,"mode":"soon"}`, 400, "Ingestion not possible"},
			{"POST", "/databases/g/copy", `{}`, 200, "started"},
			{"POST", "/databases/g/backup", `"x"`, 200, "initiated"},
			{"GET", "/tasks?limit=-5", ``, 200, "["},
			{"GET", "/tasks?limit=x&status=none", ``, 200, "["},
			{"POST", "/databases", strings.Repeat(" ", 200) + `{"graph_id":"k"}`, 200, `"success"`},
		} {
			if r := a.do(tt.method, tt.path, tt.body); r.status != tt.status || !strings.Contains(r.body, tt.want) {
				t.Errorf("%s %s %s: got %d %s", tt.method, tt.path, tt.body, r.status, r.body)
			}
		}
	}, func(cfg *mockserver.Config) { cfg.Validation = mockserver.ValidateAnswers })
}

func TestValidationNames(t *testing.T) {
	for _, v := range []mockserver.Validation{mockserver.ValidateAll, mockserver.ValidateRequests, mockserver.ValidateAnswers, mockserver.ValidateNothing} {
		text, err := v.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		read := mockserver.ValidateNothing + 1
		if err := read.UnmarshalText(text); err != nil || read != v || string(text) != v.String() {
			t.Errorf("%v is read as %v, %v", v, read, err)
		}
	}
	var v mockserver.Validation
	if err := v.UnmarshalText([]byte("some")); err == nil || err.Error() != `"some" is no validation; there are all, requests, answers, nothing` {
		t.Errorf("error is %v", err)
	}
	if got := (mockserver.ValidateNothing + 1).String(); got != "Validation(4)" {
		t.Errorf("got %s", got)
	}
	if _, err := mockserver.New(mockserver.Config{Engine: scripted(t), Validation: 9}); err == nil || !strings.Contains(err.Error(), "Validation is 9") {
		t.Errorf("error is %v", err)
	}
}
