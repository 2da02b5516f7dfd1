package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// stranger is a client that sends no key.
func (a *app) stranger() *http.Client {
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.DisableKeepAlives = true
	pool.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: !a.config.VerifyTLS} //nolint:gosec // if the operator asks
	return &http.Client{Transport: pool, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// examineKey asks a server for something that needs the key.
func examineKey(ctx context.Context, f *factory.Factory, instance factory.Instance) factory.Finding {
	ctx, cancel := context.WithTimeout(ctx, patience(ctx))
	defer cancel()
	c, err := f.ClientForInstance(instance.Endpoint)
	if err == nil {
		_, err = c.TaskStats(ctx)
	}
	key := factory.Finding{Subject: "key", Found: "accepted by instance " + instance.ID}
	if err == nil {
		return key
	}
	key.Found, key.Mend = err.Error(), "look at the server's log"
	switch {
	case errors.Is(err, kuzu.ErrUnauthorized):
		key.Mend = "check KUZU_API_KEY or the secret, and that it is the key of this environment"
	case errors.Is(err, kuzu.ErrConfiguration):
		key.Mend = "mend first what is said of the key above"
	case errors.Is(err, kuzu.ErrLockedOut):
		key.Mend = "find who sends wrong keys from this address, and send nothing for 5 minutes"
	}
	return key
}

// examineInstance looks at one server, and stops at what makes the rest useless.
func examineInstance(ctx context.Context, client *http.Client, f *factory.Factory, instance factory.Instance) []factory.Finding {
	subject := "instance " + instance.ID
	if instance.Endpoint == "" {
		return []factory.Finding{{Subject: subject, Found: instance.Problem, Mend: "correct its record, or have the instance register itself again"}}
	}
	ahead, err := reach(ctx, client, instance.Endpoint)
	if mend := unreachable(err); mend != "" {
		return []factory.Finding{{Subject: subject, Found: err.Error(), Mend: mend}}
	}
	well := factory.Finding{Subject: subject, Found: "healthy at " + instance.Endpoint}
	switch p := probeOne(ctx, f, instance); {
	case errors.Is(p.err, kuzu.ErrConfiguration):
		well.Found = "answers at " + instance.Endpoint + "; its health is not asked for want of a key"
	case p.err != nil:
		well.Found = p.err.Error()
		well.Mend = "look at the server's log; while it loads data it answers late"
	}
	findings := []factory.Finding{well}
	if instance.Status != "" && instance.Status != "healthy" {
		findings = append(findings, factory.Finding{Subject: subject, Found: "the registry has it as " + instance.Status, Mend: "it is sent nothing until the registry has it as healthy"})
	}
	if ahead.Abs() > maxSkew {
		skew := fmt.Sprintf("its clock is %v ahead of this machine's", ahead)
		if ahead < 0 {
			skew = fmt.Sprintf("its clock is %v behind this machine's", -ahead)
		}
		findings = append(findings, factory.Finding{Subject: subject, Found: skew, Mend: "see which of the two is wrong, and have it synchronised (chronyc tracking)"})
	}
	return findings
}

// maxSkew is by how much clocks may differ: ages of caches are told in seconds,
// and so is the time in an answer.
const maxSkew = 5 * time.Second

// reach connects to a server as a stranger, and returns by how much its clock is
// ahead of ours.
func reach(ctx context.Context, client *http.Client, endpoint string) (ahead time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience(ctx))
	defer cancel()
	u, err := url.Parse(endpoint)
	if err != nil {
		return 0, err
	}
	if _, err := net.DefaultResolver.LookupHost(ctx, u.Hostname()); err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/health", http.NoBody)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		ahead = time.Until(at)
	}
	return ahead.Round(time.Second), nil
}

// patience is how long a server may take: half of what is left of --timeout, so
// that what comes after it has its turn, too.
func patience(ctx context.Context) time.Duration {
	if end, limited := ctx.Deadline(); limited {
		return min(probeTimeout, time.Until(end)/2)
	}
	return probeTimeout
}

// unreachable says what to do about a server that cannot be reached, "" if it can.
func unreachable(err error) string {
	if err == nil {
		return ""
	}
	if _, name := errors.AsType[*net.DNSError](err); name {
		return "check the name and the resolver of this machine"
	}
	if _, certificate := errors.AsType[*tls.CertificateVerificationError](err); certificate {
		return "renew the certificate, or trust who signed it; KUZU_CLIENT_VERIFY_SSL=false goes without"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "the server may be loading data, or a firewall drops the packets: try again, then check security groups"
	}
	return "check that the server runs, and that this machine may reach its port"
}
