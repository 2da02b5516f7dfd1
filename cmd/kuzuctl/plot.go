package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// graphs are the commands that look at what is in a graph.
func (a *app) graphs() *cobra.Command {
	return a.needs(&cobra.Command{Use: "graph", Short: "Look at what is in a graph", Example: `  kuzuctl graph plot -g social "MATCH (a)-[r]->(b) RETURN a, r, b LIMIT 50" --out graph.svg`},
		a.plot())
}

// plotWriters are the forms that a picture can have, by the ends of file names.
var plotWriters = map[string]func(io.Writer, *scene) error{".svg": writeSVG, ".png": writePNG, ".html": writeHTML}

// plot draws a result.
func (a *app) plot() *cobra.Command {
	var s statementFlags
	var out string
	var limit int
	cmd := &cobra.Command{
		Use:   "plot [STATEMENT]",
		Short: "Draw the nodes and relationships of a result",
		Long: `Draw the nodes and relationships of a result, also those in paths and lists. The
end of --out chooses between a picture, .svg or .png, and a page, .html, on which
the mouse moves, enlarges and shows properties. Neither needs a network.

Nodes have the colour of their table and the best of their names as a caption. A
relationship whose ends were not returned gets grey ones. Of more than --limit
nodes the first are drawn, and the picture says so. The same result makes the same
picture.`,
		Example: `  kuzuctl graph plot -g social "MATCH (a:Person)-[r:Knows]->(b) RETURN a, r, b LIMIT 50" --out friends.svg
  kuzuctl graph plot -g social "MATCH p = (a:Person)-[*1..3]-(b) WHERE a.id = \$id RETURN p LIMIT 40" -p id=933 --out near.html`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write := plotWriters[strings.ToLower(filepath.Ext(out))]
			switch {
			case out == "":
				return usagef("name the picture with --out, such as --out graph.svg")
			case write == nil:
				return usagef("--out is %q; it must end in .svg, .png or .html", out)
			case limit <= 0:
				return usagef("--limit is %d; it must be positive", limit)
			}
			statement, params, err := s.read(a, args)
			if err != nil {
				return err
			}
			c, err := a.client(cmd.Context(), factory.Read)
			if err != nil {
				return err
			}
			p, err := readPlot(cmd.Context(), c, statement, params, limit)
			if err != nil {
				return err
			}
			if err := writeFile(out, func(w io.Writer) error { return write(w, p.scene()) }); err != nil {
				return err
			}
			fmt.Fprintf(a.stderr, "%s: %s\n", out, p.sum())
			return nil
		},
	}
	s.add(cmd)
	cmd.Flags().StringVar(&out, "out", "", "`file` for the picture, ending in .svg, .png or .html")
	cmd.Flags().IntVar(&limit, "limit", 200, "draw so many nodes at most")
	return cmd
}

// readPlot runs a statement and gathers what can be drawn.
func readPlot(ctx context.Context, c *kuzu.Client, statement string, params kuzu.Params, limit int) (*plotted, error) {
	rows := c.Stream(ctx, statement, params, kuzu.FallBackToQuery())
	defer rows.Close()
	p := newPlotted(limit)
	for rows.Next() {
		values, err := rows.Row().Values()
		if err != nil {
			return nil, err
		}
		p.row(values)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(p.nodes) == 0 {
		return nil, transport.Errorf(transport.KindInvalidRequest, "the result has no nodes and no relationships; return whole ones and not their properties, as in MATCH (a)-[r]->(b) RETURN a, r, b LIMIT 50")
	}
	return p, nil
}

// writeFile writes a file that is whole or, if something fails, not there.
func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	err = write(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(path) // nothing more can be done about it
	}
	return err
}
