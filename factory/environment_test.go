package factory_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/transport"
)

// env looks variables up in pairs of name and value.
func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// TestVariables sets each variable to something else than its default, and looks
// at what it governs.
func TestVariables(t *testing.T) {
	for _, test := range []struct {
		name, value string
		got         func(factory.Config) any
		want        any
	}{
		{"ENVIRONMENT", "Prod", func(c factory.Config) any { return c.Environment }, "prod"},
		{"KUZU_API_URL", "http://h:1", func(c factory.Config) any { return c.APIURL }, "http://h:1"},
		{"KUZU_CLIENT_BASE_URL", "http://h:1", func(c factory.Config) any { return c.APIURL }, "http://h:1"},
		{"KUZU_REPLICA_ALB_URL", "http://alb.internal", func(c factory.Config) any { return c.ReplicaURL }, "http://alb.internal"},
		{"KUZU_API_KEY", "k", func(c factory.Config) any { return string(c.APIKey) }, "k"},
		{"SHARED_REPLICA_ALB_ENABLED", "on", func(c factory.Config) any { return c.ReplicaReads }, true},
		{"ALLOW_SHARED_MASTER_READS", "off", func(c factory.Config) any { return c.MasterReads }, false},
		{"KUZU_RETRY_LOGIC_ENABLED", "0", func(c factory.Config) any { return c.Retries }, false},
		{"KUZU_CIRCUIT_BREAKERS_ENABLED", "no", func(c factory.Config) any { return c.Breakers }, false},
		{"KUZU_HEALTH_CHECKS_ENABLED", "FALSE", func(c factory.Config) any { return c.HealthChecks }, false},
		{"KUZU_REDIS_CACHE_ENABLED", "false", func(c factory.Config) any { return c.RedisCache }, false},
		{"KUZU_CLIENT_TIMEOUT", "60", func(c factory.Config) any { return c.Timeout }, time.Minute},
		{"KUZU_READ_TIMEOUT", "12.5", func(c factory.Config) any { return c.Timeout }, 12500 * time.Millisecond},
		{"KUZU_CONNECT_TIMEOUT", "1", func(c factory.Config) any { return c.ConnectTimeout }, time.Second},
		{"KUZU_CLIENT_MAX_RETRIES", "0", func(c factory.Config) any { return c.MaxRetries }, 0},
		{"KUZU_CLIENT_RETRY_DELAY", "0.1", func(c factory.Config) any { return c.RetryDelay }, 100 * time.Millisecond},
		{"KUZU_CLIENT_RETRY_BACKOFF", "1.5", func(c factory.Config) any { return c.RetryBackoff }, 1.5},
		{"KUZU_CLIENT_MAX_CONNECTIONS", "7", func(c factory.Config) any { return c.MaxConnections }, 7},
		{"KUZU_CLIENT_MAX_KEEPALIVE_CONNECTIONS", "0", func(c factory.Config) any { return c.MaxIdleConnections }, 0},
		{"KUZU_CLIENT_KEEPALIVE_EXPIRY", "0", func(c factory.Config) any { return c.KeepAlive }, time.Duration(0)},
		{"KUZU_CIRCUIT_BREAKER_THRESHOLD", "3", func(c factory.Config) any { return c.BreakerThreshold }, 3},
		{"KUZU_CLIENT_CIRCUIT_BREAKER_THRESHOLD", "3", func(c factory.Config) any { return c.BreakerThreshold }, 3},
		{"KUZU_CIRCUIT_BREAKER_TIMEOUT", "9", func(c factory.Config) any { return c.BreakerTimeout }, 9 * time.Second},
		{"KUZU_CLIENT_CIRCUIT_BREAKER_TIMEOUT", "9", func(c factory.Config) any { return c.BreakerTimeout }, 9 * time.Second},
		{"KUZU_CLIENT_VERIFY_SSL", "false", func(c factory.Config) any { return c.VerifyTLS }, false},
		{"KUZU_CACHE_TTL", "0", func(c factory.Config) any { return c.CacheTTL }, time.Duration(0)},
		{"KUZU_INSTANCE_CACHE_TTL", "60", func(c factory.Config) any { return c.CacheTTL }, time.Minute},
		{"KUZU_ALB_HEALTH_CACHE_TTL", "5", func(c factory.Config) any { return c.ReplicaHealthTTL }, 5 * time.Second},
		{"KUZU_INSTANCE_REGISTRY_TABLE", "i-{env}", func(c factory.Config) any { return c.InstanceTable }, "i-{env}"},
		{"KUZU_GRAPH_REGISTRY_TABLE", "graphs", func(c factory.Config) any { return c.GraphTable }, "graphs"},
		{"VALKEY_URL", "redis://h:1/3", func(c factory.Config) any { return string(c.RedisURL) }, "redis://h:1/3"},
		{"VALKEY_AUTH_TOKEN", "t", func(c factory.Config) any { return string(c.RedisToken) }, "t"},
		{"AWS_REGION", "eu-west-1", func(c factory.Config) any { return c.AWSRegion }, "eu-west-1"},
		{"AWS_DEFAULT_REGION", "eu-west-1", func(c factory.Config) any { return c.AWSRegion }, "eu-west-1"},
		{"AWS_ENDPOINT_URL", "http://localhost:4566", func(c factory.Config) any { return c.AWSEndpoint }, "http://localhost:4566"},
		{"KUZU_CLIENT_SHARED_REPOSITORIES", "sec, own", func(c factory.Config) any { return strings.Join(c.SharedRepositories, "|") }, "sec|own"},
		{"KUZU_CLIENT_ALLOW_PUBLIC_ADDRESSES", "yes", func(c factory.Config) any { return c.AllowPublicAddresses }, true},
		{"RETRY_MAX_ATTEMPTS", "9", func(c factory.Config) any { return c.Resilience.Retry.MaxAttempts }, 9},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := factory.ConfigFrom(env(test.name, test.value))
			if err != nil || test.got(c) != test.want {
				t.Errorf("%s=%s gives %v, %v; want %v", test.name, test.value, test.got(c), err, test.want)
			}
			if test.got(factory.DefaultConfig()) == test.want {
				t.Errorf("%v is the default, so that nothing is proved", test.want)
			}
		})
	}
}

