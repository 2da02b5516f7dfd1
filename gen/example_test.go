package gen_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/robosystems/kuzuclient/gen"
)

// exampleServer answers any request alike.
func exampleServer(status int, contentType, body string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
}

func ExampleClientWithResponses() {
	srv := exampleServer(404, "application/json", `{"detail":"Database kg1a2b3c4d5 not found"}`)
	defer srv.Close()

	api, err := gen.NewClientWithResponses(srv.URL)
	if err != nil {
		log.Fatal(err)
	}
	reply, err := api.GetDatabaseWithResponse(context.Background(), "kg1a2b3c4d5")
	switch {
	case err != nil:
		log.Fatal(err)
	case reply.JSON200 != nil:
		fmt.Println(reply.JSON200.SizeBytes, "bytes")
	case reply.JSON404 != nil:
		fmt.Println("not here:", reply.JSON404.Detail)
	default: // another status, or a proxy's page
		fmt.Printf("%s: %s\n", reply.Status(), reply.Body)
	}
	// Output: not here: Database kg1a2b3c4d5 not found
}

func ExampleClientWithResponses_stream() {
	srv := exampleServer(200, "application/x-ndjson", `{"chunk_index":0,"data":[{"n":1}]}`+"\n"+`{"chunk_index":1,"data":[]}`+"\n")
	defer srv.Close()

	api, err := gen.NewClientWithResponses(srv.URL)
	if err != nil {
		log.Fatal(err)
	}
	reply, err := api.QueryDatabaseWithResponse(context.Background(), "kg1a2b3c4d5",
		&gen.QueryDatabaseParams{Streaming: new(true)},
		gen.QueryRequest{Database: "kg1a2b3c4d5", Cypher: "RETURN 1 AS n"})
	if err != nil {
		log.Fatal(err)
	}
	if reply.Stream == nil {
		log.Fatalf("%s: %s", reply.Status(), reply.Body)
	}
	defer func() { _ = reply.Stream.Close() }()
	lines := bufio.NewScanner(reply.Stream)
	for lines.Scan() {
		fmt.Println(lines.Text())
	}
	// Output:
	// {"chunk_index":0,"data":[{"n":1}]}
	// {"chunk_index":1,"data":[]}
}

func ExampleFindOperation() {
	op, ok := gen.FindOperation(http.MethodPost, "/databases/kg1a2b3c4d5/query")
	fmt.Println(op.ID, op.Access, op.Idempotent, ok)
	// Output: queryDatabase statement false true
}
