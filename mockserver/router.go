package mockserver

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/openapi"
)

// router matches paths as the deployed server does, which [http.ServeMux] would
// not: paths are taken as they are, never cleaned; HEAD is not GET; what does
// not match is answered in JSON. It checks requests against the API document
// before they reach their operation.
type router struct {
	document *compiledDocument
	validate bool                   // requests
	pages    map[string]page        // what is served besides the operations
	hidden   func(path string) bool // is this path of the document not served now
	routes   []route                // in order of registration: literal segments before parameters
	// around, if not nil, is put around each operation, inside the checks.
	around func(op *openapi3.Operation, next http.HandlerFunc) http.HandlerFunc
}

type route struct {
	method   string
	path     string   // as the document writes it
	segments []string // "{name}" is a parameter
	rules    *requestRules
	answers  answerRules
	serve    http.HandlerFunc

	operation *openapi3.Operation
}

// loadDocument parses and compiles the API document, once for all servers: it takes longer
// than most tests of a client.
var loadDocument = sync.OnceValues(func() (*compiledDocument, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, err
	}
	return compileDocument(document)
})

func newRouter(v Validation) (*router, error) {
	document, err := loadDocument()
	if err != nil {
		return nil, fmt.Errorf("API document: %w", err)
	}
	return &router{document: document, validate: v.requests()}, nil
}

// HandleFunc registers "METHOD /path/{parameter}", as the generated code calls
// it. An operation that the document does not have is a programming error.
func (rt *router) HandleFunc(pattern string, serve func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	item := rt.document.Paths.Find(path)
	if item == nil || item.GetOperation(method) == nil {
		panic("mockserver: " + pattern + " is not in the API document")
	}
	op := item.GetOperation(method)
	if rt.around != nil {
		serve = rt.around(op, serve)
	}
	rt.routes = append(rt.routes, route{
		method:    method,
		path:      path,
		segments:  strings.Split(path, "/"),
		rules:     newRequestRules(op),
		answers:   rt.document.answers[op],
		serve:     serve,
		operation: op,
	})
}

// ServeHTTP dispatches a request.
func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if known, ok := rt.pages[r.URL.Path]; ok {
		known.serve(w, r)
		return
	}
	// Paths are decoded before they are split, so an id with an encoded slash
	// is two segments.
	segments := strings.Split(r.URL.Path, "/")
	allow := ""
	for i := range rt.routes {
		route := &rt.routes[i]
		if !route.matches(segments) || rt.hidden(route.path) {
			continue
		}
		if route.method != r.Method {
			if allow == "" {
				allow = route.method
			}
			continue
		}
		for j, segment := range route.segments {
			if name, ok := parameterName(segment); ok {
				r.SetPathValue(name, segments[j])
			}
		}
		r, issues := route.rules.check(r, !rt.validate)
		if len(issues) > 0 {
			writeIssues(w, issues)
			return
		}
		route.serve(w, r)
		return
	}
	switch {
	case allow != "":
		w.Header().Set("Allow", allow)
		writeDetail(w, http.StatusMethodNotAllowed, "Method Not Allowed")
	case rt.known(strings.TrimRight(r.URL.Path, "/")):
		target := url.URL{Scheme: "http", Host: r.Host, Path: strings.TrimRight(r.URL.Path, "/"), RawQuery: r.URL.RawQuery}
		w.Header().Set("Location", target.String())
		w.WriteHeader(http.StatusTemporaryRedirect)
	default:
		writeDetail(w, http.StatusNotFound, "Not Found")
	}
}

// answerRules are those of the operation that a request is for.
func (rt *router) answerRules(r *http.Request) answerRules {
	segments := strings.Split(r.URL.Path, "/")
	for i := range rt.routes {
		if route := &rt.routes[i]; route.method == r.Method && route.matches(segments) && !rt.hidden(route.path) {
			return route.answers
		}
	}
	return rt.document.none
}

func (rt *router) known(path string) bool {
	if _, ok := rt.pages[path]; ok {
		return true
	}
	segments := strings.Split(path, "/")
	for i := range rt.routes {
		if rt.routes[i].matches(segments) && !rt.hidden(rt.routes[i].path) {
			return true
		}
	}
	return false
}

// operation returns the route of an operation, or nil.
func (rt *router) operation(id string) *route {
	for i := range rt.routes {
		if rt.routes[i].operation.OperationID == id {
			return &rt.routes[i]
		}
	}
	return nil
}

// operations lists the ids of all operations.
func (rt *router) operations() []string {
	var ids []string
	for i := range rt.routes {
		ids = append(ids, rt.routes[i].operation.OperationID)
	}
	slices.Sort(ids)
	return ids
}

func (r *route) matches(segments []string) bool {
	if len(segments) != len(r.segments) {
		return false
	}
	for i, want := range r.segments {
		if _, ok := parameterName(want); ok {
			if segments[i] == "" {
				return false
			}
		} else if segments[i] != want {
			return false
		}
	}
	return true
}

func parameterName(segment string) (string, bool) {
	name, ok := strings.CutPrefix(segment, "{")
	return strings.TrimSuffix(name, "}"), ok
}
