package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/robosystems/kuzuclient/bench/apart"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// addressVariable is where the clients that find nothing by themselves find the
// server.
const addressVariable = "BENCH_SERVER"

// serve is the other process: a registry and a Redis, and behind what they say
// the server with the answers.
func serve(ctx context.Context) error {
	cfg := fleet.DefaultConfig()
	cfg.APIKey, cfg.Writers, cfg.Replicas = apiKey, map[string]int{"standard": 1}, 0
	stand, err := fleet.Start(ctx, cfg)
	if err != nil {
		return err
	}
	defer stand.Close()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := &http.Server{Handler: newAnswers(), ReadHeaderTimeout: time.Minute}
	defer web.Close()
	go func() { _ = web.Serve(listener) }() // until it is closed

	url := "http://" + listener.Addr().String()
	writer := stand.Writers("standard")[0].ID
	if err := stand.Place(ctx, graph, writer); err != nil {
		return err
	}
	instances, _ := stand.Tables()
	record := stand.Registry().Get(instances, writer)
	record["endpoint_url"] = dynamo.String(url)
	stand.Registry().Put(instances, record)

	env := stand.Env()
	env[addressVariable] = url
	return apart.Serve(env)
}

// newAnswers knows the questions by their statements.
func newAnswers() http.Handler {
	ten, thousand, million := answer(tenRows.rows), answer(thousandRows.rows), newStream(millionRows.rows)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /databases/"+graph+"/query", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("X-Kuzu-Api-Key") != apiKey {
			http.Error(w, `{"detail":"Invalid API key"}`, http.StatusUnauthorized)
			return
		}
		asks := func(q question) bool {
			return bytes.Contains(body, []byte(q.statement+`"`))
		}
		switch {
		case asks(tenRows):
			plain(w, ten)
		case asks(thousandRows):
			plain(w, thousand)
		case asks(millionRows) && r.URL.Query().Get("streaming") == "true":
			w.Header()["Content-Type"] = []string{"application/x-ndjson"}
			w.Header()["X-Streaming"] = []string{"true"}
			w.Header()["Cache-Control"] = []string{"no-cache"}
			var line []byte
			for i := range million.chunks {
				line = million.chunk(line[:0], i)
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		default:
			http.Error(w, `{"detail":"Query parsing error: not a question of this benchmark"}`, http.StatusBadRequest)
		}
	})
	return mux
}

func plain(w http.ResponseWriter, body []byte) {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, _ = w.Write(body)
}