// TestPrecedence sets two names of one thing.
func TestPrecedence(t *testing.T) {
	for _, test := range []struct {
		strong, weak string
		got          func(factory.Config) string
	}{
		{"KUZU_CLIENT_CIRCUIT_BREAKER_THRESHOLD", "KUZU_CIRCUIT_BREAKER_THRESHOLD", func(c factory.Config) string { return fmt.Sprint(c.BreakerThreshold) }},
		{"KUZU_CLIENT_CIRCUIT_BREAKER_TIMEOUT", "KUZU_CIRCUIT_BREAKER_TIMEOUT", func(c factory.Config) string { return fmt.Sprint(c.BreakerTimeout.Seconds()) }},
		{"KUZU_CLIENT_TIMEOUT", "KUZU_READ_TIMEOUT", func(c factory.Config) string { return fmt.Sprint(c.Timeout.Seconds()) }},
		{"KUZU_CACHE_TTL", "KUZU_INSTANCE_CACHE_TTL", func(c factory.Config) string { return fmt.Sprint(c.CacheTTL.Seconds()) }},
		{"KUZU_CIRCUIT_BREAKER_THRESHOLD", "CIRCUIT_BREAKER_FAILURE_THRESHOLD", func(c factory.Config) string { return fmt.Sprint(c.BreakerThreshold) }},
	} {
		c, err := factory.ConfigFrom(env(test.strong, "11", test.weak, "22"))
		if got := test.got(c); got != "11" || err != nil {
			t.Errorf("%s=11 beside %s=22 gives %s, %v", test.strong, test.weak, got, err)
		}
	}
	if c, _ := factory.ConfigFrom(env("CIRCUIT_BREAKER_FAILURE_THRESHOLD", "22")); c.BreakerThreshold != 5 || c.Resilience.Breaker.FailureThreshold != 22 {
		t.Errorf("a generic name sets %d for the factory and %d for resilience", c.BreakerThreshold, c.Resilience.Breaker.FailureThreshold)
	}
}

