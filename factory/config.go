package factory

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// Config is how a [Factory] finds servers and how it treats them. Start from
// [DefaultConfig] or [ConfigFromEnv] and change it field by field: zero is a
// value and never replaced by a default. docs/configuration.md has the
// environment variables.
type Config struct {
	// Environment is such as dev, staging, test or prod. In dev, development and
	// local nothing is discovered: everything goes to APIURL.
	Environment string

	APIURL     string // the server in development, scheme://host:port
	ReplicaURL string // the load balancer of the shared replicas, "" for none
	// APIKey is sent to every server. "" in prod and staging means that it is
	// read from AWS Secrets Manager, and elsewhere that none is sent. Keys
	// replaces it.
	APIKey Secret

	ReplicaReads bool // shared repositories are read from ReplicaURL
	MasterReads  bool // shared repositories may be read from the shared master

	Retries      bool // failed attempts are repeated, as far as that is safe
	Breakers     bool // calls are kept from servers that fail
	HealthChecks bool // the load balancer, and doubtful instances, are asked before they are used
	RedisCache   bool // locations are shared with other processes through Redis

	Timeout            time.Duration // of an attempt
	ConnectTimeout     time.Duration // of a connection
	MaxRetries         int           // attempts after the first; 0: none
	RetryDelay         time.Duration // wait before the first retry at the same server
	RetryBackoff       float64       // each wait is so many times the last
	MaxConnections     int           // to one server
	MaxIdleConnections int           // to one server; 0: none is kept
	// KeepAlive is after how long servers close idle connections; they are
	// retired after 80 % of it, and after 4 s at the latest. 0: none is kept.
	KeepAlive        time.Duration
	BreakerThreshold int           // failures in a row that open a breaker
	BreakerTimeout   time.Duration // for how long it stays open
	VerifyTLS        bool          // certificates of servers and of Redis are verified

	CacheTTL         time.Duration // of locations, in the process and in Redis; 0: every lookup asks the registry
	ReplicaHealthTTL time.Duration // of what health checks found; 0: every read checks

	// Names of the DynamoDB tables, in which {env} stands for the environment.
	InstanceTable, GraphTable string

	RedisURL   Secret // redis:// or rediss://; without a database number it is 8
	RedisToken Secret // password, if RedisURL has none

	AWSRegion   string // of the registry and of Secrets Manager
	AWSEndpoint string // instead of AWS's own, such as a DynamoDB Local; "" for none

	// SharedRepositories are the graphs that every service shares. They are
	// compared without regard to case.
	SharedRepositories []string
	// AllowPublicAddresses permits servers whose address in the registry is
	// neither private nor loopback.
	AllowPublicAddresses bool
	// TierCapacity is how many databases an instance of a tier holds if its
	// record does not say. CreateGraph knows these tiers and no others.
	TierCapacity map[string]int

	// Resilience holds the middleware's settings from the generic variables. The
	// factory itself does not use them.
	Resilience resilience.Config

	// The rest has no variables.

	AWS    *aws.Config           // nil: the SDK's usual sources
	Keys   transport.KeyProvider // nil: APIKey, or Secrets Manager
	TLS    *tls.Config           // for servers and Redis; nil: the system's
	Logger *slog.Logger          // nil: that of Observe, and else [slog.Default]
	// Observe says where spans and metrics of calls, lookups and routes go; the
	// zero value is for the providers of the process.
	Observe transport.ObserveSettings
}

// redisDatabase is where the deployed services keep what concerns Kuzu.
const redisDatabase = 8

// DefaultConfig returns the defaults that docs/configuration.md lists.
func DefaultConfig() Config {
	middleware, _ := resilience.ConfigFrom(func(string) (string, bool) { return "", false })
	return Config{
		Environment:        "dev",
		APIURL:             "http://localhost:8001",
		MasterReads:        true,
		Retries:            true,
		Breakers:           true,
		HealthChecks:       true,
		RedisCache:         true,
		Timeout:            30 * time.Second,
		ConnectTimeout:     5 * time.Second,
		MaxRetries:         3,
		RetryDelay:         time.Second,
		RetryBackoff:       2,
		MaxConnections:     100,
		MaxIdleConnections: 20,
		KeepAlive:          5 * time.Second,
		BreakerThreshold:   5,
		BreakerTimeout:     time.Minute,
		VerifyTLS:          true,
		CacheTTL:           5 * time.Minute,
		ReplicaHealthTTL:   30 * time.Second,
		InstanceTable:      "robosystems-kuzu-{env}-instance-registry",
		GraphTable:         "robosystems-kuzu-{env}-graph-registry",
		RedisURL:           "redis://localhost:6379",
		AWSRegion:          "us-east-1",
		SharedRepositories: []string{"sec", "industry", "economic", "regulatory", "market", "esg", "stock", "reference"},
		TierCapacity:       map[string]int{"standard": 10, "enterprise": 1, "premium": 1},
		Resilience:         middleware,
	}
}

// development reports whether nothing is discovered in an environment.
func development(environment string) bool {
	return slices.Contains([]string{"dev", "development", "local"}, environment)
}

// deployed reports whether an environment has its secrets in AWS.
func deployed(environment string) bool {
	return slices.Contains([]string{"prod", "production", "staging", "stage"}, environment)
}

// tls is how servers are trusted outside the chain, which makes its own of it.
func (c *Config) tls() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TLS != nil {
		config = c.TLS.Clone()
	}
	config.InsecureSkipVerify = config.InsecureSkipVerify || !c.VerifyTLS
	return config
}

// table fills the environment into the name of a table.
func table(name, environment string) string {
	return strings.ReplaceAll(name, "{env}", environment)
}

// String shows every setting that has a variable, a line each, without secrets.
func (c Config) String() string {
	var b strings.Builder
	for _, s := range settings {
		fmt.Fprintf(&b, "%s=%s\n", s.names[0], s.show(&c))
	}
	return b.String()
}

// GoString keeps %#v from showing what [Config.String] hides.
func (c Config) GoString() string { return c.String() }

// LogValue keeps log/slog from showing what [Config.String] hides.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }
