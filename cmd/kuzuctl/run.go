package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
)

// app is one run of the program: where it reads and writes, and its flags.
type app struct {
	stdin    io.Reader
	stdout   *output
	stderr   io.Writer
	env      func(string) (string, bool)
	terminal bool // stdout is one
	progress bool // stderr is one

	url, keyFile, graph, format string
	timeout                     time.Duration
	verbose                     bool

	began   bool // the command line was understood
	factory *factory.Factory
	config  factory.Config
	ends    []func()
}

// run runs a command line and returns the exit code. env looks up a variable of
// the environment.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	a := &app{stdin: stdin, stdout: newOutput(stdout), stderr: stderr, env: env, terminal: isTerminal(stdout), progress: isTerminal(stderr)}
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	stderr := a.stderr
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	for _, end := range a.ends {
		end()
	}
	if flushed := a.stdout.Flush(); err == nil {
		err = flushed
	}
	if err == nil || a.stdout.gone {
		return exitOK
	}
	if !a.began {
		err = &usageError{err}
	}
	text := strings.TrimPrefix(err.Error(), "kuzu: ")
	fmt.Fprintf(stderr, "kuzuctl: %s\n", text)
	if _, wrong := errors.AsType[*usageError](err); wrong {
		fmt.Fprintf(stderr, "Usage: %s\nSee %s --help.\n", useLine(cmd), cmd.CommandPath())
	}
	return exitCode(err)
}

// root returns the tree of commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "kuzuctl",
		Short: "Ask, load and look after Kuzu API servers and fleets of them",
		Long: `Ask, load and look after Kuzu API servers and fleets of them.

Where the servers are is read from the environment, by the variables that
services use (docs/configuration.md): with ENVIRONMENT=dev, the default, all goes
to KUZU_API_URL; elsewhere the registry in DynamoDB knows. --url names one server
instead. The key is KUZU_API_KEY, the content of --key-file, or in prod and
staging that of Secrets Manager.

Results go to stdout and all else to stderr.`,
		Example: `  kuzuctl health
  kuzuctl query -g social "MATCH (p:Person) RETURN p.firstName LIMIT 5"
  kuzuctl stream -g social "MATCH (p:Person) RETURN p.id AS id" > people.ndjson
  kuzuctl --url http://10.0.1.100:8001 db list`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          ownCommand,
		RunE:          a.group,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.url, "url", "", "the `server` to ask, scheme://host:port, instead of what the environment says")
	flags.StringVar(&a.keyFile, "key-file", "", "`file` with the API key")
	flags.StringVarP(&a.graph, "graph", "g", "", "`id` of the graph")
	flags.StringVarP(&a.format, "output", "o", "", "`format` of results: table, json, ndjson or csv")
	flags.DurationVar(&a.timeout, "timeout", 0, "`time` for the whole command, such as 90s; 0 for no limit beyond those of single calls")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "tell on stderr where calls go and what becomes of each attempt")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	root.PersistentPreRunE = a.begin
	root.AddCommand(a.health(), a.info(), a.version(), a.query(), a.stream(), a.shell(), a.graphs(), a.databases(), a.schema(),
		a.ingest(), a.copyFiles(), a.backup(), a.restore(), a.tasks(), a.routes(), a.fleet(), a.doctor(), exitCodesTopic())
	return root
}

// begin checks the flags that all commands share, and sets limits to the
// command's context.
func (a *app) begin(cmd *cobra.Command, _ []string) error {
	if err := a.checkFormat(cmd); err != nil {
		return err
	}
	if a.timeout < 0 {
		return fmt.Errorf("--timeout is %v; it must not be negative", a.timeout)
	}
	a.began = true
	if cmd.Annotations[session] != "" {
		return nil
	}
	ctx := cmd.Context()
	interruptible, stop := signal.NotifyContext(ctx, os.Interrupt)
	context.AfterFunc(interruptible, stop) // the second Ctrl-C ends the program
	a.ends = append(a.ends, stop)
	ctx = interruptible
	if a.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, a.timeout)
		a.ends = append(a.ends, cancel)
		ctx = limited
	}
	cmd.SetContext(ctx)
	return nil
}

// session marks commands of many parts, each of which has the time of --timeout,
// and is what Ctrl-C ends.
const session = "session"

// group is what a command does that is nothing without one of its own commands.
func (a *app) group(cmd *cobra.Command, _ []string) error {
	if cmd.HasParent() {
		a.began = false
		return errors.New(cmd.CommandPath() + " needs one of its commands")
	}
	return cmd.Help()
}

// ownCommand refuses what is none of a command's own commands, and names those
// that may be meant.
func ownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	wrong := fmt.Sprintf("%s has no command %q", cmd.CommandPath(), args[0])
	cmd.SuggestionsMinimumDistance = 2
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		wrong += "; do you mean " + strings.Join(meant, " or ") + "?"
	}
	return errors.New(wrong)
}

// useLine says how a command is written.
func useLine(cmd *cobra.Command) string {
	if cmd.HasSubCommands() {
		return cmd.CommandPath() + " COMMAND"
	}
	return cmd.UseLine()
}

// needs returns a command made of others.
func (a *app) needs(cmd *cobra.Command, commands ...*cobra.Command) *cobra.Command {
	cmd.Args = ownCommand
	cmd.RunE = a.group
	cmd.AddCommand(commands...)
	return cmd
}
