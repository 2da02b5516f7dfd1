package kuzu

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// Client talks to one server about one graph. It is safe for concurrent use, and
// made by [New] or [Client.ForGraph].
type Client struct {
	graph           string
	endpoint        string // scheme://host:port
	api             *gen.Client
	maxMessageBytes int64
	pool            *http.Transport // nil if the transport is the caller's
}

// New returns a client for the server at baseURL, such as
// "http://localhost:8001". It connects to nothing. The error names everything
// that is wrong with the URL and the options; its kind is [KindConfiguration].
func New(baseURL string, opts ...Option) (*Client, error) {
	set := settings{maxMessageBytes: defaultMaxMessageBytes, streams: transport.DefaultStreamSettings()}
	base, fault := transport.ParseBaseURL(baseURL)
	faults := []error{fault}
	for _, opt := range opts {
		faults = append(faults, opt(&set))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, &Error{Kind: KindConfiguration, Err: err}
	}
	c := &Client{graph: set.graph, endpoint: base.String(), maxMessageBytes: set.maxMessageBytes}
	if set.transport == nil {
		c.pool = transport.NewBase()
		set.transport = c.pool
	}
	set.streams.MaxLineBytes = set.maxMessageBytes
	c.api = &gen.Client{
		Server: c.endpoint + "/",
		Client: &http.Client{
			Transport: transport.Streams(set.transport, set.streams),
			// A redirect could carry the key to another host, or turn a POST
			// into a GET. It becomes an error instead.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RequestEditors: []gen.RequestEditorFn{set.checkBody, set.authorize},
	}
	return c, nil
}

// authorize adds the key to a request.
func (s *settings) authorize(_ context.Context, req *http.Request) error {
	if s.apiKey != "" {
		req.Header.Set("X-Kuzu-API-Key", s.apiKey)
	}
	return nil
}

// checkBody refuses a body that the server would refuse. The server may close
// the connection while the body is still on its way, and its answer with it.
func (s *settings) checkBody(_ context.Context, req *http.Request) error {
	limit := s.maxRequestBytes
	if limit == 0 {
		limit = deployedBodyLimit(req.URL.Path)
	}
	if req.ContentLength <= limit {
		return nil
	}
	return transport.Errorf(KindTooLarge, "the request body has %d bytes and the server takes %d; "+
		"split it, or raise WithMaxRequestBytes if the server is set up to take more", req.ContentLength, limit)
}

// deployedBodyLimit is what servers take by default. They go by pieces of the
// path, so that the id of a graph can change the limit, and so do we.
func deployedBodyLimit(path string) int64 {
	switch {
	case strings.Contains(path, "/query"):
		return 100_000
	case strings.Contains(path, "/schema"):
		return 1 << 20
	default:
		return 10 << 20
	}
}

// ForGraph returns a client for another graph on the same server, over the same
// connections. A malformed id is reported by the calls that use it.
func (c *Client) ForGraph(id string) *Client {
	other := *c
	other.graph = id
	return &other
}

// Graph returns the graph that the client works on, "" if it has none.
func (c *Client) Graph() string { return c.graph }

// Close closes idle connections, of all clients that came from the same [New].
// Calls that are under way go on.
func (c *Client) Close() error {
	if c.pool != nil {
		c.pool.CloseIdleConnections()
	}
	return nil
}
