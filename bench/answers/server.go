package answers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/robosystems/kuzuclient/bench/apart"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// Address is the variable with the address of the first instance, for clients that
// find nothing by themselves.
const Address = "BENCH_SERVER"

// Graph is the id of a graph.
func Graph(i int) string { return fmt.Sprintf("kg%016x", i) }

// Serve serves so many instances and a registry and a Redis that know them, for a
// process that [apart.Start] started. Graph i is on instance i, of as many as
// there are, over and over.
func Serve(ctx context.Context, instances, graphs int) error {
	cfg := fleet.DefaultConfig()
	cfg.APIKey, cfg.Writers, cfg.Replicas = APIKey, nil, 0
	stand, err := fleet.Start(ctx, cfg)
	if err != nil {
		return err
	}
	defer stand.Close()
	env := stand.Env()
	web := &http.Server{Handler: newHandler(), ReadHeaderTimeout: time.Minute}
	defer web.Close()
	instanceTable, graphTable := stand.Tables()
	for i := range instances {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		go func() { _ = web.Serve(listener) }() // until it is closed
		url := "http://" + listener.Addr().String()
		if i == 0 {
			env[Address] = url
		}
		stand.Registry().Put(instanceTable, dynamo.Item{
			"instance_id": dynamo.String(instance(i)), "endpoint_url": dynamo.String(url), "status": dynamo.String("healthy"),
		})
	}
	for i := range graphs {
		stand.Registry().Put(graphTable, dynamo.Item{
			"graph_id": dynamo.String(Graph(i)), "instance_id": dynamo.String(instance(i % instances)), "status": dynamo.String("active"),
		})
	}
	return apart.Serve(env)
}

// instance is an id that the fleet's own have not.
func instance(i int) string { return fmt.Sprintf("i-b%07x", i) }

// newHandler answers a statement by its number of rows.
func newHandler() http.Handler {
	plain := map[int][]byte{10: plainAnswer(10), 1000: plainAnswer(1000)}
	data := chunkData()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /databases/{graph}/query", func(w http.ResponseWriter, r *http.Request) {
		question, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("X-Kuzu-Api-Key") != APIKey {
			http.Error(w, `{"detail":"Invalid API key"}`, http.StatusUnauthorized)
			return
		}
		rows := rowsOf(question)
		if r.URL.RawQuery == "streaming=true" && rows > 0 && rows%ChunkRows == 0 {
			w.Header()["Content-Type"] = []string{"application/x-ndjson"}
			w.Header()["X-Streaming"] = []string{"true"}
			w.Header()["Cache-Control"] = []string{"no-cache"}
			var line []byte
			for i := range rows / ChunkRows {
				line = appendChunk(line[:0], data, i)
				if _, err := w.Write(line); err != nil {
					return
				}
			}
			return
		}
		answer := plain[rows]
		if answer == nil {
			http.Error(w, `{"detail":"Query parsing error: not a question of the benchmarks"}`, http.StatusBadRequest)
			return
		}
		w.Header()["Content-Type"] = []string{"application/json"}
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(answer))}
		_, _ = w.Write(answer)
	})
	return mux
}

// rowsOf is what the statement in a request's body asks for, 0 for none that the
// server knows.
func rowsOf(body []byte) int {
	_, rest, _ := bytes.Cut(body, []byte(head))
	digits, _, _ := bytes.Cut(rest, []byte(`"`))
	n, _ := strconv.Atoi(string(digits))
	return n
}
