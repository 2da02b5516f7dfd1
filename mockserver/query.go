package mockserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

// maxRows bounds a plain result with [QuirkRowCap]; what is beyond is dropped
// without a word.
const maxRows = 10_000

// QueryDatabase answers POST /databases/{graph_id}/query.
func (s *Server) QueryDatabase(w http.ResponseWriter, r *http.Request, graphID string, params server.QueryDatabaseParams) {
	var req server.QueryRequest
	decodeBody(r, &req)
	q := Query{Cypher: req.Cypher, Parameters: parameters(req.Parameters)}
	if optional(params.Streaming, false) {
		s.streamQuery(w, r, graphID, q)
		return
	}
	release, ok := s.loop.hold(r.Context())
	if !ok {
		return // the client is gone
	}
	status, body := func() (int, any) {
		defer release() // before a client that does not read could keep it
		return s.answerPlain(r.Context(), graphID, q)
	}()
	if body == nil {
		writeServerError(w)
		return
	}
	writeJSON(w, status, body)
}

// answerPlain runs a plain query from its admission on. A body that is nil
// stands for a failure of the server itself.
func (s *Server) answerPlain(ctx context.Context, graphID string, q Query) (status int, body any) {
	started := time.Now()
	if refusal := s.admit(graphID); refusal != nil {
		return http.StatusServiceUnavailable, refusal
	}
	defer s.admission.leave(graphID)
	if status, body, ok := s.checkGraphID(graphID); !ok {
		return status, body
	}
	if status, detail := refuse(q.Cypher); status != 0 {
		return status, server.ErrorMessage{Detail: detail}
	}
	if fault := parameterFault(q.Parameters); fault != "" {
		return http.StatusBadRequest, server.ErrorMessage{Detail: fault}
	}
	ctx, cancel := s.boundPlain(ctx)
	defer cancel()
	answer, err := s.runPlain(ctx, graphID, q)
	var fetch *fetchError
	switch {
	case errors.Is(err, ErrDatabaseNotFound):
		return http.StatusNotFound, server.ErrorMessage{Detail: notFoundQuoted(graphID)}
	case s.overran(ctx, started, err):
		return http.StatusInternalServerError, server.ErrorMessage{Detail: s.timeoutDetail()}
	case errors.Is(err, errBlob):
		return http.StatusInternalServerError, nil // as deployed: it fails where nothing catches it
	case errors.As(err, &fetch):
		return http.StatusInternalServerError, server.ErrorMessage{Detail: "Query execution failed: " + err.Error()}
	case err != nil:
		status, detail := statementFault(err)
		return status, server.ErrorMessage{Detail: detail}
	}
	s.queries.add(graphID)
	return http.StatusOK, answer.end(graphID, milliseconds(time.Since(started)))
}

// checkGraphID says what a query on a malformed id is answered, if it is one.
func (s *Server) checkGraphID(graphID string) (status int, body any, ok bool) {
	fault := graphIDFault(graphID)
	switch {
	case fault == "":
		return 0, nil, true
	case s.quirks.Has(QuirkBadID):
		return http.StatusInternalServerError, nil, false // it is checked where nothing catches it
	default:
		return http.StatusBadRequest, server.ErrorMessage{Detail: fault}, false
	}
}

// fetchError is a failure after the statement has run: of its rows.
type fetchError struct{ error }

func (e *fetchError) Unwrap() error { return e.error }

// plainAnswer is a [server.QueryResult] that is written as JSON while its rows
// come.
type plainAnswer struct {
	enc  *encoder
	text []byte
	rows int
}

func newPlainAnswer(columns []string) *plainAnswer {
	a := &plainAnswer{enc: newPlainEncoder(), text: make([]byte, 0, 512)}
	a.text = append(a.text, `{"columns":[`...)
	for i, column := range columns {
		if i > 0 {
			a.text = append(a.text, ',')
		}
		a.text = a.enc.appendString(a.text, column)
	}
	a.text = append(a.text, `],"data":[`...)
	return a
}

func (a *plainAnswer) add(keys [][]byte, row []any) error {
	if a.rows > 0 {
		a.text = append(a.text, ',')
	}
	a.text = a.enc.appendRow(a.text, keys, row)
	a.rows++
	return a.enc.err
}

func (a *plainAnswer) end(database string, took float64) written {
	a.text = append(a.text, `],`...)
	a.text = a.enc.appendFields(a.text, Struct{{"database", database}, {"execution_time_ms", took}, {"row_count", a.rows}})
	return append(a.text, '}')
}

