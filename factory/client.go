package factory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// ClientOption changes one client.
type ClientOption func(*clientSettings) error

type clientSettings struct {
	environment string
	tier        string
	purpose     string
	timeout     time.Duration
	fromMaster  bool
	options     []kuzu.Option
}

// WithTier says which tier the caller takes the graph to be in. It changes no
// route: the registry knows better. Explain and logs show it.
func WithTier(tier string) ClientOption {
	return func(s *clientSettings) error { s.tier = tier; return nil }
}

// WithEnvironment looks for the graph in another environment than the factory's:
// in its tables, if their names have {env} in them, and under its keys in Redis.
func WithEnvironment(environment string) ClientOption {
	return func(s *clientSettings) error {
		s.environment = environment
		if !environmentName.MatchString(environment) {
			return fmt.Errorf("environment %.100q: it must be a name of small letters", environment)
		}
		return nil
	}
}

// WithTimeout bounds each call of the client, all attempts and the reading of the
// answer included.
func WithTimeout(d time.Duration) ClientOption {
	return func(s *clientSettings) error {
		s.timeout = d
		if d <= 0 {
			return fmt.Errorf("timeout %v: it must be positive", d)
		}
		return nil
	}
}

// WithPurpose names what the client is for, such as "sec_ingestion", in logs.
func WithPurpose(purpose string) ClientOption {
	return func(s *clientSettings) error { s.purpose = purpose; return nil }
}

// FromMaster reads a shared repository from the master instead of a replica: what
// was written a moment ago is there.
func FromMaster() ClientOption {
	return func(s *clientSettings) error { s.fromMaster = true; return nil }
}

// WithKuzu passes options on to [kuzu.New]; the graph, the key and the transport
// are the factory's.
func WithKuzu(options ...kuzu.Option) ClientOption {
	return func(s *clientSettings) error { s.options = append(s.options, options...); return nil }
}

// Client returns a client for a graph, for reading or for writing. It looks the
// graph up, so that an unknown one is an error here: [kuzu.ErrRouting] if the
// graph is nowhere, [kuzu.ErrUnavailable] if its server cannot be used or the
// registry does not answer, [kuzu.ErrInvalidRequest] for what is no id. The way
// is decided anew for each attempt of each call, so that a client can be kept.
func (f *Factory) Client(ctx context.Context, graphID string, op Op, options ...ClientOption) (*kuzu.Client, error) {
	r, set, err := f.resolver(graphID, op, options)
	if err != nil {
		return nil, err
	}
	endpoint, err := r.Resolve(ctx, transport.Call{Write: op == Write}, nil)
	if err != nil {
		return nil, err
	}
	if f.log.Enabled(ctx, slog.LevelDebug) { // most of what a client costs, otherwise
		f.log.DebugContext(ctx, "client made", "graph", r.graph.id, "operation", op.String(), "endpoint", endpoint.URL.String(), "tier", set.tier, "purpose", set.purpose)
	}
	return f.client(r, endpoint.URL, set)
}

// API returns the generated client over the same chain as that of [Factory.Client].
// Its operations take the graph as an argument, which decides about the way where
// it is another one.
func (f *Factory) API(ctx context.Context, graphID string, op Op, options ...ClientOption) (*gen.ClientWithResponses, error) {
	r, set, err := f.resolver(graphID, op, options)
	if err != nil {
		return nil, err
	}
	endpoint, err := r.Resolve(ctx, transport.Call{Write: op == Write}, nil)
	if err != nil {
		return nil, err
	}
	return gen.NewClientWithResponses(endpoint.URL.String(), gen.WithHTTPClient(&http.Client{
		Transport:     f.roundTripper(r, set),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}))
}

// ClientForInstance returns a client for one instance, by its address such as
// http://10.0.1.5:8001, whatever the registry says. Name a graph with WithKuzu or
// [kuzu.Client.ForGraph].
func (f *Factory) ClientForInstance(address string, options ...ClientOption) (*kuzu.Client, error) {
	u, err := checkEndpoint(address, f.cfg.AllowPublicAddresses)
	if err != nil {
		return nil, &transport.Error{Kind: transport.KindConfiguration, Message: "instance", Err: err}
	}
	set, err := readOptions(options)
	if err != nil {
		return nil, err
	}
	ep := f.home.endpoints.get(u)
	return f.client(&resolver{factory: f, fleet: f.home, op: Write, pinned: ep}, ep.url, set)
}

