package mockserver_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/robosystems/kuzuclient/mockserver"
)

func ExampleNew() {
	srv, err := mockserver.New(mockserver.Config{Engine: mockserver.NewScripted(), APIKey: "secret"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	web := httptest.NewServer(srv)
	defer web.Close()

	resp, err := http.Get(web.URL + "/databases")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body), err)
	// Output: 401 {"detail":"Missing API key"} <nil>
}

// A wrong configuration is told in one piece.
func ExampleNew_wrong() {
	_, err := mockserver.New(mockserver.Config{NodeType: "reader", MaxDatabases: -1})
	fmt.Println(err)
	// Output:
	// mockserver: Engine is nil; give NewScripted() or an engine of the kuzuengine package
	// MaxDatabases is -1; it must not be negative
	// NodeType is "reader"; it must be writer, shared_master or shared_replica
}

func ExampleScripted_Answer() {
	engine := mockserver.NewScripted()
	engine.Answer("MATCH (p:Person) RETURN p.name AS name, p.since AS since", []string{"name", "since"},
		[]any{"Ann", int64(20100214153210447)},
		[]any{"Bob", nil},
	)
	show(engine, `{"database":"g","cypher":"MATCH (p:Person) RETURN p.name AS name, p.since AS since"}`)
	// Output: 200 [{"name":"Ann","since":20100214153210447},{"name":"Bob","since":null}]
}

// A handler sees the parameters and what was loaded, and can fail in the
// engine's words.
func ExampleScripted_Handle() {
	engine := mockserver.NewScripted()
	engine.Handle("MATCH (p:Person {id: $id}) RETURN p.name AS name", func(call mockserver.Call) (mockserver.Answer, error) {
		if call.Tables["Person"] == nil {
			return mockserver.Answer{}, errors.New("Binder exception: Table Person does not exist.")
		}
		answer := mockserver.Answer{Columns: []string{"name"}}
		for _, row := range call.Tables["Person"].Rows {
			if row[0] == call.Parameters["id"] {
				answer.Rows = append(answer.Rows, row[1:2])
			}
		}
		return answer, nil
	})
	show(engine, `{"database":"g","cypher":"MATCH (p:Person {id: $id}) RETURN p.name AS name","parameters":{"id":1}}`)
	// Output: 400 Query binding error: Binder exception: Table Person does not exist.
}

// show asks a server on the engine, whose only database is g.
func show(engine mockserver.Engine, body string) {
	srv, err := mockserver.New(mockserver.Config{Engine: engine})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	ask := func(path, body string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
		return w
	}
	ask("/databases", `{"graph_id":"g","schema_type":"custom"}`)
	w := ask("/databases/g/query", body)
	var answer struct {
		Data   json.RawMessage
		Detail string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Code, string(answer.Data)+answer.Detail)
}
