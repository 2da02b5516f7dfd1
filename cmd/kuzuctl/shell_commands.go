package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// shellHelp is what :help shows.
const shellHelp = `Commands stand on a line of their own:

  :tables                  list tables
  :schema                  list tables with their properties
  :param NAME VALUE        bind $NAME; 5 is a number, true a boolean, [1,2] a list
  :param NAME:TYPE VALUE   the same as string, int, float, bool or json
  :param NAME              free $NAME
  :param                   list what is bound
  :use GRAPH               go to another graph
  :help                    show this list
  :quit                    leave`

// shellCommands are what Tab completes after a colon.
var shellCommands = []string{":help", ":param", ":quit", ":schema", ":tables", ":use"}

// command runs what begins with a colon.
func (s *shell) command(ctx context.Context, text string) error {
	name, argument, _ := strings.Cut(strings.TrimSuffix(text, ";"), " ")
	argument = strings.TrimSpace(argument)
	if name == ":param" {
		return s.param(argument)
	}
	if name == ":use" {
		return s.use(ctx, argument)
	}
	if argument != "" {
		return usagef("%.50s takes nothing, and there is %.50q; see :help", name, argument)
	}
	switch name {
	case ":tables", ":schema":
		return s.showTables(ctx, name == ":schema")
	case ":help":
		_, err := s.stdout.WriteString(shellHelp + "\n")
		return err
	case ":quit", ":exit":
		return errQuit
	}
	return usagef("there is no command %.50q; :help lists those that there are", name)
}

func (s *shell) showTables(ctx context.Context, properties bool) error {
	c, err := s.client(ctx, factory.Read)
	if err != nil {
		return err
	}
	schema, err := c.Schema(ctx)
	if err != nil {
		return err
	}
	return s.paged(ctx, func() error {
		if properties {
			return s.properties(schema)
		}
		rows := make([][]any, len(schema.Tables))
		for i, t := range schema.Tables {
			rows[i] = []any{t.Name, t.Type}
		}
		return s.table([]string{"table", "kind"}, rows)
	})
}

// use goes to another graph, if there is one.
func (s *shell) use(ctx context.Context, graph string) error {
	if graph == "" {
		return usagef(":use needs the id of a graph")
	}
	before := s.graph
	s.graph = graph
	if err := s.check(ctx); err != nil {
		s.graph = before
		return err
	}
	s.forgetNames()
	return nil
}

// param binds, frees and lists parameters.
func (s *shell) param(argument string) error {
	name, text, bind := strings.Cut(argument, " ")
	name, kind, _ := strings.Cut(strings.TrimPrefix(name, "$"), ":")
	if name == "" {
		return s.listParams()
	}
	if !bind {
		if _, there := s.params[name]; !there {
			return usagef(":param %s: it is not bound; add a value to bind it", name)
		}
		delete(s.params, name)
		return nil
	}
	value, err := parameter(kind, strings.TrimSpace(text))
	if err != nil {
		return usagef(":param %s: %v", name, err)
	}
	s.params[name] = value
	return nil
}

func (s *shell) listParams() error {
	var rows [][]any
	for _, name := range slices.Sorted(maps.Keys(s.params)) {
		rows = append(rows, []any{name, s.params[name]})
	}
	return s.table([]string{"parameter", "value"}, rows)
}

// check tells at once that a graph is not there.
func (s *shell) check(ctx context.Context) error {
	if s.graph == "" {
		return nil
	}
	c, err := s.client(ctx, factory.Read)
	if err == nil {
		_, err = c.Database(ctx)
	}
	return err
}

// names are the tables of a graph, fetched in the background.
type names struct {
	stop   context.CancelFunc
	done   chan struct{} // closed once tables and err are set
	tables []kuzu.Table
	err    error
}

// fetchNames begins to fetch them.
func (s *shell) fetchNames() *names {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	n := &names{stop: cancel, done: make(chan struct{})}
	c, err := s.client(ctx, factory.Read)
	if err != nil {
		n.err = fmt.Errorf("no client: %w", err)
		close(n.done)
		return n
	}
	go func() {
		defer close(n.done)
		schema, err := c.Schema(ctx)
		n.tables, n.err = schema.Tables, err
	}()
	return n
}

// forgetNames has tables fetched anew when somebody wants them, since a statement
// may have changed them.
func (s *shell) forgetNames() {
	if s.names != nil {
		s.names.stop()
		<-s.names.done
		s.names = nil
	}
}
