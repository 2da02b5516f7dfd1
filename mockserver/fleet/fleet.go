package fleet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// Config describes a fleet. Start from [DefaultConfig].
type Config struct {
	// Environment is in the names of tables and keys: small letters. In dev,
	// development and local clients discover nothing.
	Environment string
	// APIKey is what clients have to send to the servers; "" for none.
	APIKey string
	// Writers is how many there are of a tier: standard, enterprise or premium.
	Writers map[string]int
	// Replicas is how many there are of the shared master. With 0 there is no
	// load balancer either.
	Replicas int
	// Engine makes the engine of an instance, which the fleet closes; nil means
	// [mockserver.NewScripted].
	Engine func(instance string) (mockserver.Engine, error)
	// DataRoot has the buckets of all instances; "" means that there are none.
	DataRoot string
	// TLS is how an instance speaks TLS, in HTTP/1.1; nil, or nil for an instance,
	// means plain HTTP. Replicas speak that to their load balancer in any case.
	TLS func(instance string) *tls.Config
	// Logger takes what an operator should see; nil means none of it.
	Logger *slog.Logger
}

// DefaultConfig is a fleet of two standard writers, one enterprise and one premium
// writer, a shared master and two replicas, in the environment test.
func DefaultConfig() Config {
	return Config{Environment: "test", Writers: map[string]int{"standard": 2, "enterprise": 1, "premium": 1}, Replicas: 2}
}

// Fleet is a running fleet. It is safe for concurrent use.
type Fleet struct {
	cfg       Config
	key       atomic.Pointer[string]
	instances []*Instance
	balancer  *balancer // nil without replicas
	redis     *redis

	registry                  *dynamo.Server
	gate                      *gate
	tables                    *host // the registry's address
	instanceTable, graphTable string

	cancel context.CancelFunc
	ends   []func() error // run from the last to the first
	once   sync.Once
	closed error
}

// Start starts a fleet; ctx bounds the starting only.
func Start(ctx context.Context, cfg Config) (*Fleet, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Engine == nil {
		cfg.Engine = func(string) (mockserver.Engine, error) { return mockserver.NewScripted(), nil }
	}
	life, cancel := context.WithCancel(context.Background())
	f := &Fleet{cfg: cfg, cancel: cancel}
	f.key.Store(&cfg.APIKey)
	for _, start := range []func(ctx, life context.Context) error{f.startRedis, f.startRegistry, f.startInstances, f.startBalancer} {
		if err := start(ctx, life); err != nil {
			return nil, errors.Join(fmt.Errorf("fleet: %w", err), f.Close())
		}
	}
	return f, nil
}

var environmentName = regexp.MustCompile(`^[a-z]+$`)

// tiers are those of writers, in the order in which they start.
var tiers = []string{"standard", "enterprise", "premium"}