// TestMistakes finds all of them at once, and shows no secret.
func TestMistakes(t *testing.T) {
	_, err := factory.ConfigFrom(env(
		"ENVIRONMENT", "pr0d", "KUZU_API_URL", "", "KUZU_REPLICA_ALB_URL", "http://user:hunter2@alb/x",
		"KUZU_API_KEY", "hunter2\n!", "SHARED_REPLICA_ALB_ENABLED", "maybe", "KUZU_CLIENT_TIMEOUT", "0", "KUZU_READ_TIMEOUT", "soon",
		"KUZU_CLIENT_MAX_RETRIES", "-1", "KUZU_CLIENT_RETRY_BACKOFF", "NaN", "KUZU_CACHE_TTL", "1e99", "KUZU_INSTANCE_CACHE_TTL", "",
		"KUZU_GRAPH_REGISTRY_TABLE", "a b", "VALKEY_URL", "http://:hunter2@h", "VALKEY_AUTH_TOKEN", "hunter 2",
		"KUZU_CLIENT_SHARED_REPOSITORIES", "sec,SEC", "AWS_REGION", "", "RETRY_MAX_ATTEMPTS", "none"))
	if !errors.Is(err, transport.ErrConfiguration) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		`ENVIRONMENT is "pr0d"; it must be a name of small letters`, `KUZU_API_URL is ""; it must be a URL`, "KUZU_REPLICA_ALB_URL is ",
		"KUZU_API_KEY is [redacted]; it must be printable ASCII", `SHARED_REPLICA_ALB_ENABLED is "maybe"; it must be true, 1`,
		`KUZU_CLIENT_TIMEOUT is "0"; it must be seconds, from 0.001`, `KUZU_READ_TIMEOUT is "soon"`, `KUZU_CLIENT_MAX_RETRIES is "-1"`,
		`KUZU_CLIENT_RETRY_BACKOFF is "NaN"`, `KUZU_CACHE_TTL is "1e99"`, `KUZU_INSTANCE_CACHE_TTL is ""`, `KUZU_GRAPH_REGISTRY_TABLE is "a b"`,
		"VALKEY_URL is [redacted]", "VALKEY_AUTH_TOKEN is [redacted]", `KUZU_CLIENT_SHARED_REPOSITORIES is "sec,SEC"`, `AWS_REGION is ""`, `RETRY_MAX_ATTEMPTS is "none"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in the error", want)
		}
	}
	if strings.Contains(err.Error(), "hunter") {
		t.Errorf("a secret is in the error: %v", err)
	}
}

// TestConfigRedacts prints a configuration in every way that fmt and log/slog know.
func TestConfigRedacts(t *testing.T) {
	c, err := factory.ConfigFrom(env("KUZU_API_KEY", "hunter2", "VALKEY_AUTH_TOKEN", "hunter2", "VALKEY_URL", "redis://default:hunter2@h:1/8?password=hunter2"))
	if err != nil {
		c, err = factory.ConfigFrom(env("KUZU_API_KEY", "hunter2", "VALKEY_AUTH_TOKEN", "hunter2", "VALKEY_URL", "redis://default:hunter2@h:1/8"))
	}
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "config", c, "key", c.APIKey)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "config", c, "key", c.APIKey)
	key, _ := c.APIKey.MarshalText()
	all := fmt.Sprintf("%v %+v %#v %s %v %+v %#v %s %s", c, c, c, c, c.APIKey, c.RedisURL, c.RedisToken, key, logged.String())
	if strings.Contains(all, "hunter2") {
		t.Errorf("a secret is shown: %s", all)
	}
	for _, want := range []string{"KUZU_API_KEY=[redacted]", "VALKEY_URL=redis://default:xxxxx@h:1/8", "KUZU_CACHE_TTL=300"} {
		if !strings.Contains(c.String(), want) {
			t.Errorf("%q is not in %s", want, c)
		}
	}
}
