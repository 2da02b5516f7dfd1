package mockserver

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/robosystems/kuzuclient/openapi"
	"github.com/robosystems/kuzuclient/openapi/reference"
)

// pages are what a server tells of its API: the document as JSON, and the
// reference made from it for people. They are made once for all servers.
var pages = sync.OnceValues(func() (map[string]page, error) {
	document, err := loadDocument()
	if err != nil {
		return nil, err
	}
	text, err := document.MarshalJSON()
	if err != nil {
		return nil, err
	}
	shown, err := reference.HTML(openapi.Document)
	if err != nil {
		return nil, err
	}
	html := page{"text/html; charset=utf-8", shown, "GET"}
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
