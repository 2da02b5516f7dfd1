package mockserver

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/gen/server"
)

//go:embed admin-api.yaml
var adminDocument []byte

// loadAdminDocument parses the admin API's document and writes it as JSON, once
// for all servers.
var loadAdminDocument = sync.OnceValues(func() (adminAPI, error) {
	document, err := openapi3.NewLoader().LoadFromData(adminDocument)
	if err != nil {
		return adminAPI{}, fmt.Errorf("document of the admin API: %w", err)
	}
	text, err := document.MarshalJSON()
	return adminAPI{document: document, text: text}, err
})

// adminAPI answers what lies below /__mock/.
type adminAPI struct {
	document *openapi3.T
	text     []byte
	server   *Server
	quirks   Quirks // those that the server began with
}

// newAdmin returns nil for a server without an admin API.
func newAdmin(s *Server, cfg Config) (http.Handler, error) {
	if cfg.Admin.off() {
		return nil, nil //nolint:nilnil // no handler is what was asked for
	}
	a, err := loadAdminDocument()
	if err != nil {
		return nil, err
	}
	a.server, a.quirks = s, cfg.Quirks
	routes := &router{document: &compiledDocument{T: a.document}, validate: true, hidden: func(string) bool { return false }}
	for pattern, serve := range map[string]http.HandlerFunc{
		"GET /__mock/openapi.json":    a.getDocument,
		"GET /__mock/rules":           a.listRules,
		"POST /__mock/rules":          a.addRule,
		"PUT /__mock/rules":           a.replaceRules,
		"DELETE /__mock/rules":        a.deleteRules,
		"GET /__mock/rules/{name}":    a.getRule,
		"DELETE /__mock/rules/{name}": a.deleteRule,
		"GET /__mock/quirks":          a.getQuirks,
		"PUT /__mock/quirks":          a.setQuirks,
		"GET /__mock/load":            a.getLoad,
		"PUT /__mock/load":            a.setLoad,
		"GET /__mock/requests":        a.listRequests,
		"DELETE /__mock/requests":     a.clearRequests,
		"POST /__mock/reset":          a.reset,
	} {
		routes.HandleFunc(pattern, serve)
	}
	if cfg.Admin == AdminLoopback {
		return onlyLoopback(routes), nil
	}
	return routes, nil
}

func (a *adminAPI) getDocument(w http.ResponseWriter, _ *http.Request) {
	writeBody(w, http.StatusOK, "application/json", a.text)
}

func (a *adminAPI) getQuirks(w http.ResponseWriter, _ *http.Request) {
	names := func(q Quirks) []string {
		return strings.FieldsFunc(q.String(), func(r rune) bool { return r == ',' })
	}
	writeJSON(w, http.StatusOK, map[string][]string{
		"quirks":    append([]string{}, names(a.server.Quirks())...),
		"available": names(QuirksDeployed),
	})
}

func (a *adminAPI) setQuirks(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Quirks []string `json:"quirks"`
	}
	decodeBody(r, &body)
	quirks, err := ParseQuirks(body.Quirks...)
	if err == nil {
		err = a.server.SetQuirks(quirks)
	}
	if err != nil {
		refuseAdmin(w, ruleFault{[]any{"quirks"}, err.Error()})
		return
	}
	a.getQuirks(w, r)
}

func (a *adminAPI) listRequests(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	filter := RequestFilter{
		Scope: query.Get("scope"), Operation: query.Get("operation"), Graph: query.Get("graph"),
		Cypher: query.Get("cypher"), Rule: query.Get("rule"),
	}
	if status := query.Get("status"); status != "" {
		_, _ = fmt.Sscan(status, &filter.Status) // checked by the document
	}
	if pattern := query.Get("cypher_pattern"); pattern != "" {
		var err error
		if filter.CypherPattern, err = regexp.Compile(pattern); err != nil {
			writeIssues(w, []server.ValidationIssue{adminIssue([]any{"query", "cypher_pattern"}, "is not a regular expression: "+err.Error())})
			return
		}
	}
	writeJSON(w, http.StatusOK, a.server.Requests(filter))
}

func (a *adminAPI) clearRequests(w http.ResponseWriter, _ *http.Request) {
	a.server.ClearRequests()
	writeDone(w)
}

// reset brings back what the server began with. Rules go first, so that they do
// not disturb what is to come.
func (a *adminAPI) reset(w http.ResponseWriter, r *http.Request) {
	a.server.DeleteRules("")
	a.server.quirks.store(a.quirks)
	err := a.server.Reset(r.Context())
	for _, dir := range a.server.fixtures.all() {
		if err == nil {
			err = a.server.LoadFixtures(r.Context(), dir)
		}
	}
	if err != nil {
		writeDetail(w, http.StatusInternalServerError, err.Error())
		return
	}
	a.server.ClearRequests()
	writeDone(w)
}

// loadBody is a [Load] as the admin API writes it.
type loadBody struct {
	MemoryPercent float64        `json:"memory_percent"`
	CPUPercent    float64        `json:"cpu_percent"`
	Connections   map[string]int `json:"connections"`
}

func (a *adminAPI) getLoad(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, loadBody(a.server.Load()))
}

func (a *adminAPI) setLoad(w http.ResponseWriter, r *http.Request) {
	var body loadBody
	decodeBody(r, &body)
	if err := a.server.SetLoad(Load(body)); err != nil {
		refuseAdmin(w, ruleFault{reason: err.Error()})
		return
	}
	a.getLoad(w, r)
}

func writeDone(w http.ResponseWriter) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "success"})
}

// refuseAdmin answers with what is wrong in a body.
func refuseAdmin(w http.ResponseWriter, faults ...ruleFault) {
	issues := make([]server.ValidationIssue, len(faults))
	for i, fault := range faults {
		issues[i] = adminIssue(append([]any{"body"}, fault.at...), fault.reason)
	}
	writeIssues(w, issues)
}

func adminIssue(at []any, reason string) server.ValidationIssue {
	return server.ValidationIssue{Type: "value_error", Loc: at, Msg: reason}
}

// decodeExactly fills target from a checked body and keeps the digits of its
// numbers. What the document allows and the type does not is said in the error.
func decodeExactly(r *http.Request, target any) error {
	body, _ := r.Context().Value(bodyKey{}).(requestBody)
	dec := json.NewDecoder(bytes.NewReader(body.text))
	dec.UseNumber()
	return dec.Decode(target)
}
