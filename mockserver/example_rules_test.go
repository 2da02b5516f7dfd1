package mockserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// A query is refused once; when it is repeated, the engine runs it.
func ExampleServer_AddRules() {
	engine := mockserver.NewScripted()
	_ = engine.Create(context.Background(), "g")
	srv, err := mockserver.New(mockserver.Config{Engine: engine, Records: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	web := httptest.NewServer(srv)
	defer web.Close()

	err = srv.AddRules(mockserver.Rule{
		Match:   mockserver.Match{Cypher: "RETURN 1"},
		Times:   1,
		Replies: []mockserver.Reply{{Status: 503, JSON: json.RawMessage(`{"detail": {"error": "busy"}}`)}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		resp, err := http.Post(web.URL+"/databases/g/query", "application/json", strings.NewReader(`{"database": "g", "cypher": "RETURN 1"}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode)
	}
	log := srv.Requests(mockserver.RequestFilter{Cypher: "RETURN 1"})
	fmt.Println("asked", len(log.Requests), "times, ran", log.Ran)
	// Output:
	// 503
	// 200
	// asked 2 times, ran 1
}

// Tests that share a server each have a script; its rules hold for those who ask
// through it, and go with the test.
func ExampleServer_Script() {
	var (
		t      *testing.T         // the test's own
		shared *mockserver.Server // of all tests
	)
	script := shared.Script(t, mockserver.Rule{
		Name:  "lost-answer",
		Match: mockserver.Match{Cypher: "CREATE (:Person {id: 1})"},
		Times: 1,
		Fault: &mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders, Carry: true},
	})
	web := httptest.NewServer(script)
	defer web.Close()

	// Here the code under test writes to web.URL.

	script.Used()                             // the answer was lost
	script.Ran("CREATE (:Person {id: 1})", 1) // and the write not repeated
}
