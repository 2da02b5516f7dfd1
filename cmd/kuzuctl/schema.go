package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// schema are the commands about the tables of a graph.
func (a *app) schema() *cobra.Command {
	return a.needs(&cobra.Command{Use: "schema", Short: "Show and change the tables of a graph", Example: "  kuzuctl schema show -g social"},
		a.showSchema(), a.applySchema())
}

func (a *app) showSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "List tables with their properties, a property a row",
		Example: `  kuzuctl schema show -g social
  kuzuctl schema show -g social -o csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client(cmd.Context(), factory.Read)
			if err != nil {
				return err
			}
			s, err := c.Schema(cmd.Context())
			if err != nil {
				return err
			}
			return a.properties(s)
		},
	}
}

// properties prints a schema, a property a row.
func (a *app) properties(s kuzu.DatabaseSchema) error {
	var rows [][]any
	for _, t := range s.Tables {
		if len(t.Properties) == 0 {
			rows = append(rows, []any{t.Name, t.Type, nil, nil, nil})
		}
		for _, p := range t.Properties {
			rows = append(rows, []any{t.Name, t.Type, p.Name, p.Type, p.PrimaryKey})
		}
	}
	return a.table([]string{"table", "kind", "property", "type", "primary_key"}, rows)
}

func (a *app) applySchema() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Create tables: all statements of a file take effect, or none",
		Long: `Create tables: all statements of a file take effect, or none. A file holds
statements of CREATE NODE TABLE, CREATE REL TABLE and COMMENT ON, separated by
semicolons.

--dry-run changes nothing. It says of each table whether it is absent, there and
the same, or there and different, and what applying the file would do: a table
that is there is an error without IF NOT EXISTS, and left as it is with it. It
finds what a REL TABLE connects and nobody has made. It does not find what only
the engine knows: a type that there is not, an alias of one (it takes INT for
something else than INT32), defaults, what a table that is there connects, and
what others change in the meantime.`,
		Example: `  kuzuctl schema apply -g social schema.ddl --dry-run
  kuzuctl schema apply -g social schema.ddl`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ddl, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			c, err := a.client(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			before, err := c.Schema(cmd.Context())
			if err != nil {
				return err
			}
			if dry {
				return a.drySchema(string(ddl), before.Tables)
			}
			if err := c.InstallSchema(cmd.Context(), string(ddl)); err != nil {
				return err
			}
			after, err := c.Schema(cmd.Context())
			if err != nil {
				return err
			}
			there := map[string]bool{}
			for _, t := range before.Tables {
				there[t.Name] = true
			}
			var rows [][]any
			for _, t := range after.Tables {
				if !there[t.Name] {
					rows = append(rows, []any{t.Name, t.Type})
				}
			}
			return a.table([]string{"created", "kind"}, rows)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "check and change nothing")
	return cmd
}
