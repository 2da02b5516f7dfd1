package factory_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// FuzzEnvironment: an environment is refused with the name of what is wrong in it,
// or gives a Config that says the same when it is written down and read again. No
// secret is shown either way.
func FuzzEnvironment(f *testing.F) {
	const secret = "hunter2hunter2"
	for _, seed := range []string{
		"", "ENVIRONMENT=prod\nKUZU_API_KEY=$SECRET\nVALKEY_URL=rediss://default:$SECRET@cache:6379/8\nVALKEY_AUTH_TOKEN=$SECRET", "KUZU_CLIENT_TIMEOUT=1e-3\nKUZU_READ_TIMEOUT=0x1p-1",
		"KUZU_CLIENT_BASE_URL= http://[::1]:8001/ \nKUZU_REPLICA_ALB_URL=http://u:$SECRET@alb", "KUZU_REPLICA_ALB_URL=u:$SECRET@alb\nAWS_ENDPOINT_URL=http:u:$SECRET@x", "KUZU_CACHE_TTL=86400.0000000001\nKUZU_CLIENT_RETRY_BACKOFF=1.0000000000000002",
		"KUZU_CLIENT_SHARED_REPOSITORIES=sec , ,own,\nKUZU_GRAPH_REGISTRY_TABLE={env}{env}.x\nKUZU_CLIENT_MAX_RETRIES=+3\nKUZU_CLIENT_VERIFY_SSL=oFf", "VALKEY_URL=redis://h?password=$SECRET\nKUZU_API_KEY=a $SECRET", "VALKEY_URL=unix:///run/r.sock?db=3\nAWS_REGION=\u00a0x",
		"VALKEY_URL=redis:$SECRET@h", "VALKEY_URL=redis://$SECRET@h:6379", "VALKEY_URL=redis://%zz$SECRET@h", "KUZU_API_URL=http://h:1#$SECRET", "RETRY_MAX_ATTEMPTS=$SECRET\nCIRCUIT_BREAKER_TIMEOUT=1e308",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var pairs []string
		for line := range strings.Lines(strings.ReplaceAll(text, "$SECRET", secret)) {
			if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
				pairs = append(pairs, name, value)
			}
		}
		lookup := env(pairs...)
		c, err := factory.ConfigFrom(lookup)
		shown := fmt.Sprintf("%v %+v %#v %v %+v", c, c, c, err, err)
		if !public(pairs, secret) && strings.Contains(shown, secret) {
			t.Errorf("a secret of %q is shown: %s", pairs, shown)
		}
		if err != nil {
			if !errors.Is(err, kuzu.ErrConfiguration) || !names(err, pairs) {
				t.Errorf("%q: %v", pairs, err)
			}
			return
		}
		again := []string{}
		for line := range strings.Lines(c.String()) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			again = append(again, name, value)
		}
		for i := 0; i < len(again); i += 2 { // what is not shown is as it was
			switch again[i] {
			case "KUZU_API_KEY":
				again[i+1] = string(c.APIKey)
			case "VALKEY_AUTH_TOKEN":
				again[i+1] = string(c.RedisToken)
			case "VALKEY_URL":
				again[i+1] = string(c.RedisURL)
			}
		}
		if same, err := factory.ConfigFrom(env(again...)); err != nil || same.String() != c.String() {
			t.Errorf("%q is read, and what it means is not: %v\n%s\n%s", pairs, err, c, same)
		}
	})
}

// public reports whether a variable has a text where anybody may see it: outside
// of secrets, and of what may be a password in a URL.
func public(pairs []string, text string) bool {
	for i := 0; i < len(pairs); i += 2 {
		name, held := pairs[i], pairs[i+1]
		switch {
		case strings.Contains(name, text):
			return true
		case name == "KUZU_API_KEY" || name == "VALKEY_AUTH_TOKEN":
		case strings.HasSuffix(name, "_URL"):
			u, err := url.Parse(strings.TrimSpace(held))
			if err != nil || u.Opaque != "" {
				break
			}
			_, whole := u.User.Password()
			if strings.Contains(u.Scheme+u.Host+u.Path, text) || whole && strings.Contains(u.User.Username(), text) {
				return true
			}
		case strings.Contains(held, text):
			return true
		}
	}
	return false
}

// names reports whether an error names one of the variables.
func names(err error, pairs []string) bool {
	for i := 0; i < len(pairs); i += 2 {
		if strings.Contains(err.Error(), pairs[i]) {
			return true
		}
	}
	return false
}
