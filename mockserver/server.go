package mockserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

// Config describes a server. Only Engine is required.
type Config struct {
	// Engine keeps the databases. The server does not close it.
	Engine Engine
	// DataRoot is the directory whose subdirectories are the buckets that
	// ingest and copy read. "" means that there are none.
	DataRoot string
	// APIKey is what clients have to send. "" means that none is asked for,
	// as in development.
	APIKey string
	// NodeType is the role that the server says it has; "" means writer.
	NodeType server.NodeType
	// ReadOnly refuses to create and delete databases, to install schemas and
	// to load files. It does not look into statements.
	ReadOnly bool
	// MaxDatabases bounds how many databases may exist; 0 means 200.
	MaxDatabases int
	// Quirks are the oddities of the deployed server to take on; none by
	// default.
	Quirks Quirks
	// TimeScale is how many seconds pass for the server in one: with 60 the
	// ping of an event stream that comes every 15 s comes every 250 ms, and a
	// lockout of 300 s lasts 5. 0 means 1; at most 10,000.
	TimeScale float64
	// Validation says what is held against the API document; by default
	// requests and answers.
	Validation Validation
	// Reporter learns of answers that break the document, beside the client,
	// who gets a 500 that says why, and the log. Give a test's t, so that
	// such an answer fails the test that caused it.
	Reporter Reporter
	// QueryTimeout bounds how long a plain query may run; nil means
	// [DefaultQueryTimeout], and 0 that there is no such bound. The engine's own
	// bound of 120 s, after which statements fail as interrupted, stays.
	QueryTimeout *time.Duration
	// Admission is when queries are refused; nil means [DefaultAdmission].
	Admission *Admission
	// KeyMissing makes the server one that should ask for a key and was given
	// none: it starts, and every request to it fails with 500. It does not go
	// with an APIKey.
	KeyMissing bool
	// Records is how many requests the server remembers, the latest, as far as
	// 64 MiB hold their texts; 0 means none. What is remembered is read with
	// [Server.Requests].
	Records int
	// Admin says who may use the admin API below /__mock/; nobody by default.
	Admin AdminAccess
	// Logger takes what an operator should see; nil means none of it.
	Logger *slog.Logger
}

// Server answers the Kuzu API. It is safe for concurrent use.
type Server struct {
	engine       Engine
	files        *files
	apiKey       atomic.Pointer[string] // nil: none is asked for
	keyMissing   bool
	nodeType     server.NodeType
	readOnly     bool
	maxDatabases int
	quirks       quirkSet
	validation   Validation
	reporter     Reporter
	routes       *router
	queryTimeout time.Duration // 0: none
	log          *slog.Logger

	nodeID   string
	started  time.Time
	creates  sync.Mutex // between counting databases and adding one
	clock    clock
	queries  queryCounter
	tasks    *taskStore
	lockout  lockout
	queue    *taskQueue
	loop     eventLoop
	archives *archiveStore
	handler  http.Handler

	admission admission
	plans     planner
	recorded  atomic.Uint64 // ids of recorded requests given out
	scripts   atomic.Uint64 // scopes of scripts given out
	fixtures  directories
	admin     http.Handler // nil without an admin API

	ctx    context.Context // ends with Close; background work and event streams hang on it
	cancel context.CancelFunc
}

var _ server.ServerInterface = (*Server)(nil)

