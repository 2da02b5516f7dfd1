package mockserver_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
)

// engines are the constructors of all engines that this program has. A test
// that asks for each of them must get the same answers from each.
var engines = map[string]func(testing.TB) mockserver.Engine{"scripted": scripted}

// eachEngine runs a test against a server on every engine.
func eachEngine(t *testing.T, test func(t *testing.T, a *api), change ...func(*mockserver.Config)) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(engines)) {
		t.Run(name, func(t *testing.T) { test(t, start(t, engines[name](t), change...)) })
	}
}

// eachServer runs a test against a server on every engine, without quirks and
// with all of them.
func eachServer(t *testing.T, test func(t *testing.T, a *api), change ...func(*mockserver.Config)) {
	t.Helper()
	for _, quirks := range []mockserver.Quirks{0, mockserver.QuirksDeployed} {
		eachEngine(t, func(t *testing.T, a *api) {
			a.quirks = quirks
			test(t, a)
		}, append(change, withQuirks(quirks))...)
	}
}

func withQuirks(q mockserver.Quirks) func(*mockserver.Config) {
	return func(cfg *mockserver.Config) { cfg.Quirks = q }
}

// api is a server under test.
type api struct {
	testing.TB
	server    *mockserver.Server
	engine    mockserver.Engine
	transport *http.Transport
	url       string
	data      string // its data root
	quirks    mockserver.Quirks
	key       string // that is sent where a test says nothing else; the server may not ask for one
}

// start serves an engine until the test ends. The server has a data root and
// asks for no key unless changed.
func start(t testing.TB, engine mockserver.Engine, change ...func(*mockserver.Config)) *api {
	t.Helper()
	a := newAPI(t, engine, change...)
	web := httptest.NewServer(a.server)
	a.url = web.URL
	t.Cleanup(func() {
		a.close()
		web.Close()
	})
	return a
}

// newAPI makes a server that nothing serves yet.
func newAPI(t testing.TB, engine mockserver.Engine, change ...func(*mockserver.Config)) *api {
	t.Helper()
	cfg := mockserver.Config{Engine: engine, DataRoot: t.TempDir(), Reporter: t} // an answer that is not as documented fails the test
	for _, f := range change {
		f(&cfg)
	}
	srv, err := mockserver.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	a := &api{TB: t, server: srv, engine: engine, transport: &http.Transport{}, data: cfg.DataRoot}
	if cfg.APIKey == "" {
		a.key = planted.Key
	}
	return a
}

func (a *api) close() {
	a.Helper()
	a.transport.CloseIdleConnections()
	if err := a.server.Close(); err != nil {
		a.Error(err)
	}
}

// in reports to another test.
func (a *api) in(t testing.TB) *api {
	b := *a
	b.TB = t
	return &b
}

// reply is what came back.
type reply struct {
	*api
	status int
	header http.Header
	body   string
}

// do sends a request. A body is sent as JSON unless a header "Name: value" says
// otherwise. What comes back is held against the API document.
func (a *api) do(method, path, body string, headers ...string) reply {
	a.Helper()
	req := a.request(a.Context(), method, path, body)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		req.Header.Set(name, value)
	}
	resp := a.send(req)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		a.Fatalf("%s %s: %v", method, path, err)
	}
	_, _ = planted.Stream("an answer").Write(content)
	r := reply{api: a, status: resp.StatusCode, header: resp.Header, body: string(content)}
	if a.quirks == 0 { // some bend the document
		r.documented(req)
	}
	return r
}

func (a *api) request(ctx context.Context, method, path, body string) *http.Request {
	a.Helper()
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if a.key != "" {
		req.Header.Set("X-Kuzu-API-Key", a.key)
	}
	return req
}

// send follows no redirects.
func (a *api) send(req *http.Request) *http.Response {
	a.Helper()
	resp, err := a.transport.RoundTrip(req)
	if err != nil {
		a.Fatal(err)
	}
	return resp
}

func (a *api) get(path string) reply { a.Helper(); return a.do(http.MethodGet, path, "") }

func (a *api) post(path, body string) reply { a.Helper(); return a.do(http.MethodPost, path, body) }

// query runs a plain query; the parameters are a JSON object or "".
func (a *api) query(database, cypher, parameters string) reply {
	a.Helper()
	return a.post("/databases/"+database+"/query", queryBody(cypher, parameters))
}

func queryBody(cypher, parameters string) string {
	body := `{"database":"any","cypher":` + quote(cypher)
	if parameters != "" {
		body += `,"parameters":` + parameters
	}
	return body + "}"
}

// quote writes a text as JSON.
func quote(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the server does not either
	_ = enc.Encode(text)
	return strings.TrimSuffix(b.String(), "\n")
}

// create makes a database with the tables of a DDL, which may be "".
func (a *api) create(name, ddl string) {
	a.Helper()
	a.post("/databases", `{"graph_id":"`+name+`","schema_type":"custom","custom_schema_ddl":`+quote(ddl)+`}`).
		is(http.StatusOK, `{"database_path":"<dir>/`+name+`.kuzu","execution_time_ms":<n>,"graph_id":"`+name+`",`+
			`"schema_applied":`+map[bool]string{true: "true", false: "false"}[ddl != ""]+`,"status":"success"}`)
}

// write puts a file under the data root and returns its path.
func (a *api) write(name, content string) string {
	a.Helper()
	path := filepath.Join(a.data, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		a.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		a.Fatal(err)
	}
	return path
}

// What differs from run to run, and what stands in its place in expectations.
var volatile = []struct {
	pattern *regexp.Regexp
	becomes string
}{
	{regexp.MustCompile(`("(?:execution_time_ms|uptime_seconds|duration_seconds|last_heartbeat|size_bytes|size_mb|size_gb|total_size_bytes|total_size_gb)": ?)[0-9.e+-]+`), `$1<n>`},
	{regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"`), `"<utc>"`},
	{regexp.MustCompile(`("(?:created_at|last_accessed|last_modified)": ?)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?"`), `$1"<local>"`},
}

var hexID = regexp.MustCompile(`_[0-9a-f]{8}\b`)

// hexIDs returns a text without what is random in the ids of tasks.
func hexIDs(text string) string { return hexID.ReplaceAllString(text, "_<hex>") }

// stable returns the body without what differs from run to run.
func (r reply) stable() string {
	text := strings.ReplaceAll(r.body, filepath.Dir(r.engine.Path("x")), "<dir>")
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.becomes)
	}
	return hexIDs(text)
}

// is compares the whole answer, with the body as stable shows it.
func (r reply) is(status int, body string) {
	r.Helper()
	if got := r.stable(); r.status != status || got != body {
		r.Errorf("got %d %s\nwant %d %s", r.status, got, status, body)
	}
}

// detail is is for a failure in words.
func (r reply) detail(status int, words string) {
	r.Helper()
	r.is(status, `{"detail":`+quote(words)+`}`)
}

// into decodes the body of a 200.
func into[T any](r reply) (value T) {
	r.Helper()
	if r.status != http.StatusOK {
		r.Fatalf("got %d %s", r.status, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), &value); err != nil {
		r.Fatalf("%v in %s", err, r.body)
	}
	return value
}
