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

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// doctor looks for what keeps calls from working.
func (a *app) doctor() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check configuration, key, Redis, registry and every server, and say how to mend what is wrong",
		Long: `Check configuration, key, Redis, registry and every server, and say how to mend
what is wrong. The exit code is 1 if anything is. Nothing is changed.`,
		Example: `  kuzuctl doctor
  kuzuctl doctor -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := a.examine(cmd.Context())
			rows, ill := make([][]any, len(findings)), 0
			for i, f := range findings {
				verdict := "ok"
				if f.Mend != "" {
					verdict = "wrong"
					ill++
				}
				rows[i] = []any{verdict, f.Subject, f.Found, f.Mend}
			}
			if err := a.findings(rows); err != nil {
				return err
			}
			if ill > 0 {
				return fmt.Errorf("%s of %d found something wrong", count(ill, "check"), len(findings))
			}
			return nil
		},
	}
}

// findings prints them. As a table, what to do stands below what is wrong: both
// are sentences.
func (a *app) findings(rows [][]any) error {
	columns := []string{"verdict", "subject", "found", "mend"}
	if a.format != "table" {
		return a.table(columns, rows)
	}
	var lines [][]any
	for _, row := range rows {
		lines = append(lines, row[:3])
		if mend := row[3]; mend != "" {
			lines = append(lines, []any{"", "", fmt.Sprint("mend: ", mend)})
		}
	}
	return a.table(columns[:3], lines)
}

func (a *app) examine(ctx context.Context) []factory.Finding {
	f, err := a.connectOnce(ctx)
	if err != nil {
		return []factory.Finding{{Subject: "configuration", Found: err.Error(), Mend: "correct the variables and flags that it names; docs/configuration.md lists them"}}
	}
	findings := append([]factory.Finding{{Subject: "configuration", Found: "valid"}}, f.Check(ctx)...)
	instances, err := f.Instances(ctx)
	if err != nil {
		return append(findings, factory.Finding{Subject: "instances", Found: err.Error(), Mend: "mend the registry first"})
	}
	if len(instances) == 0 {
		findings = append(findings, factory.Finding{Subject: "instances", Found: "there are none", Mend: "check ENVIRONMENT, and that instances are running and register themselves"})
	}
	client := a.stranger()
	asked := false
	for _, instance := range instances {
		found := examineInstance(ctx, client, f, instance)
		if findings = append(findings, found...); found[0].Mend == "" && !asked {
			asked = true // once: ten wrong keys lock this machine out
			findings = append(findings, examineKey(ctx, f, instance))
		}
	}
	return findings
}

// stranger is a client that sends no key.
func (a *app) stranger() *http.Client {
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.DisableKeepAlives = true
	pool.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: !a.config.VerifyTLS} //nolint:gosec // if the operator asks
	return &http.Client{Transport: pool, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// examineKey asks a server for something that needs the key.
func examineKey(ctx context.Context, f *factory.Factory, instance factory.Instance) factory.Finding {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
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
	if errors.Is(err, kuzu.ErrUnauthorized) || errors.Is(err, kuzu.ErrLockedOut) {
		key.Mend = "check KUZU_API_KEY or the secret, and that it is the key of this environment"
	}
	return key
}

// examineInstance looks at one server, and stops at what makes the rest useless.
func examineInstance(ctx context.Context, client *http.Client, f *factory.Factory, instance factory.Instance) []factory.Finding {
	subject := "instance " + instance.ID
	if instance.Endpoint == "" {
		return []factory.Finding{{Subject: subject, Found: instance.Problem, Mend: "correct its record, or have the instance register itself again"}}
	}
	skew, err := reach(ctx, client, instance.Endpoint)
	if mend := unreachable(err); mend != "" {
		return []factory.Finding{{Subject: subject, Found: err.Error(), Mend: mend}}
	}
	well := factory.Finding{Subject: subject, Found: "healthy at " + instance.Endpoint}
	if p := probeOne(ctx, f, instance); p.err != nil {
		well.Found = p.err.Error()
		well.Mend = "look at the server's log; while it loads data it answers late"
	}
	findings := []factory.Finding{well}
	if instance.Status != "" && instance.Status != "healthy" {
		findings = append(findings, factory.Finding{Subject: subject, Found: "the registry has it as " + instance.Status, Mend: "it is sent nothing until the registry has it as healthy"})
	}
	if skew.Abs() > maxSkew {
		findings = append(findings, factory.Finding{Subject: subject, Found: fmt.Sprintf("its clock differs by %v", skew), Mend: "synchronise the clocks of this machine and of the server"})
	}
	return findings
}

// maxSkew is by how much clocks may differ: ages of caches are told in seconds,
// and so is the time in an answer.
const maxSkew = 5 * time.Second

// reach connects to a server as a stranger, and returns by how much its clock is
// ahead of ours.
func reach(ctx context.Context, client *http.Client, endpoint string) (skew time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
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
		skew = time.Until(at)
	}
	return skew.Round(time.Second), nil
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
