package main

import (
	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// ingest loads files into tables.
func (a *app) ingest() *cobra.Command {
	var req kuzu.IngestRequest
	var detach bool
	cmd := &cobra.Command{
		Use:   "ingest FILE...",
		Short: "Load files of a bucket into tables, and wait for it",
		Long: `Load files of a bucket into tables, and wait for it. Each file goes into the table
of its name unless --table says otherwise. Servers that do not offer this, as
deployed ones, have "kuzuctl copy".`,
		Example: `  kuzuctl ingest -g social --bucket data people/Person.csv people/Knows.csv
  kuzuctl ingest -g social --table Person s3://data/2024.parquet --detach`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			req.Files = args
			t, err := c.Ingest(cmd.Context(), req)
			if err != nil {
				return err
			}
			return a.started(cmd.Context(), c, t, detach)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&req.Bucket, "bucket", "", "`name` of the bucket; without it files are s3:// addresses")
	flags.StringVar(&req.Table, "table", "", "`table` for all files")
	flags.IntVar(&req.Priority, "priority", 5, "1 to 10; tasks of a higher one run first")
	flags.StringVar(&req.PipelineRunID, "run-id", "", "your `name` for the run, kept with the task")
	flags.BoolVar(&req.IgnoreErrors, "ignore-errors", false, "skip rows that cannot be loaded")
	addDetach(cmd, &detach)
	return cmd
}

// copyFiles loads files into one table.
func (a *app) copyFiles() *cobra.Command {
	var req kuzu.CopyRequest
	var detach, credentials bool
	cmd := &cobra.Command{
		Use:   "copy PATTERN TABLE",
		Short: "Copy files of a bucket into one table, and wait for it",
		Long: `Copy files of a bucket into one table, and wait for it. A server answers nothing
else while it copies.

Without --with-credentials the server reads the bucket by its own role, and limits
the copy to 2 minutes instead of 30.`,
		Example: `  kuzuctl copy -g social "s3://data/people/*.parquet" Person --with-credentials`,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Pattern, req.Table = args[0], args[1]
			if credentials {
				id, _ := a.env("AWS_ACCESS_KEY_ID")
				secret, _ := a.env("AWS_SECRET_ACCESS_KEY")
				region, _ := a.env("AWS_REGION")
				if id == "" || secret == "" {
					return usagef("--with-credentials needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment")
				}
				req.Credentials = &kuzu.S3Credentials{AWSAccessKeyID: id, AWSSecretAccessKey: secret, Region: region}
			}
			c, err := a.client(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			t, err := c.Copy(cmd.Context(), req)
			if err != nil {
				return err
			}
			return a.started(cmd.Context(), c, t, detach)
		},
	}
	cmd.Flags().BoolVar(&req.IgnoreErrors, "ignore-errors", false, "skip rows that cannot be loaded")
	cmd.Flags().BoolVar(&credentials, "with-credentials", false, "send AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION of the environment to the server")
	addDetach(cmd, &detach)
	return cmd
}
