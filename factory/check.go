package factory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
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
// age, Redis and what it holds, and the tables of the registry with their index.
func (f *Factory) Check(ctx context.Context) []Finding {
	findings := []Finding{f.checkKey(ctx)}
	in := f.home
	if in.registry == nil {
		return append(findings, Finding{Subject: "registry", Found: "not needed: in " + in.environment + " everything goes to " + f.cfg.APIURL})
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	findings = append(findings, in.checkRedis(ctx)...)
	_, graphs := in.registry.graph(ctx, "no-such-graph", false)
	_, instances := in.registry.instance(ctx, "no-such-instance", false)
	_, index := in.registry.query(ctx, "shared")
	const tables = "check ENVIRONMENT, AWS_REGION, AWS_ENDPOINT_URL, the name of the table and the permissions of the role"
	makeIndex := tables
	if missingIndex(index) {
		makeIndex = "create it on " + in.registry.instances + " by cluster_tier and status; until then the whole table is read"
	}
	return append(findings,
		finding("table "+in.registry.graphs, "can be read", tables, graphs),
		finding("table "+in.registry.instances, "can be read", tables, instances),
		finding("index "+tierIndex, "can be queried", makeIndex, index))
}

func finding(subject, well, mend string, err error) Finding {
	if err == nil {
		return Finding{Subject: subject, Found: well}
	}
	if _, name := errors.AsType[*net.DNSError](err); name {
		mend = "check the name of the host and the resolver of this machine"
	}
	if untrusted(err) {
		mend = "renew the certificate, or trust who signed it"
	}
	return Finding{Subject: subject, Found: err.Error(), Mend: mend}
}

// untrusted tells errors about certificates, which go-redis unwraps.
func untrusted(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, name := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return verification || authority || name || invalid
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
	key.Found = fmt.Sprintf("made on %s, %.0f days ago", at.Format(time.DateOnly), age.Hours()/24)
	if age > keyAge {
		key.Mend = "rotate the secret " + name + ": keys are to be changed every 90 days"
	}
	return key
}