// runPlain runs a statement and encodes its rows.
func (s *Server) runPlain(ctx context.Context, name string, q Query) (*plainAnswer, error) {
	cypher := q.Cypher
	q.Cypher = translate(cypher)
	result, err := s.run(ctx, name, q)
	if err != nil {
		return nil, err
	}
	defer result.Close()
	columns := result.Columns()
	if s.quirks.Has(QuirkTextColumns) {
		columns = textColumns(cypher, columns)
	}
	answer := newPlainAnswer(columns)
	keys := answer.enc.keys(columns)
	for !s.quirks.Has(QuirkRowCap) || answer.rows < maxRows {
		row, err := result.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = answer.add(keys, row)
		}
		if err != nil {
			return nil, &fetchError{err}
		}
	}
	return answer, nil
}

// keys are the columns as [encoder.appendRow] writes them before their values.
func (e *encoder) keys(columns []string) [][]byte {
	keys := make([][]byte, len(columns))
	for i, column := range columns {
		if i > 0 {
			keys[i] = append(keys[i], e.comma...)
		}
		keys[i] = append(e.appendString(keys[i], column), e.colon...)
	}
	return keys
}

// appendRow writes a row as an object keyed by column.
func (e *encoder) appendRow(b []byte, keys [][]byte, row []any) []byte {
	b = append(b, '{')
	for i, value := range row {
		b = e.appendValue(append(b, keys[i]...), value)
	}
	return append(b, '}')
}

// rows runs a statement of the server's own and collects its rows.
func (s *Server) rows(ctx context.Context, name, cypher string) ([][]any, error) {
	result, err := s.engine.Run(ctx, name, Query{Cypher: cypher})
	if err != nil {
		return nil, err
	}
	defer result.Close()
	var rows [][]any
	for {
		row, err := result.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, slices.Clone(row))
	}
}

// forbiddenKeywords are refused anywhere in a text, in this order.
var forbiddenKeywords = []string{
	"CREATE DATABASE", "DROP DATABASE", "CREATE USER", "DROP USER", "ALTER USER",
	"SET PASSWORD", "GRANT", "REVOKE", "CALL DBMS", "CALL APOC", "LOAD CSV",
}

// refuse returns the status and words for a text that is not run, or 0.
func refuse(cypher string) (status int, detail string) {
	if strings.TrimSpace(cypher) == "" {
		return http.StatusBadRequest, "Query cannot be empty"
	}
	upper := strings.ToUpper(cypher)
	for _, keyword := range forbiddenKeywords {
		if strings.Contains(upper, keyword) {
			return http.StatusForbidden, "Query contains forbidden keyword: " + keyword
		}
	}
	return 0, ""
}

// statementFault puts an engine's error into the words of the plain query.
func statementFault(err error) (status int, detail string) {
	message := err.Error()
	switch {
	case strings.Contains(message, "Binder exception"):
		return http.StatusBadRequest, "Query binding error: " + message
	case strings.Contains(message, "Parser exception"):
		return http.StatusBadRequest, "Query parsing error: " + message
	case strings.Contains(message, "Catalog exception"):
		return http.StatusBadRequest, "Catalog error: " + message
	default:
		return http.StatusInternalServerError, "Query execution error: " + message
	}
}

// parameters decodes the values of a request for the engine.
func parameters(raw *server.QueryParameters) map[string]any {
	if raw == nil || len(*raw) == 0 {
		return nil
	}
	values := make(map[string]any, len(*raw))
	for name, value := range *raw {
		values[name] = parameterValue(value)
	}
	return values
}

// parameterValue is decodeOrdered, which a number does not need.
func parameterValue(raw []byte) any {
	if first := raw[0]; first == '-' || '0' <= first && first <= '9' {
		return number(json.Number(raw))
	}
	return decodeOrdered(raw)
}

// decodeOrdered decodes JSON, which is known to be well-formed, into the values
// of a [Query]: objects keep their order.
func decodeOrdered(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return parameter(dec)
}

func parameter(dec *json.Decoder) any {
	token, _ := dec.Token()
	switch t := token.(type) {
	case json.Number:
		return number(t)
	case json.Delim:
		list, fields := []any{}, Struct{}
		for dec.More() {
			if t == '[' {
				list = append(list, parameter(dec))
				continue
			}
			name, _ := dec.Token()
			fields = append(fields, Field{Name: name.(string), Value: parameter(dec)})
		}
		_, _ = dec.Token() // the closing one
		if t == '[' {
			return list
		}
		return fields
	default:
		return token // nil, bool, string
	}
}

// number gives an integer its type by its text: 1 is an integer, 1.0 is not. An
// integer beyond 64 bits becomes a DOUBLE.
func number(n json.Number) any {
	text := n.String()
	if f, ok := wordOf(text); ok {
		return f
	}
	if !strings.ContainsAny(text, ".eE") {
		if i, err := n.Int64(); err == nil {
			return i
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			return u
		}
	}
	f, _ := n.Float64()
	return f
}
