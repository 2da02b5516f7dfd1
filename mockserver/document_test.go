package mockserver_test

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/openapi"
)

var document = sync.OnceValue(func() *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		panic(err)
	}
	// A schema without a type allows null, which this library does not know.
	doc.Components.Schemas["ValidationIssue"].Value.Properties["input"].Value.Nullable = true
	return doc
})

// operation finds what the document says of a request; nil if nothing.
func operation(method, path string) *openapi3.Operation {
	segments := strings.Split(path, "/")
next:
	for _, template := range document().Paths.InMatchingOrder() {
		want := strings.Split(template, "/")
		if len(want) != len(segments) {
			continue
		}
		for i := range want {
			if want[i] != segments[i] && (segments[i] == "" || !strings.HasPrefix(want[i], "{")) {
				continue next
			}
		}
		if op := document().Paths.Value(template).GetOperation(method); op != nil {
			return op
		}
	}
	return nil
}

// documented holds an answer of an operation against the document: its status,
// its type, and the shape of JSON and NDJSON.
func (r reply) documented(req *http.Request) {
	r.Helper()
	op := operation(req.Method, req.URL.Path)
	if op == nil {
		return
	}
	described := op.Responses.Status(r.status)
	if described == nil {
		r.Errorf("%s %s: the document has no %d", req.Method, req.URL.Path, r.status)
		return
	}
	media, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	content := described.Value.Content[media]
	if content == nil {
		r.Errorf("%s %s: the document has no %s for %d", req.Method, req.URL.Path, media, r.status)
		return
	}
	var texts []string
	switch media {
	case "application/json":
		texts = []string{r.body}
	case "application/x-ndjson":
		texts = strings.Split(strings.TrimSuffix(r.body, "\n"), "\n")
	}
	for _, text := range texts {
		var value any
		err := json.Unmarshal([]byte(text), &value)
		if err == nil {
			err = content.Schema.Value.VisitJSON(value)
		}
		if err != nil {
			r.Errorf("%s %s: %d %s\nis not as documented: %v", req.Method, req.URL.Path, r.status, text, err)
		}
	}
}
