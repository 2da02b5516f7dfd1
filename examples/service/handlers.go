package main

import (
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// service answers requests. It is safe for concurrent use.
type service struct {
	graphs   *factory.Factory
	scrape   http.Handler
	draining atomic.Bool // no new requests, please
}

func (s *service) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /graphs/{graph}/entities", s.list)
	mux.HandleFunc("POST /graphs/{graph}/entities", s.add)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /status", s.status)
	mux.Handle("GET /metrics", s.scrape)
	return mux
}

// Entity is a row of a result, and a line of an answer.
type Entity struct {
	ID   string `json:"id" kuzu:"id"`
	Name string `json:"name" kuzu:"name"`
}

// list sends the entities of a graph, one JSON object a line, as they arrive: a
// million of them take no more memory than ten.
func (s *service) list(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.ParseUint(r.FormValue("limit"), 10, 32)
	if err != nil {
		limit = 100
	}
	// A client is a lookup in a cache: make one a request. The request's context
	// ends the call when the caller goes away.
	c, err := s.graphs.Client(r.Context(), r.PathValue("graph"), factory.Read)
	if err != nil {
		refuse(w, err)
		return
	}
	// The LIMIT is part of the text because a LIMIT that the rows meet also tells
	// the library that the stream is complete.
	statement := "MATCH (e:Entity) RETURN e.id AS id, e.name AS name ORDER BY id LIMIT " + strconv.FormatUint(limit, 10)
	out, begun := json.NewEncoder(w), false
	for entity, err := range kuzu.StreamAs[Entity](r.Context(), c, statement, nil) {
		switch {
		case err != nil && !begun:
			refuse(w, err)
			return
		case err != nil:
			// The status is sent already: break the connection off, so that nobody takes
			// what arrived for the whole.
			slog.WarnContext(r.Context(), "a list broke off", "error", err)
			panic(http.ErrAbortHandler)
		}
		if !begun {
			w.Header().Set("Content-Type", "application/x-ndjson")
			begun = true
		}
		if err := out.Encode(entity); err != nil {
			return // the caller is gone; leaving the loop ends the transfer
		}
	}
}

// add puts an entity into a graph. MERGE leaves the same when it is done twice,
// but the library does not know that of a statement: a write is only repeated
// if the server has certainly not begun it.
func (s *service) add(w http.ResponseWriter, r *http.Request) {
	var e Entity
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&e); err != nil || e.ID == "" {
		http.Error(w, `send {"id": "...", "name": "..."}`, http.StatusBadRequest)
		return
	}
	c, err := s.graphs.Client(r.Context(), r.PathValue("graph"), factory.Write)
	if err != nil {
		refuse(w, err)
		return
	}
	// Values go into parameters, never into the text.
	_, err = c.Query(r.Context(), "MERGE (e:Entity {id: $id}) SET e.name = $name", kuzu.Params{"id": e.ID, "name": e.Name})
	if err != nil {
		refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// refuse says what an error means to the caller of this service. The whole error
// goes to the log: it names servers, which are nobody's business outside.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, kuzu.ErrRouting), errors.Is(err, kuzu.ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, kuzu.ErrInvalidRequest):
		status = http.StatusBadRequest
	case errors.Is(err, kuzu.ErrUnavailable), errors.Is(err, kuzu.ErrThrottled):
		status = http.StatusServiceUnavailable
		if e, ok := errors.AsType[*kuzu.Error](err); ok && e.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
		}
	case errors.Is(err, kuzu.ErrTimeout):
		status = http.StatusGatewayTimeout
	case errors.Is(err, kuzu.ErrCanceled):
		return // the caller is gone
	}
	slog.Warn("request refused", "status", status, "error", err)
	http.Error(w, http.StatusText(status), status)
}

// ready says whether to send requests here. It does not ask the fleet: a service
// that took itself out whenever one server is down would take everybody down.
func (s *service) ready(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// status shows the factory's figures.
func (s *service) status(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		factory.Stats
		At time.Time `json:"at"`
	}{s.graphs.Stats(), time.Now().UTC()})
}
