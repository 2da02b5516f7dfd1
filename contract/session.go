package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen"
)

// patience bounds one answer: a task may take a while, a broken server forever.
const patience = 2 * time.Minute

// session is one run of the suite.
type session struct {
	target   Target
	document *document
	report   *Report
	client   *http.Client
	graph    string // database that the suite works on; the names of all others begin with it
	touched  []place
}

// place is a database that may have come to be on a server.
type place struct{ server, graph string }

// Check holds a server against the API document. The error says that it could
// not be done: that the target's URL is wrong, or that no server is there.
func Check(ctx context.Context, target Target) (*Report, error) {
	u, err := url.Parse(target.URL)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("contract: the URL is %q; it must be scheme://host:port", target.URL)
	}
	for name, further := range map[string]string{"ReadOnly": target.ReadOnly, "Full": target.Full, "Busy": target.Busy} {
		if u, err := url.Parse(further); further != "" && (err != nil || u.Host == "" || u.Path != "") {
			return nil, fmt.Errorf("contract: %s is %q; it must be scheme://host:port", name, further)
		}
	}
	target.URL = u.Scheme + "://" + u.Host
	doc, err := loadDocument()
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	pool := &http.Transport{IdleConnTimeout: 4 * time.Second, DisableCompression: true, ExpectContinueTimeout: 5 * time.Second}
	defer pool.CloseIdleConnections()
	s := &session{
		target:   target,
		document: doc,
		report:   &Report{Covered: doc.cells()},
		client: &http.Client{Transport: pool, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
		graph: "contract-" + strconv.FormatInt(time.Now().UnixNano(), 36),
	}
	info, err := s.exchange(ctx, gen.OpGetInfo, request{})
	if err != nil {
		return nil, fmt.Errorf("contract: no server at %s: %w", target.URL, err)
	}
	if !target.Can.Has(Ingests) {
		maps.DeleteFunc(s.report.Covered, func(cell Cell, _ How) bool { return cell.Operation == gen.OpIngestFiles.ID })
	}
	parts := []func(context.Context){
		s.node, s.databases, s.queries, s.streams, s.pace, s.schemas, s.ingestion, s.backups, s.tasks,
		s.others, s.refusals, s.wrongKeys, s.examples, s.lockout,
	}
	if info.field("read_only") == true {
		readOnly := func(ctx context.Context) { s.readOnly(ctx, "") }
		parts = []func(context.Context){s.node, readOnly, s.tasks, s.refusals, s.wrongKeys, s.examples, s.lockout}
	}
	for cell := range s.report.Covered {
		// What a replica has is not known beforehand: all that it shows is a gain.
		if !doc.reaches(target, cell) || info.field("read_only") == true && !target.Can.Has(ShowsExamples) {
			s.report.Covered[cell] = OutOfReach
		}
	}
	defer s.clean(context.WithoutCancel(ctx))
	for _, part := range parts {
		if part(ctx); ctx.Err() != nil {
			return s.report, fmt.Errorf("contract: %w", context.Cause(ctx))
		}
	}
	return s.report, nil
}

