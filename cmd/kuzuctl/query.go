package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// statementFlags are those of commands that run a statement.
type statementFlags struct {
	file, paramsFile string
	pairs            []string
}

func (s *statementFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&s.file, "file", "f", "", "`file` with the statement; - for stdin")
	cmd.Flags().StringArrayVarP(&s.pairs, "param", "p", nil, "parameter as `name=value`; name:type=value with string, int, float, bool or json; can be repeated")
	cmd.Flags().StringVar(&s.paramsFile, "params", "", "`file` with parameters, a JSON object")
}

// read returns the statement, which is an argument, in a file or on stdin, and its
// parameters.
func (s *statementFlags) read(a *app, args []string) (string, kuzu.Params, error) {
	params, err := parameters(s.paramsFile, s.pairs)
	if err != nil {
		return "", nil, err
	}
	var text []byte
	switch {
	case len(args) > 0 && s.file != "":
		return "", nil, usagef("the statement is an argument and in --file; give it once")
	case len(args) > 0 && args[0] != "-":
		return args[0], params, nil
	case s.file != "" && s.file != "-":
		text, err = os.ReadFile(s.file)
	case isTerminal(a.stdin):
		return "", nil, usagef("give the statement as an argument, with --file, or on stdin")
	default:
		text, err = io.ReadAll(a.stdin)
	}
	return string(text), params, err
}

// query runs a statement and prints its whole result.
func (a *app) query() *cobra.Command {
	var s statementFlags
	cmd := &cobra.Command{
		Use:   "query [STATEMENT]",
		Short: "Run a statement and print its result, of at most 10,000 rows",
		Long: `Run a statement and print its result, of at most 10,000 rows. Without a limit to
rows is "kuzuctl stream".

The statement is the argument, or in --file, or on stdin. A parameter that reads
as JSON is that: 5 is a number, true a boolean, [1,2] a list. name:string=5 is a
text.`,
		Example: `  kuzuctl query -g social "MATCH (p:Person) RETURN p.firstName AS name LIMIT 5"
  kuzuctl query -g social "MATCH (p:Person) WHERE p.id = \$id RETURN p.firstName" -p id=933
  kuzuctl query -g social -f report.cypher --params report.json -o csv > report.csv
  echo "MATCH (p:Person) RETURN count(*) AS people" | kuzuctl query -g social -o json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			statement, params, err := s.read(a, args)
			if err != nil {
				return err
			}
			c, err := a.client(cmd.Context(), factory.Read)
			if err != nil {
				return err
			}
			result, err := c.Query(cmd.Context(), statement, params)
			if err != nil {
				return err
			}
			return a.result(result)
		},
	}
	s.add(cmd)
	return cmd
}

// result prints a result, and fails if rows are missing from it.
func (a *app) result(r *kuzu.Result) error {
	rows := make([][]any, len(r.Rows))
	for i, row := range r.Rows {
		var err error
		if rows[i], err = row.Values(); err != nil {
			return err
		}
	}
	if err := a.table(r.Columns, rows); err != nil {
		return err
	}
	if r.Truncated {
		return transport.Errorf(transport.KindTruncated, "the server cuts results at %d rows, and there may be more; use kuzuctl stream, or end the statement in a LIMIT", len(r.Rows))
	}
	return nil
}

// stream runs a statement and prints its rows as they come.
func (a *app) stream() *cobra.Command {
	var s statementFlags
	cmd := &cobra.Command{
		Use:   "stream [STATEMENT]",
		Short: "Run a statement and print its rows as they come, any number of them",
		Long: `Run a statement and print its rows as they come, any number of them, in little
memory; as ndjson unless told otherwise. How many there were goes to stderr.

An exit code of 0 means that all rows have come. A stream that is not known to be
complete ends in exit code 25.`,
		Example: `  kuzuctl stream -g social "MATCH (p:Person) RETURN p.id AS id, p.firstName AS name" > people.ndjson
  kuzuctl stream -g social -f all.cypher -o csv | gzip > all.csv.gz`,
		Args:        cobra.MaximumNArgs(1),
		Annotations: map[string]string{"format": "ndjson"},
		RunE: func(cmd *cobra.Command, args []string) error {
			statement, params, err := s.read(a, args)
			if err != nil {
				return err
			}
			c, err := a.client(cmd.Context(), factory.Read)
			if err != nil {
				return err
			}
			rows := c.Stream(cmd.Context(), statement, params)
			defer rows.Close()
			return a.rowsAsTheyCome(rows)
		},
	}
	s.add(cmd)
	return cmd
}

// chunk is how many rows servers send at once, and what a table is aligned by.
const chunk = 1000

func (a *app) rowsAsTheyCome(rows *kuzu.Rows) error {
	line := a.status()
	defer line.clear()
	began := time.Now()
	n, err := a.print(rows, func(n int) error {
		if err := a.stdout.Flush(); err != nil {
			return err
		}
		line.show(speed(n, time.Since(began)))
		return nil
	})
	line.clear()
	if err == nil || n > 0 && rows.Err() != nil {
		fmt.Fprintln(a.stderr, speed(n, time.Since(began)))
	}
	return err
}

// print prints rows as they come and returns how many there were. What has come is
// good, also of a stream that failed. It calls each after so many rows as servers
// send at once.
func (a *app) print(rows *kuzu.Rows, each func(n int) error) (int, error) {
	w := a.rows(chunk)
	n := 0
	for rows.Next() {
		if n == 0 {
			if err := w.head(rows.Columns()); err != nil {
				return n, err
			}
		}
		values, err := rows.Row().Values()
		if err == nil {
			err = w.row(values)
		}
		if err != nil {
			return n, err
		}
		if n++; n%chunk == 0 {
			if err := each(n); err != nil {
				return n, err
			}
		}
	}
	if n == 0 {
		if rows.Err() != nil {
			return n, rows.Err()
		}
		if err := w.head(rows.Columns()); err != nil {
			return n, err
		}
	}
	if err := w.end(); err != nil {
		return n, err
	}
	return n, rows.Err()
}

func speed(rows int, took time.Duration) string {
	return fmt.Sprintf("%s in %v, %.0f rows/s", count(rows, "row"), took.Round(time.Millisecond), float64(rows)/max(took.Seconds(), 1e-9))
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
