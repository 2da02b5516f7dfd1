package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
)

// routes are the commands about the way to a graph.
func (a *app) routes() *cobra.Command {
	return a.needs(&cobra.Command{Use: "route", Short: "Explain and correct where calls go", Example: "  kuzuctl route explain kg1a2b3c4d5"},
		a.explainRoute(), a.invalidateRoute())
}

func (a *app) explainRoute() *cobra.Command {
	var write, fromMaster bool
	cmd := &cobra.Command{
		Use:   "explain GRAPH",
		Short: "Tell where a call would go now, and why, step by step",
		Long: `Tell where a call would go now, and why, step by step, with the age of what each
cache holds. It changes nothing. The cache in the process is that of kuzuctl and
so empty; that of Redis is the one that services share.`,
		Example: `  kuzuctl route explain kg1a2b3c4d5
  kuzuctl route explain sec --write -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.graphArgument(args); err != nil {
				return err
			}
			f, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			op := factory.Read
			if write {
				op = factory.Write
			}
			var options []factory.ClientOption
			if fromMaster {
				options = append(options, factory.FromMaster())
			}
			d := f.Explain(cmd.Context(), a.graph, op, options...)
			if len(d.Steps) == 0 && d.Err != nil {
				return d.Err
			}
			if err := a.decision(d); err != nil {
				return err
			}
			return d.Err
		},
	}
	cmd.Flags().BoolVar(&write, "write", false, "explain a write instead of a read")
	cmd.Flags().BoolVar(&fromMaster, "from-master", false, "explain a read from the shared master")
	return cmd
}

// decision prints a route: as a table its steps and then where it leads, else one
// object.
func (a *app) decision(d factory.Decision) error {
	columns := []string{"step", "found", "age", "took"}
	steps := make([][]any, len(d.Steps))
	objects := make([]any, len(d.Steps))
	for i, s := range d.Steps {
		var age any
		if s.Age > 0 {
			age = s.Age.Round(time.Millisecond).String()
		}
		steps[i] = []any{s.Source, s.Found, age, s.Took.Round(time.Microsecond).String()}
		objects[i] = map[string]any{"step": s.Source, "found": s.Found, "age": age, "took": steps[i][3]}
	}
	fields := []field{
		{"graph", d.Graph}, {"parent", d.Parent}, {"environment", d.Environment}, {"operation", d.Operation.String()}, {"target", string(d.Target)},
		{"endpoint", d.Endpoint}, {"instance", d.Instance}, {"read_only", d.ReadOnly}, {"busy", d.Busy}, {"stale", d.Stale}, {"age", d.Age.Round(time.Millisecond).String()},
	}
	if a.format != "table" {
		return a.record(append(fields, field{"steps", objects})...)
	}
	if err := a.table(columns, steps); err != nil {
		return err
	}
	if err := a.stdout.WriteByte('\n'); err != nil {
		return err
	}
	return a.record(fields...)
}

func (a *app) invalidateRoute() *cobra.Command {
	return &cobra.Command{
		Use:   "invalidate GRAPH",
		Short: "Have all running services look a graph up anew",
		Long: `Have all running services look a graph up anew: its location is removed from
Redis, and each service hears of it there. Of a shared repository that is the
location of the shared master.`,
		Example: "  kuzuctl route invalidate kg1a2b3c4d5",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.graphArgument(args); err != nil {
				return err
			}
			f, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			if err := f.Invalidate(cmd.Context(), a.graph); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "services will look graph %s up anew\n", a.graph)
			return nil
		},
	}
}
