package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// backup fetches a graph as an archive, or has the server make one.
func (a *app) backup() *cobra.Command {
	var detach, onServer, encrypt bool
	cmd := &cobra.Command{
		Use:   "backup {FILE | --on-server}",
		Short: "Fetch a graph as a ZIP archive, or have the server keep one",
		Long: `Fetch a graph, as it is now, as a ZIP archive; - writes it to stdout. FILE is
there only when it is whole. With --on-server the server makes and keeps one.`,
		Example: `  kuzuctl backup -g social social.zip
  kuzuctl backup -g social - | age -r KEY > social.zip.age
  kuzuctl backup -g social --on-server`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if onServer == (len(args) == 1) {
				return usagef("say either the file to write or --on-server")
			}
			if !onServer && (encrypt || detach) {
				return usagef("--encrypt and --detach go with --on-server")
			}
			c, err := a.client(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			if !onServer {
				return a.download(cmd.Context(), c, args[0])
			}
			t, err := c.Backup(cmd.Context(), kuzu.BackupRequest{Encryption: encrypt})
			if err != nil {
				return err
			}
			return a.started(cmd.Context(), c, t, detach)
		},
	}
	cmd.Flags().BoolVar(&onServer, "on-server", false, "have the server make and keep the backup")
	cmd.Flags().BoolVar(&encrypt, "encrypt", false, "have it encrypted")
	addDetach(cmd, &detach)
	return cmd
}

// download writes an archive beside its place and moves it there when it is whole.
func (a *app) download(ctx context.Context, c *kuzu.Client, path string) error {
	if path == "-" {
		return a.fetch(ctx, c, a.stdout)
	}
	file, err := os.OpenFile(path+".part", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(a.fetch(ctx, c, file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

func (a *app) fetch(ctx context.Context, c *kuzu.Client, w io.Writer) error {
	t := a.transfer(0)
	written := int64(0)
	n, err := c.DownloadBackup(ctx, writerFunc(func(p []byte) (int, error) {
		n, err := w.Write(p)
		written += int64(n)
		t.show(written)
		return n, err
	}))
	t.line.clear()
	if err != nil {
		return err
	}
	fmt.Fprintln(a.stderr, t.sum(n))
	return nil
}

// restore makes a graph of an archive.
func (a *app) restore() *cobra.Command {
	var req kuzu.RestoreRequest
	var detach bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Make a graph of an archive, and wait for it",
		Long: `Make a graph of an archive, and wait for it. FILE is one that "kuzuctl backup"
wrote, or the address of one that the server reads, such as s3://bucket/kg1.zip.`,
		Example: `  kuzuctl restore -g copy social.zip
  kuzuctl restore -g social social.zip --overwrite
  kuzuctl restore -g social s3://backups/social.zip`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			t, err := a.upload(cmd.Context(), c, req, args[0])
			if errors.Is(err, kuzu.ErrConflict) {
				return fmt.Errorf("%w; say --overwrite if that is meant", err)
			}
			if err != nil {
				return err
			}
			return a.started(cmd.Context(), c, t, detach)
		},
	}
	cmd.Flags().BoolVar(&req.Overwrite, "overwrite", false, "replace a graph that exists")
	cmd.Flags().BoolVar(&req.WithoutSystemBackup, "without-system-backup", false, "keep no backup of a graph that is replaced")
	addDetach(cmd, &detach)
	return cmd
}

func (a *app) upload(ctx context.Context, c *kuzu.Client, req kuzu.RestoreRequest, path string) (*kuzu.Task, error) {
	if strings.Contains(path, "://") {
		req.Path = path
		return c.Restore(ctx, req)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	t := a.transfer(info.Size())
	req.Archive, req.OnProgress = file, t.show
	task, err := c.Restore(ctx, req)
	t.line.clear()
	if err == nil {
		fmt.Fprintln(a.stderr, t.sum(info.Size()))
	}
	return task, err
}
