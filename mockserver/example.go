package mockserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// unnamed is what the example of a body that has but one, without a name, is
// called.
const unnamed = "default"

// documentExample is a body that the API document shows.
type documentExample struct {
	status int
	media  string
	body   []byte
}

// findExample looks for an example of an operation. Status 0 means the first
// success, name "" the first example. Of several media types that have it, the
// first in accept wins, then JSON. The error lists what there is.
func findExample(op *openapi3.Operation, status int, name, accept string) (documentExample, error) {
	if status == 0 {
		status = declared(op)[0]
	}
	response := op.Responses.Status(status)
	if response == nil {
		return documentExample{}, fmt.Errorf("the API document has no %d for %s; it has %s", status, op.OperationID, join(declared(op)))
	}
	var known []string
	for _, media := range byPreference(response.Value.Content, accept) {
		examples := named(response.Value.Content[media])
		names := slices.Sorted(maps.Keys(examples))
		known = append(known, names...)
		example, ok := examples[name]
		if name == "" && len(names) > 0 {
			example, ok = examples[names[0]], true
		}
		if !ok {
			continue
		}
		if body, isText := example.(string); isText && media != mediaJSON {
			return documentExample{status, media, []byte(body)}, nil
		}
		raw, err := json.Marshal(example)
		return documentExample{status, media, raw}, err
	}
	return documentExample{}, fmt.Errorf("the API document has no example %q for %s %d; it has %s", name, op.OperationID, status, join(known))
}

// named returns the examples of a body by name.
func named(content *openapi3.MediaType) map[string]any {
	examples := make(map[string]any, len(content.Examples)+1)
	for name, example := range content.Examples {
		examples[name] = example.Value.Value
	}
	if content.Example != nil {
		examples[unnamed] = content.Example
	}
	return examples
}

// declared lists the statuses that an operation has in the document, those of
// success first.
func declared(op *openapi3.Operation) []int {
	var statuses []int
	for key := range op.Responses.Map() {
		if status, err := strconv.Atoi(key); err == nil {
			statuses = append(statuses, status)
		}
	}
	slices.Sort(statuses)
	return statuses
}

// byPreference orders media types: those of an Accept header, JSON, the others.
func byPreference(content openapi3.Content, accept string) []string {
	var order []string
	add := func(media string) {
		if content[media] != nil && !slices.Contains(order, media) {
			order = append(order, media)
		}
	}
	for part := range strings.SplitSeq(accept, ",") {
		media, _, _ := strings.Cut(part, ";")
		add(strings.TrimSpace(media))
	}
	add(mediaJSON)
	for _, media := range slices.Sorted(maps.Keys(content)) {
		add(media)
	}
	return order
}

func join[T any](items []T) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = fmt.Sprint(item)
	}
	return strings.Join(texts, ", ")
}

// wish is what a client asks for by "Prefer: code=404, example=name": an example
// of the API document in place of an answer.
type wish struct {
	code    string
	example string
}

// preferred reads the Prefer headers of a request.
func preferred(header http.Header) (w wish, ok bool) {
	for _, value := range header["Prefer"] {
		for part := range strings.SplitSeq(value, ",") {
			name, text, _ := strings.Cut(part, "=")
			text = strings.Trim(strings.TrimSpace(text), `"`)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "code":
				w.code, ok = text, true
			case "example":
				w.example, ok = text, true
			}
		}
	}
	return w, ok
}

// serve answers with the example, or says why there is none.
func (p wish) serve(op *openapi3.Operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status := 0
		if p.code != "" {
			var err error
			if status, err = strconv.Atoi(p.code); err != nil || status == 0 {
				writeDetail(w, http.StatusBadRequest, fmt.Sprintf("Prefer: code is %q; it must be a status of the API document", p.code))
				return
			}
		}
		found, err := findExample(op, status, p.example, r.Header.Get("Accept"))
		if err != nil {
			writeDetail(w, http.StatusBadRequest, "Prefer: "+err.Error())
			return
		}
		writeBody(w, found.status, found.media, found.body)
	}
}
