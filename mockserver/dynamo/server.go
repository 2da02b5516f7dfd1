package dynamo

import (
	"bytes"
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Server keeps tables. It is safe for concurrent use; every operation and every
// transaction happens at one moment.
type Server struct {
	mu        sync.Mutex
	tables    map[string]*tableState
	tokens    map[string]bool // of transactions that took effect
	requests  map[string]int  // by operation and table
	intercept func(Request) *Fault
}

// Request is what an interceptor sees.
type Request struct {
	Operation string   // such as GetItem
	Tables    []string // those that it is about
	Before    bool     // the operation has not happened yet; else its answer is about to be sent
}

// New returns a server with empty tables.
func New(tables ...Table) *Server {
	s := &Server{tables: map[string]*tableState{}, tokens: map[string]bool{}, requests: map[string]int{}}
	for _, t := range tables {
		s.tables[t.Name] = &tableState{Table: t, items: map[string]Item{}}
	}
	return s
}

// Put stores an item, in the place of one with the same key. It panics if there
// is no such table or the item lacks the key, for then the test is wrong.
func (s *Server) Put(table string, item Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
	key, err := t.keyOf(item)
	if err != nil {
		panic(err)
	}
	t.items[key] = item.clone()
}

// Get returns a copy of an item, nil if there is none.
func (s *Server) Get(table, key string) Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tables[table].items[key].clone()
}

// Change has change called with a copy of each item of a table, which takes the
// item's place. It must leave the key as it is and not call the server.
func (s *Server) Change(table string, change func(Item)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := s.tables[table].items
	for key, item := range items {
		changed := item.clone() // answers that are being written hold the old one
		change(changed)
		items[key] = changed
	}
}

// Delete removes an item, if it is there.
func (s *Server) Delete(table, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tables[table].items, key)
}

// Requests returns how often an operation, such as GetItem, was asked of a table.
func (s *Server) Requests(operation, table string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[operation+" "+table]
}

// Intercept has hear called before each operation and again before its answer. A
// fault that it returns is the answer: before, the operation does not happen;
// after, the client does not learn that it did. nil ends it. It must not call the
// server.
func (s *Server) Intercept(hear func(Request) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = hear
}

// operations are those that the server knows.
var operations = map[string]func(*Server, *parameters) (any, error){
	"GetItem":            (*Server).getItem,
	"PutItem":            (*Server).putItem,
	"UpdateItem":         (*Server).updateItem,
	"DeleteItem":         (*Server).deleteItem,
	"Query":              (*Server).query,
	"Scan":               (*Server).scan,
	"TransactWriteItems": (*Server).transact,
}

// maxBody is what the real one takes at most in one request.
const maxBody = 16 << 20

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusRequestEntityTooLarge)
		return
	}
	answer, err := s.answer(r.Header.Get("X-Amz-Target"), body)
	status := http.StatusOK
	if fault, ok := err.(*Fault); ok { //nolint:errorlint // answer returns no wrapped errors
		status = fault.status()
		fields := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + fault.Type, "message": fault.Message}
		if fault.Reasons != nil {
			fields["CancellationReasons"] = fault.Reasons
		}
		answer = fields
	}
	text, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	// The SDK takes an answer without a checksum for a broken one, and logs it.
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(text)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(text) // who has gone does not miss it
}

// answer returns no error but a *Fault.
func (s *Server) answer(target string, body []byte) (any, error) {
	operation, known := strings.CutPrefix(target, "DynamoDB_20120810.")
	run := operations[operation]
	if !known || run == nil {
		return nil, &Fault{Type: "UnknownOperationException", Message: "this stand-in does not know the operation " + target}
	}
	p := &parameters{used: map[string]bool{}}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(p); err != nil {
		return nil, &Fault{Type: "SerializationException", Message: "this stand-in does not take the request: " + err.Error()}
	}
	request := Request{Operation: operation, Tables: p.tables(), Before: true}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, table := range request.Tables {
		s.requests[operation+" "+table]++
		if s.tables[table] == nil {
			return nil, &Fault{Type: "ResourceNotFoundException", Message: "Requested resource not found: Table: " + table + " not found"}
		}
	}
	if s.intercept != nil {
		if fault := s.intercept(request); fault != nil {
			return nil, fault
		}
	}
	answer, err := run(s, p)
	if err == nil && s.intercept != nil {
		request.Before = false
		if fault := s.intercept(request); fault != nil {
			return nil, fault
		}
	}
	return answer, err
}
