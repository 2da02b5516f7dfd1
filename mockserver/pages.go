package mockserver

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// pages are what a server tells of its API: the document as JSON, and a list of
// its operations for a browser. They are made once for all servers.
var pages = sync.OnceValues(func() (map[string]page, error) {
	document, err := loadDocument()
	if err != nil {
		return nil, err
	}
	text, err := document.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var list bytes.Buffer
	if err := listPage.Execute(&list, operations(document.T)); err != nil {
		return nil, err
	}
	html := page{"text/html; charset=utf-8", list.Bytes(), "GET"}
	return map[string]page{
		"/": html, "/docs": html,
		"/openapi.json": {"application/json", text, "GET, HEAD"},
	}, nil
})

type page struct {
	contentType string
	body        []byte
	allow       string
}

func (p page) serve(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(strings.Split(p.allow, ", "), r.Method) {
		w.Header().Set("Allow", p.allow)
		writeDetail(w, http.StatusMethodNotAllowed, "Method Not Allowed")
		return
	}
	unchecked(w) // no operation of the document
	writeBody(w, http.StatusOK, p.contentType, p.body)
}

var listPage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Kuzu API</title>
<h1>Kuzu API</h1>
<p>The whole description is <a href="/openapi.json">/openapi.json</a>.</p>
<table>
<tr><th>Operation<th>What it does
{{range .}}<tr><td><code>{{.Call}}</code><td>{{.Summary}}
{{end}}</table>
</html>
`))

type listed struct{ Call, Summary string }

func operations(document *openapi3.T) []listed {
	var list []listed
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			list = append(list, listed{method + " " + path, op.Summary})
		}
	}
	slices.SortFunc(list, func(a, b listed) int {
		_, one, _ := strings.Cut(a.Call, " ")
		_, other, _ := strings.Cut(b.Call, " ")
		return cmp.Or(cmp.Compare(one, other), cmp.Compare(a.Call, b.Call))
	})
	return list
}
