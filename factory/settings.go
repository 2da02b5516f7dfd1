package factory

// setting is a field of a Config with its environment variables.
type setting struct {
	names   []string // the first one that is set decides
	meaning string   // for the documentation
	kind    kind
	field   func(*Config) any
}

// settings are all of them, in the order of the documentation. What a name
// beginning with KUZU_CLIENT_ says goes before what one with KUZU_ alone says.
var settings = []setting{
	{[]string{"ENVIRONMENT"}, "name of the environment; in dev, development and local everything goes to `KUZU_API_URL`", isName,
		func(c *Config) any { return &c.Environment }},
	{[]string{"KUZU_CLIENT_BASE_URL", "KUZU_API_URL"}, "the server in development", isAddress,
		func(c *Config) any { return &c.APIURL }},
	{[]string{"KUZU_REPLICA_ALB_URL"}, "load balancer of the shared replicas; empty for none", isAddressOrNone,
		func(c *Config) any { return &c.ReplicaURL }},
	{[]string{"KUZU_API_KEY"}, "key sent to every server; empty in prod and staging: read from Secrets Manager, `robosystems/{env}/kuzu`", isSecret,
		func(c *Config) any { return &c.APIKey }},
	{[]string{"SHARED_REPLICA_ALB_ENABLED"}, "read shared repositories from the replicas", isFlag,
		func(c *Config) any { return &c.ReplicaReads }},
	{[]string{"ALLOW_SHARED_MASTER_READS"}, "read shared repositories from the shared master, where no replica can be had", isFlag,
		func(c *Config) any { return &c.MasterReads }},
	{[]string{"KUZU_RETRY_LOGIC_ENABLED"}, "repeat failed attempts", isFlag,
		func(c *Config) any { return &c.Retries }},
	{[]string{"KUZU_CIRCUIT_BREAKERS_ENABLED"}, "keep calls from servers that fail", isFlag,
		func(c *Config) any { return &c.Breakers }},
	{[]string{"KUZU_HEALTH_CHECKS_ENABLED"}, "ask the load balancer and doubtful instances for their health", isFlag,
		func(c *Config) any { return &c.HealthChecks }},
	{[]string{"KUZU_REDIS_CACHE_ENABLED"}, "share locations through Redis", isFlag,
		func(c *Config) any { return &c.RedisCache }},
	{[]string{"KUZU_CLIENT_TIMEOUT", "KUZU_READ_TIMEOUT"}, "time for an attempt", isPositiveSeconds,
		func(c *Config) any { return &c.Timeout }},
	{[]string{"KUZU_CONNECT_TIMEOUT"}, "time for a connection", isPositiveSeconds,
		func(c *Config) any { return &c.ConnectTimeout }},
	{[]string{"KUZU_CLIENT_MAX_RETRIES"}, "attempts after the first", isRetries,
		func(c *Config) any { return &c.MaxRetries }},
	{[]string{"KUZU_CLIENT_RETRY_DELAY"}, "wait before the first retry at the same server", isSeconds,
		func(c *Config) any { return &c.RetryDelay }},
	{[]string{"KUZU_CLIENT_RETRY_BACKOFF"}, "each wait is so many times the last", isFactor,
		func(c *Config) any { return &c.RetryBackoff }},
	{[]string{"KUZU_CLIENT_MAX_CONNECTIONS"}, "connections to one server", isPositiveCount,
		func(c *Config) any { return &c.MaxConnections }},
	{[]string{"KUZU_CLIENT_MAX_KEEPALIVE_CONNECTIONS"}, "idle connections kept to one server; 0: none", isCount,
		func(c *Config) any { return &c.MaxIdleConnections }},
	{[]string{"KUZU_CLIENT_KEEPALIVE_EXPIRY"}, "after how long servers close idle connections; ours go after 80 % of it, at most 4 s; 0: none is kept", isSeconds,
		func(c *Config) any { return &c.KeepAlive }},
	{[]string{"KUZU_CLIENT_CIRCUIT_BREAKER_THRESHOLD", "KUZU_CIRCUIT_BREAKER_THRESHOLD"}, "failures in a row that open a breaker", isPositiveCount,
		func(c *Config) any { return &c.BreakerThreshold }},
	{[]string{"KUZU_CLIENT_CIRCUIT_BREAKER_TIMEOUT", "KUZU_CIRCUIT_BREAKER_TIMEOUT"}, "time a breaker stays open", isPositiveSeconds,
		func(c *Config) any { return &c.BreakerTimeout }},
	{[]string{"KUZU_CLIENT_VERIFY_SSL"}, "verify the certificates of servers and of Redis", isFlag,
		func(c *Config) any { return &c.VerifyTLS }},
	{[]string{"KUZU_CACHE_TTL", "KUZU_INSTANCE_CACHE_TTL"}, "for how long a location is kept; 0: not at all", isSeconds,
		func(c *Config) any { return &c.CacheTTL }},
	{[]string{"KUZU_ALB_HEALTH_CACHE_TTL"}, "for how long the outcome of a health check is kept; 0: not at all", isSeconds,
		func(c *Config) any { return &c.ReplicaHealthTTL }},
	{[]string{"KUZU_INSTANCE_REGISTRY_TABLE"}, "DynamoDB table of the instances; `{env}` stands for the environment", isTable,
		func(c *Config) any { return &c.InstanceTable }},
	{[]string{"KUZU_GRAPH_REGISTRY_TABLE"}, "DynamoDB table of the graphs; `{env}` stands for the environment", isTable,
		func(c *Config) any { return &c.GraphTable }},
	{[]string{"VALKEY_URL"}, "Redis; without a database number it is 8", isRedisURL,
		func(c *Config) any { return &c.RedisURL }},
	{[]string{"VALKEY_AUTH_TOKEN"}, "password of Redis, if the URL has none; in prod and staging it is sent over TLS only", isSecret,
		func(c *Config) any { return &c.RedisToken }},
	{[]string{"AWS_REGION", "AWS_DEFAULT_REGION"}, "region of the registry", isText,
		func(c *Config) any { return &c.AWSRegion }},
	{[]string{"AWS_ENDPOINT_URL"}, "address of DynamoDB and Secrets Manager instead of AWS's own; empty for those", isAddressOrNone,
		func(c *Config) any { return &c.AWSEndpoint }},
	{[]string{"KUZU_CLIENT_SHARED_REPOSITORIES"}, "graphs that all services share", isList,
		func(c *Config) any { return &c.SharedRepositories }},
	{[]string{"KUZU_CLIENT_ALLOW_PUBLIC_ADDRESSES"}, "use addresses in the registry that are neither private nor loopback", isFlag,
		func(c *Config) any { return &c.AllowPublicAddresses }},
}

// set reads text into the setting's field, or says what it may hold.
func (s *setting) set(c *Config, text string) (wrong string) { return s.kind.set(s.field(c), text) }

// check says what the field's value should be if it is something else.
func (s *setting) check(c *Config) (wrong string) { return s.kind.check(s.field(c)) }

// show formats the field's value as the variable would hold it, without secrets.
func (s *setting) show(c *Config) string { return s.kind.show(s.field(c)) }

// shown is how a text that a variable holds may appear in an error.
func (s *setting) shown(text string) string {
	switch {
	case text == "":
		return `""`
	case s.kind.secret:
		return redacted
	case s.kind.url:
		return quoteCut(redactURL(text))
	}
	return quoteCut(text)
}