func (c *Config) check() error {
	var faults []error
	if !environmentName.MatchString(c.Environment) {
		faults = append(faults, fmt.Errorf("Environment is %q; it must be a name of small letters", c.Environment))
	}
	if c.Replicas < 0 {
		faults = append(faults, fmt.Errorf("Replicas is %d; it must not be negative", c.Replicas))
	}
	for _, tier := range slices.Sorted(maps.Keys(c.Writers)) {
		if !slices.Contains(tiers, tier) {
			faults = append(faults, fmt.Errorf("Writers has the tier %q; there are standard, enterprise and premium", tier))
		}
		if n := c.Writers[tier]; n < 0 {
			faults = append(faults, fmt.Errorf("Writers has %d of %s; there cannot be fewer than none", n, tier))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	return nil
}

func (f *Fleet) startRegistry(ctx, _ context.Context) error {
	tables := dynamo.Registry(f.cfg.Environment)
	f.instanceTable, f.graphTable = tables[0].Name, tables[1].Name
	f.registry = dynamo.New(tables...)
	f.gate = &gate{next: f.registry}
	f.tables = &host{handler: f.gate}
	f.ends = append(f.ends, func() error { f.tables.stop(); f.tables.wait(); return nil })
	return f.tables.start(ctx)
}

func (f *Fleet) startInstances(ctx, _ context.Context) error {
	start := func(tier string, kind server.NodeType, n int) error {
		for range n {
			i, err := f.newInstance(ctx, fmt.Sprintf("i-%08x", len(f.instances)+1), tier, kind)
			if err != nil {
				return err
			}
			f.instances = append(f.instances, i)
			f.register(i)
		}
		return nil
	}
	for _, tier := range tiers {
		if err := start(tier, server.NodeTypeWriter, f.cfg.Writers[tier]); err != nil {
			return err
		}
	}
	if err := start("shared", server.NodeTypeSharedMaster, 1); err != nil {
		return err
	}
	return start("shared", server.NodeTypeSharedReplica, f.cfg.Replicas)
}

func (f *Fleet) startBalancer(ctx, life context.Context) (err error) {
	if f.cfg.Replicas == 0 {
		return nil
	}
	if f.balancer, err = newBalancer(f.Replicas()); err != nil {
		return err
	}
	var watching sync.WaitGroup
	f.balancer.check(ctx)
	watching.Go(func() { f.balancer.watch(life) })
	f.ends = append(f.ends, func() error { watching.Wait(); return f.balancer.close() })
	return f.balancer.host.start(ctx)
}

// Env is the environment that a service of this fleet would have.
func (f *Fleet) Env() map[string]string {
	env := map[string]string{
		"ENVIRONMENT":                f.cfg.Environment,
		"KUZU_API_KEY":               *f.key.Load(),
		"SHARED_REPLICA_ALB_ENABLED": strconv.FormatBool(f.balancer != nil),
		"VALKEY_URL":                 "redis://" + f.redis.address,
		"AWS_REGION":                 "us-east-1",
		"AWS_ENDPOINT_URL":           f.tables.url(),
		// What the SDK asks for before it sends anything, and nobody checks.
		"AWS_ACCESS_KEY_ID":         "loopback",
		"AWS_SECRET_ACCESS_KEY":     "loopback",
		"AWS_EC2_METADATA_DISABLED": "true",
	}
	if f.balancer != nil {
		env["KUZU_REPLICA_ALB_URL"] = f.balancer.host.url()
	}
	return env
}

// Lookup is Env in the form of [os.LookupEnv].
func (f *Fleet) Lookup(name string) (string, bool) {
	value, set := f.Env()[name]
	return value, set
}

// Instance returns an instance by its id, nil if there is none.
func (f *Fleet) Instance(id string) *Instance {
	for _, i := range f.instances {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// Writers returns those of a tier.
func (f *Fleet) Writers(tier string) []*Instance {
	return f.those(func(i *Instance) bool { return i.NodeType == server.NodeTypeWriter && i.Tier == tier })
}

// Master returns the shared master.
func (f *Fleet) Master() *Instance {
	return f.those(func(i *Instance) bool { return i.NodeType == server.NodeTypeSharedMaster })[0]
}

// Replicas returns those of the shared master.
func (f *Fleet) Replicas() []*Instance {
	return f.those(func(i *Instance) bool { return i.NodeType == server.NodeTypeSharedReplica })
}

func (f *Fleet) those(are func(*Instance) bool) []*Instance {
	var list []*Instance
	for _, i := range f.instances {
		if are(i) {
			list = append(list, i)
		}
	}
	return list
}

// KillReplicas kills them all. Their load balancer stays and answers 502.
func (f *Fleet) KillReplicas() {
	for _, i := range f.Replicas() {
		i.Kill()
	}
}

// SyncReplicas brings what the shared master holds to all replicas.
func (f *Fleet) SyncReplicas(ctx context.Context) error {
	master := f.Master()
	names, err := master.Engine.List(ctx)
	if err != nil {
		return err
	}
	for _, replica := range f.Replicas() {
		for _, name := range names {
			if err := copyDatabase(ctx, name, master.Engine, replica.Engine); err != nil {
				return fmt.Errorf("fleet: copying %s to %s: %w", name, replica.ID, err)
			}
		}
	}
	return nil
}

// CheckReplicas has the load balancer look after its replicas now, and not only
// in a quarter of a second.
func (f *Fleet) CheckReplicas(ctx context.Context) {
	if f.balancer != nil {
		f.balancer.check(ctx)
	}
}

// FailBalancer has the load balancer answer every request with 502 and a page in
// HTML, however well its replicas are, until RestoreBalancer.
func (f *Fleet) FailBalancer() { f.failBalancer(true) }

// RestoreBalancer ends what FailBalancer did.
func (f *Fleet) RestoreBalancer() { f.failBalancer(false) }

func (f *Fleet) failBalancer(fail bool) {
	if f.balancer != nil {
		f.balancer.failing.Store(fail)
	}
}

// RotateKey has all servers ask for another API key from now on, of which clients
// learn nothing; Env has it. Requests that a freeze holds up get no answer, as if
// each server had been restarted with the key. See [mockserver.Server.RotateKey].
func (f *Fleet) RotateKey(key string) error {
	var faults []error
	for _, i := range f.instances {
		faults = append(faults, i.Server.RotateKey(key))
		i.host.drop()
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	f.key.Store(&key)
	return nil
}

// Close ends everything, requests under way too, and closes the engines.
func (f *Fleet) Close() error {
	f.once.Do(func() {
		f.cancel()
		var faults []error
		for _, end := range slices.Backward(f.ends) {
			faults = append(faults, end())
		}
		f.closed = errors.Join(faults...)
	})
	return f.closed
}
