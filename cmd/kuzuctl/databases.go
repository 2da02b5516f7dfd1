package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// databases are the commands about whole graphs.
func (a *app) databases() *cobra.Command {
	return a.needs(&cobra.Command{Use: "db", Short: "List, create, delete and measure graphs", Example: "  kuzuctl db list"},
		a.listDatabases(), a.createDatabase(), a.deleteDatabase(), a.describeDatabase(), a.measureDatabase())
}

func (a *app) listDatabases() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the graphs of a server",
		Long:  "List the graphs of a server, which opens each of them for that.",
		Example: `  kuzuctl db list
  kuzuctl db list --url http://10.0.1.100:8001 -o csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.server(cmd.Context(), factory.Read)
			if err != nil {
				return err
			}
			list, err := c.Databases(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]any
			for _, d := range list.Databases {
				rows = append(rows, []any{d.GraphID, d.SizeBytes, d.ReadOnly, d.IsHealthy})
			}
			if err := a.table([]string{"graph", "size_bytes", "read_only", "healthy"}, rows); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "%s, room for %d more\n", count(list.TotalDatabases, "graph"), list.NodeCapacity.CapacityRemaining)
			return nil
		},
	}
}

func (a *app) createDatabase() *cobra.Command {
	var tier, schema, repository, ddlFile string
	cmd := &cobra.Command{
		Use:   "create GRAPH",
		Short: "Create a graph, and in a fleet place and register it",
		Example: `  kuzuctl db create kg1a2b3c4d5 --tier enterprise
  kuzuctl db create social --ddl schema.cypher`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.graphArgument(args); err != nil {
				return err
			}
			spec := factory.GraphSpec{DatabaseSpec: kuzu.DatabaseSpec{Schema: kuzu.SchemaType(schema), Repository: repository}}
			if ddlFile != "" {
				ddl, err := os.ReadFile(ddlFile)
				if err != nil {
					return err
				}
				spec.DDL = string(ddl)
			}
			f, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			p, err := f.CreateGraph(cmd.Context(), a.graph, tier, spec)
			if err != nil {
				return err
			}
			return a.record(field{"graph", p.Graph}, field{"endpoint", p.Endpoint}, field{"instance", p.Instance}, field{"tier", p.Tier})
		},
	}
	cmd.Flags().StringVar(&tier, "tier", "standard", "`tier` of the instance: standard, enterprise or premium")
	cmd.Flags().StringVar(&schema, "schema", "", "tables to begin with: entity, shared or custom; what the other flags suggest if it is not given")
	cmd.Flags().StringVar(&repository, "repository", "", "shared `repository` that the graph is")
	cmd.Flags().StringVar(&ddlFile, "ddl", "", "`file` with the statements of a custom schema")
	_ = cmd.RegisterFlagCompletionFunc("tier", cobra.FixedCompletions([]string{"standard", "enterprise", "premium"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("schema", cobra.FixedCompletions([]string{"entity", "shared", "custom"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) deleteDatabase() *cobra.Command {
	var sure bool
	cmd := &cobra.Command{
		Use:     "delete GRAPH --yes",
		Short:   "Delete a graph and its data, and in a fleet its registration",
		Example: "  kuzuctl db delete kg1a2b3c4d5 --yes",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.graphArgument(args); err != nil {
				return err
			}
			if !sure {
				return usagef("this deletes graph %s and its data for good; say --yes if that is meant", a.graph)
			}
			f, err := a.connect(cmd.Context())
			if err != nil {
				return err
			}
			if err := f.DeleteGraph(cmd.Context(), a.graph); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "graph %s is deleted\n", a.graph)
			return nil
		},
	}
	cmd.Flags().BoolVar(&sure, "yes", false, "delete it for good")
	return cmd
}

func (a *app) describeDatabase() *cobra.Command {
	return &cobra.Command{
		Use:     "info GRAPH",
		Short:   "Describe a graph's database",
		Example: "  kuzuctl db info social",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.named(cmd, args)
			if err != nil {
				return err
			}
			d, err := c.Database(cmd.Context())
			if err != nil {
				return err
			}
			return a.record(field{"graph", d.GraphID}, field{"path", d.DatabasePath}, field{"size_bytes", d.SizeBytes},
				field{"read_only", d.ReadOnly}, field{"healthy", d.IsHealthy}, field{"changed", d.CreatedAt}, field{"used", orNull(d.LastAccessed)})
		},
	}
}

func (a *app) measureDatabase() *cobra.Command {
	return &cobra.Command{
		Use:     "metrics GRAPH",
		Short:   "Count the nodes and relationships of a graph",
		Example: "  kuzuctl db metrics social -o json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.named(cmd, args)
			if err != nil {
				return err
			}
			m, err := c.DatabaseMetrics(cmd.Context())
			if err != nil {
				return err
			}
			return a.record(field{"graph", m.GraphID}, field{"size_bytes", m.SizeBytes}, field{"nodes", m.NodeCount},
				field{"relationships", m.RelationshipCount}, field{"changed", orNull(m.LastModified)})
		},
	}
}

// named returns a client for the graph of the first argument or of --graph.
func (a *app) named(cmd *cobra.Command, args []string) (*kuzu.Client, error) {
	if err := a.graphArgument(args); err != nil {
		return nil, err
	}
	return a.client(cmd.Context(), factory.Read)
}

// orNull returns what a pointer points to.
func orNull[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