// request is what a case sends. The zero value of each field is the ordinary one.
type request struct {
	about string // what is asked, in a few words
	// server is the URL of a further server that is asked in place of the target.
	server string
	graph  string // in place of the suite's
	task   string // task id, for paths that have one
	query  string // after the question mark
	body   any    // JSON; []byte is sent as it is
	media  string // of the body; "" means JSON
	key    string // in place of the target's
	noKey  bool
	// prefer asks for an example of the document, of a media type.
	prefer, accept string
	// expect waits for the server to ask for the body, which one that refuses
	// the request does not do.
	expect bool
	want   []int // statuses; none means any that is declared
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send asks a server and holds its answer against the document.
func (s *session) send(ctx context.Context, op gen.Operation, r request) answer {
	s.note(op, r)
	got, err := s.exchange(ctx, op, r)
	if err != nil {
		s.find(op, r, answer{}, "", err.Error())
		return answer{}
	}
	if len(r.want) > 0 && !slices.Contains(r.want, got.status) {
		s.find(op, r, got, "", fmt.Sprintf("want %d; the answer is %.200q", r.want, got.body))
	}
	cell, faults := s.document.check(op.ID, got.status, got.header, got.body)
	for _, f := range faults {
		s.find(op, r, got, f.path, f.problem)
	}
	if how, declared := s.report.Covered[cell]; declared && how != ForReal {
		switch {
		case r.prefer != "":
			s.report.Covered[cell] = ByExample
		case r.server != "":
			s.report.Covered[cell] = Elsewhere
		default:
			s.report.Covered[cell] = ForReal
		}
	}
	return got
}

// find notes a deviation.
func (s *session) find(op gen.Operation, r request, got answer, path, problem string) {
	s.report.Findings = append(s.report.Findings, Finding{op.ID, r.about, got.status, path, problem})
}

// exchange sends one request and reads its answer whole.
func (s *session) exchange(ctx context.Context, op gen.Operation, r request) (answer, error) {
	req, err := s.request(ctx, op, r)
	if err != nil {
		return answer{}, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, fmt.Errorf("the answer broke off after %d bytes: %w", len(body), err)
	}
	return answer{resp.StatusCode, resp.Header, body}, nil
}

func (s *session) request(ctx context.Context, op gen.Operation, r request) (*http.Request, error) {
	graph, task := r.graph, r.task
	if graph == "" {
		graph = s.graph
	}
	if task == "" {
		task = "ingest_nothing"
	}
	path := strings.NewReplacer("{graph_id}", url.PathEscape(graph), "{task_id}", url.PathEscape(task)).Replace(op.Path)
	if r.query != "" {
		path += "?" + r.query
	}
	var body io.Reader
	switch content := r.body.(type) {
	case nil:
	case []byte:
		body = bytes.NewReader(content)
	default:
		text, err := json.Marshal(content)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	server := r.server
	if server == "" {
		server = s.target.URL
	}
	req, err := http.NewRequestWithContext(ctx, op.Method, server+path, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		if r.media == "" {
			r.media = "application/json"
		}
		req.Header.Set("Content-Type", r.media)
	}
	if r.key == "" {
		r.key = s.target.Key
	}
	if r.key != "" && !r.noKey {
		req.Header.Set("X-Kuzu-API-Key", r.key)
	}
	if r.expect {
		req.Header.Set("Expect", "100-continue")
	}
	if r.prefer != "" {
		req.Header.Set("Prefer", r.prefer)
		req.Header.Set("Accept", r.accept)
	}
	return req, nil
}

// note remembers what a request may leave behind, whatever it is answered: a server
// that deviates may do what it should refuse.
func (s *session) note(op gen.Operation, r request) {
	if op.Access == gen.AccessRead || op == gen.OpDeleteDatabase {
		return
	}
	graph := r.graph
	if graph == "" {
		graph = s.graph
	}
	if body, ok := r.body.(map[string]any); ok && op == gen.OpCreateDatabase {
		graph, _ = body["graph_id"].(string)
	}
	if at := (place{r.server, graph}); strings.HasPrefix(graph, s.graph) && !slices.Contains(s.touched, at) {
		s.touched = append(s.touched, at)
	}
}

// create makes a database.
func (s *session) create(ctx context.Context, name, ddl string) answer {
	return s.send(ctx, gen.OpCreateDatabase, request{
		about: "create", want: []int{200},
		body: map[string]any{"graph_id": name, "schema_type": "custom", "custom_schema_ddl": ddl},
	})
}

// clean removes what the suite may have left behind.
func (s *session) clean(ctx context.Context) {
	for _, at := range s.touched {
		r := request{about: "clean up " + at.graph, server: at.server, graph: at.graph}
		got, err := s.exchange(ctx, gen.OpDeleteDatabase, r)
		if err != nil {
			s.find(gen.OpDeleteDatabase, r, got, "", err.Error())
			continue
		}
		switch got.status {
		case http.StatusOK, http.StatusNotFound:
		case http.StatusForbidden: // a read-only server has not made it, either
		case http.StatusTooManyRequests: // the suite has locked itself out, and has cleaned up before
		default:
			s.find(gen.OpDeleteDatabase, r, got, "", fmt.Sprintf("the database may be there still: %.200q", got.body))
		}
	}
}

// field returns a member of a JSON object, nil if it is not there.
func (a answer) field(name string) any {
	var object map[string]any
	if json.Unmarshal(a.body, &object) != nil {
		return nil
	}
	return object[name]
}
