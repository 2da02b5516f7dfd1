package dynamo_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// The registry of a fleet with one graph, which is throttled for a while.
func ExampleNew() {
	server := dynamo.New(dynamo.Registry("test")...)
	const graphs = "robosystems-kuzu-test-graph-registry"
	server.Put(graphs, dynamo.Item{
		"graph_id":     dynamo.String("kg0123456789abcdef"),
		"database_gen": dynamo.Number(3),
		"tags":         dynamo.Strings("a", "b"),
	})
	web := httptest.NewServer(server)
	defer web.Close()

	get := func() {
		req, err := http.NewRequest(http.MethodPost, web.URL, strings.NewReader(`{"TableName": "`+graphs+`", "Key": {"graph_id": {"S": "kg0123456789abcdef"}}}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		fmt.Println(resp.StatusCode, strings.Contains(string(body), `"database_gen":{"N":"3"}`), err)
	}
	get()
	server.Intercept(func(dynamo.Request) *dynamo.Fault {
		return &dynamo.Fault{Type: "ThrottlingException", Message: "Rate exceeded"}
	})
	get()
	server.Intercept(nil)
	get()
	// Output:
	// 200 true <nil>
	// 400 false <nil>
	// 200 true <nil>
}
