package factory

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/maypok86/otter/v2"

	"github.com/robosystems/kuzuclient/internal/operations"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// Factory makes clients that find the servers of their graphs. One serves a
// whole process. It is safe for concurrent use. Make it with [New].
type Factory struct {
	cfg     Config
	log     *slog.Logger
	shared  map[string]bool // lower-case ids of shared repositories
	chain   *transport.Chain
	metrics *metrics
	home    *fleet

	ctx     context.Context //nolint:containedctx // the factory's life
	cancel  context.CancelCauseFunc
	tracker *resilience.Tracker
	closed  atomic.Bool
	ends    []func() // in order, by Close

	mu     sync.Mutex
	fleets map[string]*fleet // besides home
}

// New returns a factory. It connects to nothing, so that it succeeds while
// everything is down; ctx bounds the reading of AWS's configuration. The error,
// of [transport.KindConfiguration], names everything that is wrong with cfg.
func New(ctx context.Context, cfg Config) (*Factory, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	f := &Factory{cfg: cfg, log: cfg.Logger, shared: map[string]bool{}, fleets: map[string]*fleet{}}
	if f.log == nil {
		f.log = cfg.Observe.Logger
	}
	if f.log == nil {
		f.log = slog.Default()
	}
	for _, id := range cfg.SharedRepositories {
		f.shared[strings.ToLower(id)] = true
	}
	f.ctx, f.cancel = context.WithCancelCause(context.Background())
	f.tracker = resilience.NewTracker()
	f.ends = append(f.ends, f.tracker.Close)
	var err error
	if f.metrics, err = newMetrics(cfg.Observe.MeterProvider); err == nil {
		f.home, err = f.newFleet(ctx, cfg.Environment)
	}
	if err == nil {
		err = f.newChain(ctx)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// newChain sets up what lies between clients and servers.
func (f *Factory) newChain(ctx context.Context) error {
	s := transport.DefaultChainSettings(operations.Table())
	s.Timeout = f.cfg.Timeout
	s.Observe = f.cfg.Observe
	s.Observe.Logger = f.log
	s.Retry.Delay, s.Retry.Factor = f.cfg.RetryDelay, f.cfg.RetryBackoff
	s.Retry.MaxDelay = max(s.Retry.MaxDelay, f.cfg.RetryDelay)
	s.Retry.MaxRetries = f.cfg.MaxRetries
	if !f.cfg.Retries {
		s.Retry.MaxRetries = 0
	}
	s.Breaker.FailureThreshold, s.Breaker.OpenTimeout = f.cfg.BreakerThreshold, f.cfg.BreakerTimeout
	s.Busy.OpenTimeout = f.cfg.BreakerTimeout
	if !f.cfg.Breakers {
		s.Breaker, s.Busy = nil, nil
	}
	s.Bulkhead.Concurrent = f.cfg.MaxConnections
	s.Base = f.pool()
	var err error
	if s.Keys, err = f.keys(ctx); err != nil {
		return err
	}
	if f.chain, err = transport.NewChain(s); err != nil {
		return err
	}
	f.ends = append(f.ends, func() { _ = f.chain.Close() })
	return nil
}

// pool is how the chain connects to servers.
func (f *Factory) pool() transport.BaseSettings {
	s := transport.DefaultBaseSettings()
	s.MaxConnsPerHost, s.MaxIdleConnsPerHost = f.cfg.MaxConnections, f.cfg.MaxIdleConnections
	s.IdleTimeout = f.cfg.KeepAlive * 4 / 5 // before the server closes it under a request
	s.DialTimeout = f.cfg.ConnectTimeout
	s.TLS = transport.TLSSettings{Config: f.cfg.TLS, SkipVerify: !f.cfg.VerifyTLS}
	return s
}

// newFleet sets up what knows the servers of an environment. In development
// there is nothing to know.
func (f *Factory) newFleet(ctx context.Context, environment string) (*fleet, error) {
	set := resilience.BreakerSettings{
		FailureThreshold: f.cfg.BreakerThreshold, SuccessThreshold: 1, HalfOpenRequests: 1, OpenTimeout: f.cfg.BreakerTimeout,
	}
	patient := set
	patient.OpenTimeout = staleTTL // a registry comes back sooner than a server, and more hangs on it
	if !f.cfg.Breakers {
		set.Failure, patient.Failure = nothingFails, nothingFails
	}
	in := &fleet{
		environment: environment, development: development(environment), cfg: &f.cfg, log: f.log, metrics: f.metrics, tracker: f.tracker, ctx: f.ctx,
		chain:     func() *transport.Chain { return f.chain },
		endpoints: &endpoints{byURL: map[string]*endpoint{}},
		reads:     resilience.Breaker("registry", patient),
		masters:   resilience.Breaker("shared_master", patient),
		alb:       resilience.Breaker("alb", set),
		origin:    strconv.FormatUint(rand.Uint64(), 36),
	}
	if err := errors.Join(in.reads.Err(), in.masters.Err(), in.alb.Err()); err != nil {
		return nil, err
	}
	var err error
	in.watch(in.reads, in.masters, in.alb)
	in.endpoints.forgotten = in.forgotten
	if in.development {
		in.only, err = in.configured(f.cfg.APIURL)
	} else if f.cfg.ReplicaURL != "" {
		in.replicaEndpoint, err = in.configured(f.cfg.ReplicaURL)
	}
	if err != nil {
		return nil, err
	}
	if in.local, err = otter.New(&otter.Options[string, *location]{MaximumSize: maxLocations}); err != nil {
		return nil, err
	}
	if in.development {
		return in, nil
	}
	aws, closeAWS, err := awsConfig(ctx, &f.cfg)
	if err != nil {
		return nil, err
	}
	f.ends = append(f.ends, closeAWS)
	in.registry = &registry{
		db:        dynamodb.NewFromConfig(aws),
		instances: table(f.cfg.InstanceTable, environment),
		graphs:    table(f.cfg.GraphTable, environment),
	}
	probes := transport.NewBase()
	probes.TLSClientConfig = f.cfg.tls()
	f.ends = append(f.ends, probes.CloseIdleConnections)
	in.probe = &http.Client{Transport: probes, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	in.register(registryService, in.reads, in.masters)
	in.background = newWorker(f.ctx)
	f.ends = append(f.ends, in.background.done.Wait)
	if !f.cfg.RedisCache {
		return in, nil
	}
	if in.store, err = newStore(&f.cfg); err != nil {
		return nil, err
	}
	in.watch(in.store.breaker)
	in.store.told = func(took time.Duration, err error) { in.tracker.Record(redisService, took, err) }
	in.register(redisService, in.store.breaker)
	in.background.done.Go(func() { in.store.subscribe(f.ctx, in.channel(), in.hear) })
	f.ends = append(f.ends, func() { in.store.client.Close() })
	return in, nil
}

// nothingFails is for breakers that are switched off.
func nothingFails(error) bool { return false }

// fleetOf returns what knows the servers of another environment.
func (f *Factory) fleetOf(environment string) (*fleet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in := f.fleets[environment]; in != nil {
		return in, nil
	}
	if f.closed.Load() {
		return nil, errClosed()
	}
	in, err := f.newFleet(f.ctx, environment)
	if err == nil {
		f.fleets[environment] = in
	}
	return in, err
}

// Close ends all calls under way, with an error of [transport.KindCanceled] that
// says so, and everything that runs in the background, and waits for that. Answers
// that are still being read end too; close them. Closing twice does nothing.
func (f *Factory) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	f.cancel(errors.New("the factory is closed"))
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, end := range f.ends {
		end()
	}
	return nil
}
