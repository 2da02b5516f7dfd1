package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
)

// health asks a server for its health.
func (a *app) health() *cobra.Command {
	return &cobra.Command{
		Use:   "health",
		Short: "Ask whether a server lives",
		Long:  "Ask whether a server lives: that of --url, of the environment in development, or the one that the graph is on.",
		Example: `  kuzuctl health
  kuzuctl health -g kg1a2b3c4d5
  kuzuctl health --url http://10.0.1.100:8001 -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.server(cmd.Context(), factory.Read)
			if err != nil {
				return err
			}
			h, err := c.Health(cmd.Context())
			if err != nil {
				return err
			}
			return a.record(field{"status", h.Status}, field{"uptime", h.Uptime.Round(time.Second).String()}, field{"databases", h.Databases},
				field{"memory_mb", h.MemoryMB}, field{"memory_percent", h.MemoryPercent})
		},
	}
}

// info asks a server what it is.
func (a *app) info() *cobra.Command {
	return &cobra.Command{
		Use:   "info",
		Short: "Describe a server: its role, version, limits and databases",
		Example: `  kuzuctl info
  kuzuctl info -g sec -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.server(cmd.Context(), factory.Read)
			if err != nil {
				return err
			}
			i, err := c.Info(cmd.Context())
			if err != nil {
				return err
			}
			databases := make([]any, len(i.Databases))
			for n, name := range i.Databases {
				databases[n] = name
			}
			uptime := time.Duration(i.UptimeSeconds * float64(time.Second)).Round(time.Second)
			return a.record(field{"node_id", i.NodeID}, field{"node_type", string(i.NodeType)}, field{"version", i.ClusterVersion},
				field{"read_only", i.ReadOnly}, field{"uptime", uptime.String()}, field{"base_path", i.BasePath},
				field{"max_databases", i.MaxDatabases}, field{"databases", databases})
		},
	}
}

// version tells what this program is.
func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of kuzuctl",
		Example: "  kuzuctl version -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			version, revision := "devel", ""
			if info, ok := debug.ReadBuildInfo(); ok {
				if v := info.Main.Version; v != "" && v != "(devel)" {
					version = v
				}
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = s.Value
					}
				}
			}
			return a.record(field{"version", version}, field{"revision", revision},
				field{"go", runtime.Version()}, field{"platform", fmt.Sprintf("%s/%s", runtime.GOOS, runtime.GOARCH)})
		},
	}
}
