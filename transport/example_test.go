package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/transport"
)

// mock starts a mock server with the graph "social".
func mock(rules ...mockserver.Rule) (url string, stop func()) {
	engine := mockserver.NewScripted()
	err := engine.Create(context.Background(), "social")
	server, wrong := mockserver.New(mockserver.Config{Engine: engine})
	if err = errors.Join(err, wrong); err == nil {
		err = server.AddRules(rules...)
	}
	if err != nil {
		panic(err)
	}
	web := httptest.NewServer(server)
	return web.URL, func() {
		web.Close()
		_ = server.Close()
	}
}

// A chain over two servers of which the first one refuses all work: the call moves
// on at once.
func ExampleNewChain() {
	busy, stopBusy := mock(mockserver.Rule{Replies: []mockserver.Reply{{Status: 503}}})
	defer stopBusy()
	idle, stopIdle := mock()
	defer stopIdle()

	settings := transport.DefaultChainSettings(operations.Table()) // from gen.Operations
	settings.Keys = transport.StaticKey("kuzu_dev_0123456789")
	settings.Streams = transport.DefaultStreamSettings()
	settings.Base = transport.DefaultBaseSettings()
	chain, err := transport.NewChain(settings) // once a process
	if err != nil {
		fmt.Println(err)
		return
	}
	defer chain.Close()
	servers, err := transport.NewStatic(busy, idle)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := kuzu.New(idle, kuzu.WithGraph("social"), kuzu.WithTransport(chain.For(servers)))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := c.Query(context.Background(), "RETURN 1", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(result.Rows), "row, from", len(chain.Statistics().Pools), "servers")
	// Output: 1 row, from 2 servers
}

// The retries alone, around a transport of one's own: reads are repeated, and a
// write of which nobody knows whether it was run is not.
func ExampleChain_For() {
	requests := 0
	failing := roundTripper(func(req *http.Request) (*http.Response, error) {
		requests++
		return &http.Response{StatusCode: http.StatusBadGateway, Request: req, Body: http.NoBody}, nil
	})
	chain, err := transport.NewChain(transport.ChainSettings{
		Transport: failing,
		Retry:     transport.RetrySettings{MaxRetries: 2, Factor: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &http.Client{Transport: chain.For(nil)}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		requests = 0
		req, err := http.NewRequestWithContext(context.Background(), method, "http://localhost:8001/databases", nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp, err := client.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Println(method, requests)
	}
	// Output:
	// GET 3
	// POST 1
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Who builds requests by hand names what they do; the chain then need not look.
func ExampleWithCall() {
	ctx := transport.WithCall(context.Background(), transport.Call{Operation: "queryDatabase", Graph: "social", Write: true})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost:8001/databases/social/query", nil)
	fmt.Println(req.URL.Path, err)
	// Output: /databases/social/query <nil>
}

// The layer that guards streams works over any transport.
func ExampleStreams() {
	url, stop := mock(mockserver.Rule{Replies: []mockserver.Reply{{Lines: []mockserver.Line{
		{JSON: []byte(`{"chunk_index": 0, "data": [{"n": 1}], "columns": ["n"], "is_last_chunk": false, "row_count": 1, "total_rows_sent": 1}`)},
		{JSON: []byte(`{"error": "Runtime exception: Overflow.", "error_type": "RuntimeError", "chunk_index": 1, "is_last_chunk": true, "row_count": 0, "total_rows_sent": 1, "execution_time_ms": 2.5}`)},
	}}}})
	defer stop()

	client := http.Client{Transport: transport.Streams(transport.NewBase(), transport.DefaultStreamSettings())}
	resp, err := client.Post(url+"/databases/social/query?streaming=true", "application/json", strings.NewReader(`{"database": "social", "cypher": "UNWIND [1, 2] AS n RETURN n"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	rows, err := io.ReadAll(resp.Body) // a plain reader would have seen a clean end
	fmt.Println(len(rows) > 0, errors.Is(err, transport.ErrExecution))
	// Output: true true
}

// Answers and failures of requests that went another way are classified alike.
func ExampleResponseError() {
	url, stop := mock()
	defer stop()

	resp, err := http.Get(url + "/databases/nowhere")
	if err != nil {
		fmt.Println(transport.SendError(context.Background(), err))
		return
	}
	refused := transport.ResponseError(resp) // which closes the body
	fmt.Println(refused.Kind, refused.Status, errors.Is(refused, transport.ErrNotFound))

	failed := transport.StatementError("Binder exception: Table Persn does not exist.", transport.KindServer)
	fmt.Println(failed.Kind)
	fmt.Println(transport.Errorf(transport.KindTimeout, "no answer within %v", 30*time.Second))
	// Output:
	// not found 404 true
	// syntax error
	// kuzu: timeout: no answer within 30s
}

func ExampleNewEventReader() {
	events := transport.NewEventReader(strings.NewReader("event: progress\ndata: {\"progress_percent\": 40}\n\n: ping\n\nevent: completed\ndata: {}\n\n"))
	for {
		event, err := events.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %s\n", event.Name, event.Data)
	}
	// Output:
	// progress {"progress_percent": 40}
	// completed {}
}

// A mounted secret is read again when it changes.
func ExampleNewFileKey() {
	dir, err := os.MkdirTemp("", "kuzu-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "key")
	if err := os.WriteFile(path, []byte("kuzu_prod_old\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	keys, err := transport.NewFileKey(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := os.WriteFile(path, []byte("kuzu_prod_new\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	key, err := keys.Refresh(context.Background(), "kuzu_prod_old") // as the chain does after a refusal
	fmt.Println(key, err)
	// Output: kuzu_prod_new <nil>
}

func ExampleParseBaseURL() {
	url, err := transport.ParseBaseURL("https://kuzu.internal:8443")
	fmt.Println(url.Host, err)
	_, err = transport.ParseBaseURL("https://user:secret@kuzu.internal")
	fmt.Println(err != nil) // and the error does not show the secret
	// Output:
	// kuzu.internal:8443 <nil>
	// true
}
