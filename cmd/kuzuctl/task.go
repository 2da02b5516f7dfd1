package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// tasks are the commands about work in the background.
func (a *app) tasks() *cobra.Command {
	return a.needs(&cobra.Command{Use: "task", Short: "Follow what servers do in the background", Example: "  kuzuctl task list --status running"},
		a.listTasks(), a.taskStatus(), a.watchTask(), a.waitForTask())
}

// statuses are those that a task can have.
var statuses = []string{string(kuzu.TaskPending), string(kuzu.TaskRunning), string(kuzu.TaskCompleted), string(kuzu.TaskFailed)}

func (a *app) listTasks() *cobra.Command {
	var filter kuzu.TaskFilter
	var status string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List tasks, newest first",
		Example: `  kuzuctl task list
  kuzuctl task list --status failed --prefix ingest_ -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if filter.Status = kuzu.TaskStatus(status); status != "" && !slices.Contains(statuses, status) {
				return usagef("--status is %q; it may be %s", status, strings.Join(statuses, ", "))
			}
			c, err := a.server(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			tasks, err := c.Tasks(cmd.Context(), filter)
			if err != nil {
				return err
			}
			var rows [][]any
			for _, t := range tasks {
				rows = append(rows, []any{t.TaskID, string(t.Status), t.ProgressPercent, t.RecordsProcessed, t.CreatedAt.UTC().Format(time.RFC3339)})
			}
			return a.table([]string{"task", "status", "percent", "records", "created"}, rows)
		},
	}
	cmd.Flags().StringVar(&status, "status", "", "only tasks of this `status`: pending, running, completed or failed")
	cmd.Flags().StringVar(&filter.IDPrefix, "prefix", "", "only tasks whose ids begin with this `text`, such as ingest_ or backup_")
	cmd.Flags().IntVar(&filter.Limit, "limit", 100, "at most so many, 1 to 1000")
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(statuses, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) taskStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status TASK",
		Short:   "Say where a task stands",
		Example: "  kuzuctl task status ingest_social_Person_0a1b2c3d",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.server(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			t, err := c.Task(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.task(t)
		},
	}
}

// task prints the record of a task.
func (a *app) task(t kuzu.TaskRecord) error {
	when := func(at *time.Time) any {
		if at == nil {
			return nil
		}
		return at.UTC().Format(time.RFC3339Nano)
	}
	fields := []field{
		{"task", t.TaskID}, {"status", string(t.Status)}, {"graph", cmp.Or(t.GraphID, a.graph)}, {"percent", t.ProgressPercent}, {"records", t.RecordsProcessed},
		{"created", when(&t.CreatedAt)}, {"started", when(t.StartedAt)}, {"completed", when(t.CompletedAt)}, {"error", orNull(t.Error)},
	}
	if t.Result != nil {
		fields[4].value = max(t.RecordsProcessed, t.Result.RecordsLoaded)
	}
	return a.record(fields...)
}

func (a *app) watchTask() *cobra.Command {
	return &cobra.Command{
		Use:         "watch TASK",
		Short:       "Print the progress of a task as it changes, as ndjson unless told otherwise",
		Example:     "  kuzuctl task watch ingest_social_Person_0a1b2c3d",
		Args:        cobra.ExactArgs(1),
		Annotations: map[string]string{"format": "ndjson"},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.server(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			w := a.rows(1)
			if err := w.head([]string{"status", "percent", "records", "message"}); err != nil {
				return err
			}
			for p, err := range c.WatchTask(cmd.Context(), args[0]) {
				if err != nil {
					return err
				}
				if err := w.row([]any{string(p.Status), p.Percent, p.Records, p.Message}); err != nil {
					return err
				}
				if err := a.stdout.Flush(); err != nil {
					return err
				}
			}
			return w.end()
		},
	}
}

func (a *app) waitForTask() *cobra.Command {
	return &cobra.Command{
		Use:   "wait TASK",
		Short: "Wait for a task to end, and print its record",
		Long: `Wait for a task to end, and print its record. A task that failed is an error.
Broken connections, and a server that answers nothing while it loads data, are
waited out; give a --timeout for a task whose server may have died.`,
		Example: "  kuzuctl task wait ingest_social_Person_0a1b2c3d --timeout 1h",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.server(cmd.Context(), factory.Write)
			if err != nil {
				return err
			}
			return a.await(cmd.Context(), c, args[0])
		},
	}
}

// await follows a task to its end and prints its record.
func (a *app) await(ctx context.Context, c *kuzu.Client, id string) error {
	line := a.status()
	record, err := c.WaitTask(ctx, id, taskProgress(line))
	line.clear()
	if err != nil {
		if ctx.Err() != nil {
			fmt.Fprintf(a.stderr, "the task goes on; follow it with: kuzuctl task wait %s%s\n", a.whereFlags(), id)
		}
		return err
	}
	return a.task(record)
}

// whereFlags are those that name the same server again, each with a space behind.
func (a *app) whereFlags() string {
	flags := ""
	if a.url != "" {
		flags += "--url " + a.url + " "
	}
	if a.graph != "" {
		flags += "-g " + a.graph + " "
	}
	return flags
}

// started follows a task that a command has begun, unless that is to leave it.
func (a *app) started(ctx context.Context, c *kuzu.Client, t *kuzu.Task, detach bool) error {
	if detach {
		return a.record(field{"task", t.ID})
	}
	fmt.Fprintf(a.stderr, "task %s\n", t.ID)
	return a.await(ctx, c, t.ID)
}

// addDetach adds the flag that leaves a task to itself.
func addDetach(cmd *cobra.Command, detach *bool) {
	cmd.Flags().BoolVar(detach, "detach", false, "print the task's id and do not wait for it")
	cmd.Long = strings.TrimSpace(cmd.Long + "\n\nCtrl-C ends the waiting and not the task; kuzuctl task wait goes on with it.")
}
