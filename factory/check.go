package factory

import (
	"context"
	"fmt"
	"time"
)

// Finding is what one check of [Factory.Check] found.
type Finding struct {
	Subject string // what was looked at, such as "redis"
	Found   string // what it is like, in words
	Mend    string // what to do about it; "" if all is well
}

// keyAge is how old a key may become: the specification rotates it every 90 days.
const keyAge = 90 * 24 * time.Hour

// checkPatience bounds each check.
const checkPatience = 5 * time.Second

// Check looks at everything that a factory needs besides the servers: the key's
// age, Redis, and the tables of the registry with their index.
func (f *Factory) Check(ctx context.Context) []Finding {
	findings := []Finding{f.checkKey(ctx)}
	in := f.home
	if in.registry == nil {
		return append(findings, Finding{Subject: "registry", Found: "not needed: in " + in.environment + " everything goes to " + f.cfg.APIURL})
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	redis := Finding{Subject: "redis", Found: "switched off, so that processes share no locations", Mend: "set KUZU_REDIS_CACHE_ENABLED=true"}
	if in.store != nil {
		redis = finding("redis", "answers", "check VALKEY_URL and VALKEY_AUTH_TOKEN, and that this machine may reach it", in.store.client.Ping(ctx).Err())
	}
	_, graphs := in.registry.graph(ctx, "no-such-graph", false)
	_, instances := in.registry.instance(ctx, "no-such-instance", false)
	_, index := in.registry.query(ctx, "shared")
	const tables = "check ENVIRONMENT, AWS_REGION, AWS_ENDPOINT_URL, the name of the table and the permissions of the role"
	return append(findings, redis,
		finding("table "+in.registry.graphs, "can be read", tables, graphs),
		finding("table "+in.registry.instances, "can be read", tables, instances),
		finding("index "+tierIndex, "can be queried", "create it on "+in.registry.instances+" by cluster_tier and status; until then the whole table is read", index))
}

func finding(subject, well, mend string, err error) Finding {
	if err != nil {
		return Finding{Subject: subject, Found: err.Error(), Mend: mend}
	}
	return Finding{Subject: subject, Found: well}
}

func (f *Factory) checkKey(ctx context.Context) Finding {
	key := Finding{Subject: "key", Found: "given by the configuration, which does not say how old it is"}
	switch {
	case f.cfg.Keys != nil || f.cfg.APIKey != "":
		return key
	case !deployed(f.cfg.Environment):
		key.Found = "none is sent, which is enough in development"
		return key
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	cfg, end, err := awsConfig(ctx, &f.cfg)
	if err != nil {
		return finding("key", "", "check the credentials of AWS", err)
	}
	defer end()
	name := "robosystems/" + f.cfg.Environment + "/kuzu"
	at, err := NewSecretsManagerKey(cfg, name).GeneratedAt(ctx)
	if err != nil {
		return finding("key", "", "check the secret "+name+" and the permissions of the role, or set KUZU_API_KEY", err)
	}
	age := time.Since(at)
	key.Found = fmt.Sprintf("%d days old", int(age.Hours()/24))
	if age > keyAge {
		key.Mend = "rotate the secret " + name + ": keys are to be changed every 90 days"
	}
	return key
}