// New returns a server, or an error that names every setting that is wrong.
func New(cfg Config) (*Server, error) {
	var faults []error
	if cfg.Engine == nil {
		faults = append(faults, errors.New("Engine is nil; give NewScripted() or an engine of the kuzuengine package"))
	}
	if cfg.MaxDatabases < 0 {
		faults = append(faults, fmt.Errorf("MaxDatabases is %d; it must not be negative", cfg.MaxDatabases))
	}
	if cfg.Records < 0 {
		faults = append(faults, fmt.Errorf("Records is %d; it must not be negative", cfg.Records))
	}
	if !cfg.Admin.known() {
		faults = append(faults, fmt.Errorf("Admin is %q; it must be %s, %s or %s", cfg.Admin, AdminOff, AdminLoopback, AdminOpen))
	}
	switch cfg.NodeType {
	case "":
		cfg.NodeType = server.NodeTypeWriter
	case server.NodeTypeWriter, server.NodeTypeSharedMaster, server.NodeTypeSharedReplica:
	default:
		faults = append(faults, fmt.Errorf("NodeType is %q; it must be writer, shared_master or shared_replica", cfg.NodeType))
	}
	if err := cfg.Quirks.check(); err != nil {
		faults = append(faults, err)
	}
	if cfg.Validation >= endOfValidations {
		faults = append(faults, fmt.Errorf("Validation is %d; it must be one of the constants", cfg.Validation))
	}
	if cfg.QueryTimeout != nil && *cfg.QueryTimeout < 0 {
		faults = append(faults, fmt.Errorf("QueryTimeout is %v; it must not be negative", *cfg.QueryTimeout))
	}
	if cfg.Admission != nil {
		faults = append(faults, cfg.Admission.fault())
	}
	if cfg.KeyMissing && cfg.APIKey != "" {
		faults = append(faults, errors.New("KeyMissing is set and APIKey, too; drop one of them"))
	}
	if !(cfg.TimeScale >= 0 && cfg.TimeScale <= maxTimeScale) {
		faults = append(faults, fmt.Errorf("TimeScale is %v; it must be above 0 and at most %d", cfg.TimeScale, maxTimeScale))
	}
	if cfg.DataRoot != "" {
		if info, err := os.Stat(cfg.DataRoot); err != nil {
			faults = append(faults, fmt.Errorf("DataRoot: %w", err))
		} else if !info.IsDir() {
			faults = append(faults, fmt.Errorf("DataRoot %s is not a directory", cfg.DataRoot))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("mockserver: %w", err)
	}
	if cfg.TimeScale == 0 {
		cfg.TimeScale = 1
	}
	if cfg.MaxDatabases == 0 {
		cfg.MaxDatabases = 200
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	routes, err := newRouter(cfg.Validation)
	if err != nil {
		return nil, fmt.Errorf("mockserver: %w", err)
	}
	if routes.pages, err = pages(); err != nil {
		return nil, fmt.Errorf("mockserver: %w", err)
	}
	ticking := newClock(cfg.TimeScale)
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		engine:       cfg.Engine,
		files:        &files{root: cfg.DataRoot},
		keyMissing:   cfg.KeyMissing,
		nodeType:     cfg.NodeType,
		readOnly:     cfg.ReadOnly,
		maxDatabases: cfg.MaxDatabases,
		validation:   cfg.Validation,
		reporter:     cfg.Reporter,
		routes:       routes,
		queryTimeout: optional(cfg.QueryTimeout, DefaultQueryTimeout),
		admission:    admission{limits: cfg.Admission},
		log:          cfg.Logger,
		nodeID:       fmt.Sprintf("kuzu-%s-%d", cfg.NodeType, os.Getpid()),
		started:      time.Now(),
		clock:        ticking,
		lockout:      lockout{clock: ticking},
		tasks:        newTaskStore(ticking),
		archives:     &archiveStore{beside: filepath.Dir(cfg.Engine.Path("any"))},
		ctx:          ctx,
		cancel:       cancel,
	}
	if cfg.APIKey != "" {
		s.apiKey.Store(&cfg.APIKey)
	}
	s.quirks.store(cfg.Quirks)
	s.queries.since = s.started
	s.queue = newTaskQueue(ctx)
	s.loop = newEventLoop(&s.quirks)
	routes.hidden = func(path string) bool {
		return path == "/databases/{graph_id}/ingest" && s.quirks.Has(QuirkNoIngest)
	}
	routes.around = s.intercept
	server.HandlerWithOptions(s, server.StdHTTPServerOptions{BaseRouter: routes})
	// The order of the deployed server: a wrong key wins over a large body,
	// and that over everything a route could say.
	s.handler = s.loop.unfrozen(s.authenticate(s.limitBody(s.crossOrigin(routes))))
	if cfg.Records > 0 {
		s.plans.record("", &recorder{bound: cfg.Records})
	}
	if s.admin, err = newAdmin(s, cfg); err != nil {
		return nil, fmt.Errorf("mockserver: %w", err)
	}
	return s, nil
}

const serverName = "kuzu-mock"

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "") }

// serve answers a request in a scope; "" leaves it to the request's header.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, scope string) {
	w.Header().Set("Server", serverName)
	out := &response{ResponseWriter: w, server: s, request: r, unchecked: !s.validation.answers()}
	handler := s.handler
	if s.admin != nil && strings.HasPrefix(r.URL.Path, adminPath) {
		handler, out.unchecked = s.admin, true // it has a document of its own
	} else if p := s.plans.current.Load(); p != nil {
		r, out.entry = s.begin(p, r, scope)
		if out.entry != nil {
			defer out.entry.end()
		}
	}
	defer s.rescue(out, r)
	handler.ServeHTTP(out, r)
	out.finish()
	// What the handler left of the body is read, so that a client that is
	// still sending gets the answer instead of a reset connection. One that
	// waits for 100 Continue sends nothing until it has the answer.
	if r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
	}
}

// rescue answers for a handler that panicked. An answer that has begun cannot
// become a 500 any more: its connection is cut, so that no client takes it for
// a whole one.
func (s *Server) rescue(w *response, r *http.Request) {
	fault := recover()
	switch fault {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(fault)
	}
	s.log.Error("handler failed", "method", r.Method, "path", r.URL.Path, "fault", fault, "stack", string(debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	w.discard()
	w.unchecked = true // any operation may fail unexpectedly
	writeServerError(w)
}

// Close ends event streams, interrupts tasks and waits for them. Waiting tasks
// become failed ones, and so do those that come later. Backups that the server
// has kept are removed. Requests that are under way are not waited for; close
// what serves them, too.
func (s *Server) Close() error {
	s.cancel()
	s.queue.close()
	return s.archives.close()
}
