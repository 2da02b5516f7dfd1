package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
)

// doctor looks for what keeps calls from working.
func (a *app) doctor() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check configuration, key, Redis, registry and every server, and say how to mend what is wrong",
		Long: `Check configuration, key, Redis, registry and every server, and say how to mend
what is wrong. The exit code is 1 if anything is. Nothing is changed. Breakers are
in running services: --from reads the status page of one.`,
		Example: `  kuzuctl doctor
  kuzuctl doctor -o json
  kuzuctl doctor --from http://10.0.2.7:9090/health-status`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings := a.examine(cmd.Context())
			if from != "" {
				findings = append(findings, examineService(cmd.Context(), from)...)
			}
			rows, ill := make([][]any, len(findings)), 0
			for i, f := range findings {
				verdict := "ok"
				if f.Mend != "" {
					verdict = "wrong"
					ill++
				}
				rows[i] = []any{verdict, f.Subject, strings.TrimPrefix(f.Found, "kuzu: "), f.Mend}
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
	cmd.Flags().StringVar(&from, "from", "", "`address` of the status page of a running service, whose breakers are looked at")
	return cmd
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
	if !inDevelopment(a.config) {
		findings = append(findings, examineRegistry(instances)...)
	}
	found := a.examineInstances(ctx, f, instances)
	asked := false
	for i, instance := range instances {
		if findings = append(findings, found[i]...); found[i][0].Mend == "" && !asked {
			asked = true // once: ten wrong keys lock this machine out
			findings = append(findings, examineKey(ctx, f, instance))
		}
	}
	return findings
}

// examineRegistry looks for what calls cannot do without among the instances.
func examineRegistry(instances []factory.Instance) []factory.Finding {
	all, healthy, master := 0, 0, false
	for _, i := range instances {
		if i.NodeType != "load_balancer" {
			all++
		}
		if i.Status == "healthy" {
			healthy++
			master = master || i.NodeType == "shared_master"
		}
	}
	some := factory.Finding{Subject: "instances", Found: fmt.Sprintf("the registry has %d, of which %d healthy", all, healthy)}
	if healthy == 0 {
		some.Mend = "check ENVIRONMENT, and that instances are running and register themselves"
		return []factory.Finding{some}
	}
	if master {
		return []factory.Finding{some}
	}
	return []factory.Finding{some, {
		Subject: "shared master", Found: "none is healthy by the registry",
		Mend: "start it, or correct its record: node_type shared_master and status healthy; until then shared repositories cannot be written, and are read from replicas only",
	}}
}

// examineInstances looks at all servers, many at once.
func (a *app) examineInstances(ctx context.Context, f *factory.Factory, instances []factory.Instance) [][]factory.Finding {
	client := a.stranger()
	found := make([][]factory.Finding, len(instances))
	places := make(chan struct{}, probesAtOnce)
	var all sync.WaitGroup
	for i, instance := range instances {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			found[i] = examineInstance(ctx, client, f, instance)
		})
	}
	all.Wait()
	return found
}

// examineService looks at what a running service has seen.
func examineService(ctx context.Context, from string) []factory.Finding {
	seen, err := services(ctx, from)
	if err != nil {
		return []factory.Finding{{Subject: "service", Found: err.Error(), Mend: "check the address: it is where the service mounts page.Handler"}}
	}
	var findings []factory.Finding
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		for _, b := range seen[name].Breakers {
			if b.State != "closed" {
				findings = append(findings, factory.Finding{
					Subject: "breaker of " + name, Found: b.State + " in the service at " + from,
					Mend: "look at what is said of that server; the breaker lets it be tried again by itself, after 60 s unless set otherwise",
				})
			}
		}
	}
	if findings == nil {
		findings = []factory.Finding{{Subject: "breakers", Found: "all are closed in the service at " + from}}
	}
	return findings
}
