package factory

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// fleet is what is known of the servers of one environment.
type fleet struct {
	environment string
	development bool // everything goes to one server
	cfg         *Config
	log         *slog.Logger
	metrics     *metrics
	tracker     *resilience.Tracker
	chain       func() *transport.Chain // which is made later
	ctx         context.Context         //nolint:containedctx // the factory's life, which flights share; a caller's ends sooner
	background  *worker
	endpoints   *endpoints
	probe       *http.Client

	registry *registry
	store    *store // nil without Redis

	local   *otter.Cache[string, *location] // by parent graph, and masterKey
	flights singleflight.Group
	verdict atomic.Pointer[verdict] // on the replicas

	only            *endpoint // the server in development
	replicaEndpoint *endpoint // the replicas' load balancer, nil for none

	reads   *resilience.CircuitBreaker // of the registry
	masters *resilience.CircuitBreaker // discovery of the shared master
	alb     *resilience.CircuitBreaker // health checks of the replicas' load balancer
	counts  lookupCounts
	// When they failed last, in Unix nanoseconds; 0: never.
	masterFailed, albFailed atomic.Int64

	origin string // tells our messages from those of other processes
}

// masterKey is where the shared master's location is kept. No graph has this id.
const masterKey = "*shared_master"

// maxLocations bounds the cache in the process.
const maxLocations = 200_000

// configured returns the endpoint of an address in the configuration, which has
// checked it.
func (f *fleet) configured(address string) (*endpoint, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	return f.endpoints.get(&url.URL{Scheme: u.Scheme, Host: u.Host}), nil
}

func (f *fleet) key(rest string) string { return "kuzu:" + f.environment + ":" + rest }

func (f *fleet) locationKey(id string) string {
	if id == masterKey {
		return f.key("shared_master:url")
	}
	return f.key("location:" + id)
}

func (f *fleet) channel() string { return f.key("invalidate") }