// SharedMaster returns a client for writing a shared repository, as pipelines do
// that load it.
func (f *Factory) SharedMaster(ctx context.Context, repository string, options ...ClientOption) (*kuzu.Client, error) {
	g, err := parseGraph(repository, f.shared)
	if err == nil && !g.shared {
		err = invalid(repository, "%q is no shared repository; KUZU_CLIENT_SHARED_REPOSITORIES names them", repository)
	}
	if err != nil {
		return nil, err
	}
	return f.Client(ctx, repository, Write, append([]ClientOption{WithPurpose(repository + "_ingestion")}, options...)...)
}

// Resolver returns what knows the way of a client's calls, for a chain of one's
// own. Its Resolve is what a call costs once the graph is known: nothing is
// allocated, and nobody is asked.
func (f *Factory) Resolver(graphID string, op Op, options ...ClientOption) (transport.Resolver, error) {
	r, _, err := f.resolver(graphID, op, options)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Explain tells where a call would go now and why, with what each cache held and
// how old it was. It changes nothing, and its error is in the Decision.
func (f *Factory) Explain(ctx context.Context, graphID string, op Op, options ...ClientOption) Decision {
	d := Decision{Graph: graphID, Operation: op, Environment: f.cfg.Environment}
	r, _, err := f.resolver(graphID, op, options)
	if err != nil {
		d.Err = err
		return d
	}
	d.Graph, d.Parent, d.Environment = r.graph.id, r.graph.parent, r.fleet.environment
	if r.graph.subgraph() {
		d.step("graph id", "a subgraph of "+r.graph.parent+", which decides", 0, time.Now())
	}
	endpoint, target, err := r.fleet.route(ctx, r.graph, op, r.fromMaster, nil, &d)
	d.Target = target
	if err != nil {
		d.Err = err
		return d
	}
	d.Endpoint, d.ReadOnly = endpoint.URL.String(), endpoint.ReadOnly
	return d
}

// resolver checks what a client is asked for.
func (f *Factory) resolver(graphID string, op Op, options []ClientOption) (*resolver, *clientSettings, error) {
	if f.closed.Load() {
		return nil, nil, errClosed()
	}
	set, err := readOptions(options)
	if err != nil {
		return nil, nil, err
	}
	g, err := parseGraph(graphID, f.shared)
	if err != nil {
		return nil, nil, err
	}
	if op != Read && op != Write {
		return nil, nil, invalid(graphID, "%d is no operation; say factory.Read or factory.Write", op)
	}
	in := f.home
	if set.environment != "" && set.environment != in.environment {
		if in, err = f.fleetOf(set.environment); err != nil {
			return nil, nil, err
		}
	}
	return &resolver{factory: f, fleet: in, graph: g, op: op, fromMaster: set.fromMaster}, set, nil
}

func readOptions(options []ClientOption) (*clientSettings, error) {
	var set clientSettings
	var faults []error
	for _, option := range options {
		faults = append(faults, option(&set))
	}
	return &set, configurationError(faults)
}

func (f *Factory) client(r *resolver, base *url.URL, set *clientSettings) (*kuzu.Client, error) {
	options := append(make([]kuzu.Option, 0, len(set.options)+2), set.options...)
	options = append(options, kuzu.WithTransport(f.roundTripper(r, set)))
	if r.graph.id != "" {
		options = append(options, kuzu.WithGraph(r.graph.id))
	}
	return kuzu.New(base.String(), options...)
}

func (f *Factory) roundTripper(r *resolver, set *clientSettings) http.RoundTripper {
	var rt http.RoundTripper = &lifetime{next: f.chain.For(r), factory: f}
	if set.timeout > 0 {
		rt = &deadline{next: rt, after: set.timeout}
	}
	return rt
}

// Warm looks graphs up before they are asked for. Its error joins those of all
// graphs that have no location.
func (f *Factory) Warm(ctx context.Context, graphs ...string) error {
	const atOnce = 16
	places := make(chan struct{}, atOnce)
	faults := make([]error, len(graphs))
	for i, id := range graphs {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			faults[i] = transport.SendError(ctx, ctx.Err())
			continue
		}
		go func() {
			defer func() { <-places }()
			_, faults[i] = f.lookup(ctx, id)
		}()
	}
	for range atOnce {
		places <- struct{}{}
	}
	return errors.Join(faults...)
}

// lookup returns the endpoint of a graph's instance for reading.
func (f *Factory) lookup(ctx context.Context, id string) (transport.Endpoint, error) {
	r, _, err := f.resolver(id, Read, nil)
	if err != nil {
		return transport.Endpoint{}, err
	}
	return r.Resolve(ctx, transport.Call{}, nil)
}
