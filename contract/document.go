package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/openapi"
)

// document is the API document with its operations by id.
type document struct {
	operations map[string]*openapi3.Operation
}

func loadDocument() (*document, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, fmt.Errorf("API document: %w", err)
	}
	d := &document{operations: make(map[string]*openapi3.Operation)}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			d.operations[op.OperationID] = op
		}
	}
	return d, nil
}

// cells lists every answer that the document declares.
func (d *document) cells() map[Cell]How {
	cells := make(map[Cell]How)
	for id, op := range d.operations {
		for key, response := range op.Responses.Map() {
			status, _ := strconv.Atoi(key)
			for media := range response.Value.Content {
				cells[Cell{id, status, media}] = Never
			}
		}
	}
	return cells
}

// fault is a deviation at a place in a body.
type fault struct{ path, problem string }

// check holds an answer, whole, against an operation. It returns the answer's
// place in the document, if it has one.
func (d *document) check(operation string, status int, header http.Header, body []byte) (Cell, []fault) {
	cell := Cell{Operation: operation, Status: status}
	response := d.operations[operation].Responses.Status(status)
	if response == nil {
		return cell, []fault{{"", "the document does not declare this status"}}
	}
	var err error
	if cell.Media, _, err = mime.ParseMediaType(header.Get("Content-Type")); err != nil {
		return cell, []fault{{"", fmt.Sprintf("content type %q: %v", header.Get("Content-Type"), err)}}
	}
	content := response.Value.Content[cell.Media]
	if content == nil {
		return cell, []fault{{"", "the document does not declare the media type " + cell.Media}}
	}
	switch cell.Media {
	case "application/json":
		return cell, valueFaults(content.Schema, body, "")
	case "application/x-ndjson":
		return cell, lineFaults(content.Schema, body)
	case "text/event-stream":
		return cell, eventFaults(content.Schema, body)
	}
	return cell, nil // text and archives have no schema to speak of
}

// valueFaults holds a JSON text against a schema.
func valueFaults(schema *openapi3.SchemaRef, text []byte, path string) []fault {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return []fault{{path, fmt.Sprintf("not JSON: %v in %.100q", err, text)}}
	}
	return schemaFaults(schema.Value, value, path)
}

// schemaFaults holds a value against a schema. Of several alternatives, the one
// that fits best tells what is wrong.
func schemaFaults(schema *openapi3.Schema, value any, path string) (faults []fault) {
	if len(schema.OneOf) > 0 {
		for i, alternative := range schema.OneOf {
			found := schemaFaults(alternative.Value, value, path)
			if i == 0 || len(found) < len(faults) {
				faults = found
			}
		}
		return faults
	}
	for _, err := range flatten(schema.VisitJSON(value, openapi3.MultiErrors())) {
		if nullOfAnyType(err) {
			continue
		}
		at, problem := path, err.Error()
		if e, ok := errors.AsType[*openapi3.SchemaError](err); ok {
			at, problem = path+"/"+strings.Join(e.JSONPointer(), "/"), e.Reason
		}
		faults = append(faults, fault{at, problem})
	}
	return faults
}

// nullOfAnyType reports whether all that is wrong is a null where the document
// names no type, and so allows it.
func nullOfAnyType(err error) bool {
	e, ok := errors.AsType[*openapi3.SchemaError](err)
	return ok && e.SchemaField == "nullable" && e.Schema.Type == nil
}

func flatten(err error) []error {
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		var all []error
		for _, one := range many {
			all = append(all, flatten(one)...)
		}
		return all
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// lineFaults holds a stream against the schema of its lines, and the lines
// against each other: what they count has to agree.
func lineFaults(schema *openapi3.SchemaRef, body []byte) (faults []fault) {
	if len(body) > 0 && body[len(body)-1] != '\n' {
		faults = append(faults, fault{"", "the last line has no end"})
	}
	rows := 0
	for i, line := range bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n")) {
		path := fmt.Sprintf("line %d", i+1)
		if len(body) == 0 {
			return append(faults, fault{"", "the stream is empty"})
		}
		if found := valueFaults(schema, line, path); found != nil {
			faults = append(faults, found...)
			continue
		}
		var chunk chunk
		if err := json.Unmarshal(line, &chunk); err != nil {
			faults = append(faults, fault{path, err.Error()})
			continue
		}
		rows += len(chunk.Data)
		for _, count := range []struct {
			name      string
			got, want int
		}{{"chunk_index", chunk.Index, i}, {"row_count", chunk.Count, len(chunk.Data)}, {"total_rows_sent", chunk.Total, rows}} {
			if count.got != count.want {
				faults = append(faults, fault{path + "/" + count.name, fmt.Sprintf("it is %d and should be %d", count.got, count.want)})
			}
		}
		if named := chunk.Error == nil && len(chunk.Columns) > 0; i > 0 && named {
			faults = append(faults, fault{path + "/columns", "columns are named in the first line only"})
		}
	}
	return faults
}

// chunk is a line of a stream.
type chunk struct {
	Index   int                          `json:"chunk_index"`
	Data    []map[string]json.RawMessage `json:"data"`
	Columns []string                     `json:"columns"`
	Last    bool                         `json:"is_last_chunk"`
	Count   int                          `json:"row_count"`
	Total   int                          `json:"total_rows_sent"`
	Error   *string                      `json:"error"`
}

func chunks(body []byte) (list []chunk) {
	for line := range bytes.Lines(body) {
		var c chunk
		if json.Unmarshal(line, &c) == nil {
			list = append(list, c)
		}
	}
	return list
}

// eventFaults holds each event against the schema. An event is `event` and
// `data` on one line each and an empty line; anything else is a comment.
func eventFaults(schema *openapi3.SchemaRef, body []byte) (faults []fault) {
	text := string(body)
	if !strings.HasSuffix(text, "\r\n\r\n") {
		faults = append(faults, fault{"", "the last event does not end with an empty line"})
	}
	for i, block := range strings.Split(strings.TrimSuffix(text, "\r\n\r\n"), "\r\n\r\n") {
		path := fmt.Sprintf("event %d", i+1)
		fields := map[string]string{}
		for line := range strings.SplitSeq(block, "\r\n") {
			name, value, ok := strings.Cut(line, ": ")
			switch {
			case strings.HasPrefix(line, ":"):
			case !ok || !slices.Contains([]string{"event", "data"}, name) || fields[name] != "" || strings.ContainsAny(value, "\r\n"):
				faults = append(faults, fault{path, fmt.Sprintf("%q is no line of an event", line)})
			default:
				fields[name] = value
			}
		}
		if len(fields) == 0 {
			continue // comments only
		}
		event, err := json.Marshal(map[string]any{"event": fields["event"], "data": json.RawMessage(fields["data"])})
		if err != nil {
			faults = append(faults, fault{path + "/data", "not JSON: " + err.Error()})
			continue
		}
		faults = append(faults, valueFaults(schema, event, path)...)
	}
	return faults
}
