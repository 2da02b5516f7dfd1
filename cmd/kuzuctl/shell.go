package main

import (
	"bufio"
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
	"github.com/robosystems/kuzuclient/internal/cypher"
	"github.com/robosystems/kuzuclient/kuzu"
)

// shell is a session of statements and commands.
type shell struct {
	*app
	interactive bool   // somebody types, and sees what is said beside results
	typed       string // and has not been run
	params      kuzu.Params
	names       *names // of the graph's tables, nil until somebody wants them
	shown       bool   // a result, after which a table needs a blank line
}

func (a *app) shell() *cobra.Command {
	var forget bool
	var pairs []string
	var file string
	cmd := &cobra.Command{
		Use:   "shell",
		Short: "Type statements and see their results, or run a script of them",
		Long: `Type statements and see their results. A statement ends with a semicolon at the
end of a line and may have several lines; Enter goes on with the next one until
then. Tab completes keywords, tables and properties, the arrow up and Ctrl-R bring
back what was typed before, Ctrl-C stops the running statement or clears the typed
one, and Ctrl-D leaves. Long results go through $PAGER, or else less. --timeout
holds for each statement.

` + shellHelp + `

What is typed is kept in $XDG_STATE_HOME/kuzuctl/history, or else in
~/.local/state/kuzuctl/history, which only you can read.

If stdin or stdout is no terminal, statements and commands are read from stdin as a
script, without a prompt, and the first failure ends it with the exit code of its
kind. Otherwise failures are shown, and the exit code is 0.`,
		Example: `  kuzuctl shell -g social
  cat report.cypher | kuzuctl shell -g social -p id=933
  kuzuctl shell --url http://10.0.1.100:8001 --no-history`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{session: "yes"},
		RunE: func(cmd *cobra.Command, _ []string) error {
			params, err := parameters(file, pairs)
			if err != nil {
				return err
			}
			s := &shell{app: a, params: params}
			defer s.forgetNames()
			if kind, _ := a.env("TERM"); isTerminal(a.stdin) && a.terminal && kind != "dumb" {
				return s.interact(cmd.Context(), !forget)
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			return s.script(ctx)
		},
	}
	cmd.Flags().BoolVar(&forget, "no-history", false, "neither read nor keep a history of what is typed")
	cmd.Flags().StringArrayVarP(&pairs, "param", "p", nil, "parameter as `name=value`, as for query; can be repeated")
	cmd.Flags().StringVar(&file, "params", "", "`file` with parameters, a JSON object")
	return cmd
}

// script runs what stdin has, until something fails.
func (s *shell) script(ctx context.Context) error {
	input := bufio.NewReader(s.stdin)
	text, line := "", 1
	for ended := false; !ended; {
		more, err := input.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		ended = err != nil
		text += more
		for {
			e := first(text)
			if !e.whole && (e.text != "" && !ended || e.text == "") {
				if e.text == "" { // blanks and comments
					line += strings.Count(text, "\n")
					text = ""
				}
				break
			}
			line += strings.Count(text[:e.start], "\n")
			if err := s.run(ctx, e.text); errors.Is(err, errQuit) {
				return nil
			} else if err != nil {
				return &scriptError{err, line, pointer(e.text, err)}
			}
			line += strings.Count(text[e.start:e.end], "\n")
			text = text[e.end:]
		}
	}
	return nil
}

// scriptError tells where in a script something failed.
type scriptError struct {
	error
	line    int
	pointer string
}

func (e *scriptError) Error() string {
	text := fmt.Sprintf("line %d: %s", e.line, strings.TrimPrefix(e.error.Error(), "kuzu: "))
	if e.pointer != "" {
		text += "\n" + e.pointer
	}
	return text
}

func (e *scriptError) Unwrap() error { return e.error }

// entry is a command or a statement, text[start:end] of what was typed.
type entry struct {
	text       string // without its semicolon; "" if there are only blanks and comments
	start, end int
	whole      bool // it has its semicolon or, a command, its line
}

// first finds the first entry of a text. Commands begin with a colon and end with
// their line.
func first(text string) entry {
	p := cypher.Cut(text)
	e := entry{text: strings.TrimSpace(p.Statement), end: len(text) - len(p.Rest), whole: p.Ended}
	e.start = e.end - len(p.Statement)
	if p.Ended {
		e.start--
	}
	if strings.HasPrefix(p.Statement, ":") {
		line, _, _ := strings.Cut(text[e.start:], "\n")
		return entry{strings.TrimSpace(line), e.start, e.start + len(line), true}
	}
	return e
}

// run runs one command or statement.
func (s *shell) run(ctx context.Context, text string) error {
	if s.timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, s.timeout)
		defer cancel()
		ctx = limited
	}
	switch {
	case text == "":
		return nil
	case text[0] == ':':
		return s.command(ctx, text)
	}
	return s.statement(ctx, text)
}

// statement runs a statement and prints its result. What only reads is streamed,
// which holds up nobody else on a server and has no limit to rows.
func (s *shell) statement(ctx context.Context, text string) error {
	op, params := factory.Read, kuzu.Params{}
	if parsed, err := cypher.Parse(text); err == nil {
		if parsed.Access == cypher.Write {
			op = factory.Write
		}
		for _, name := range parsed.Parameters {
			if value, ok := s.params[name]; ok {
				params[name] = value
			}
		}
	}
	if s.graph == "" {
		return usagef("name the graph with :use, or with --graph")
	}
	c, err := s.client(ctx, op)
	if err != nil {
		return err
	}
	began := time.Now()
	if op == factory.Write {
		s.forgetNames()
		return s.change(ctx, c, text, params, began)
	}
	rows := c.Stream(ctx, text, params, kuzu.FallBackToQuery())
	defer rows.Close()
	n := 0
	err = s.paged(ctx, func() (err error) {
		n, err = s.print(rows, func(int) error { return s.stdout.Flush() })
		return err
	})
	if n > 0 || err == nil {
		s.say("%s in %v", count(n, "row"), time.Since(began).Round(time.Millisecond))
	}
	return err
}

// change runs a statement that may write.
func (s *shell) change(ctx context.Context, c *kuzu.Client, text string, params kuzu.Params, began time.Time) error {
	result, err := c.Query(ctx, text, params)
	if err != nil {
		if errors.Is(err, kuzu.ErrCanceled) {
			s.say("The server was not told to stop: what the statement writes may take effect.")
		}
		return err
	}
	took := time.Since(began).Round(time.Millisecond)
	if len(result.Columns) == 0 {
		s.say("done in %v", took)
		return nil
	}
	err = s.paged(ctx, func() error { return s.result(result) })
	s.say("%s in %v", count(len(result.Rows), "row"), took)
	return err
}
