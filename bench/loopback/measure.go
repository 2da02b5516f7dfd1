package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/robosystems/kuzuclient/bench/table"
)

// scenario is a question that so many ask at once.
type scenario struct {
	question
	callers int
	calls   int // of all callers together, a round
	rounds  int // of ours and bare
	peers   int // rounds of ours and the others; 0 for none, which would take minutes
	unit    unit
}

type unit struct {
	name      string
	perSecond float64
}

var (
	microseconds = unit{"us", 1e6}
	milliseconds = unit{"ms", 1e3}
)

func p50(f table.Figures) float64       { return f.P50 }
func p95(f table.Figures) float64       { return f.P95 }
func p99(f table.Figures) float64       { return f.P99 }
func perSecond(f table.Figures) float64 { return f.PerSecond }
func allocs(f table.Figures) float64    { return f.Allocs }

func (s scenario) String() string {
	if s.callers == 1 {
		return s.name + ", 1 caller"
	}
	return fmt.Sprintf("%s, %d callers", s.name, s.callers)
}

var scenarios = []scenario{
	{tenRows, 1, 400, 15, 7, microseconds},
	{tenRows, 10, 2000, 9, 5, microseconds},
	{tenRows, 100, 3000, 7, 3, microseconds},
	{tenRows, 1000, 5000, 5, 3, microseconds},
	{thousandRows, 1, 100, 7, 3, microseconds},
	{thousandRows, 10, 300, 5, 3, microseconds},
	{millionRows, 1, 1, 3, 1, milliseconds},
	{millionRows, 10, 10, 1, 0, milliseconds},
}

// measureAll measures the scenarios that have a text in their names, in the short
// form without the streams, of which the check that all clients read the same has
// been one.
func measureAll(ctx context.Context, c *clients, only string) (rows []table.Row, found []table.Client, err error) {
	for _, s := range scenarios {
		if !strings.Contains(s.String(), only) || s.streaming && table.Short() {
			continue
		}
		r, f, err := s.measure(ctx, c)
		if err != nil {
			return nil, nil, fmt.Errorf("%v: %w", s, err)
		}
		rows, found = append(rows, r...), append(found, f...)
	}
	return rows, found, nil
}

// measure has ours and bare take turns, and then ours and the others.
func (s scenario) measure(ctx context.Context, c *clients) (rows []table.Row, found []table.Client, err error) {
	bare := s.round(ctx, c.bare)
	values, err := table.Rounds(s.rounds, s.round(ctx, c.ours), bare, bare)
	if err != nil {
		return nil, nil, err
	}
	rows = s.againstBare(values[0], values[1], values[2])
	found = []table.Client{s.client("ours", values[0]), s.client("bare", values[1])}

	if s.peers == 0 {
		return rows, found, nil
	}
	names, sides := []string{"ours"}, []func() (table.Figures, error){s.round(ctx, c.ours)}
	for _, peer := range c.peers() {
		names, sides = append(names, peer.name), append(sides, s.round(ctx, peer))
	}
	if s.rows == tenRows.rows {
		names, sides = append(names, "httpx (Python)"), append(sides, func() (table.Figures, error) {
			return c.python.measure(s.callers, table.Count(max(s.callers, s.calls/10), s.callers))
		})
	}
	values, err = table.Rounds(s.peers, sides...)
	if err != nil {
		return nil, nil, err
	}
	for i := 1; i < len(sides); i++ {
		row := s.compare("against "+names[i], perSecond, unit{"requests/s", 1}, values[0], values[i])
		if names[i] == "httpx (Python)" {
			row.Target = table.AtLeast(10)
		}
		rows, found = append(rows, row), append(found, s.client(names[i], values[i]))
	}
	return rows, found, nil
}

// againstBare are the rows of ours against bare, and of bare against itself.
func (s scenario) againstBare(ours, bare, again []table.Figures) []table.Row {
	median := s.compare("p50", p50, s.unit, ours, bare)
	speed := s.compare("speed", perSecond, unit{"requests/s", 1}, ours, bare)
	switch s.rows {
	case tenRows.rows:
		median.Target = table.AtMost(1.06)
	case millionRows.rows:
		speed.Target = table.AtLeast(3)
	}
	rows := []table.Row{s.compare("p50, bare against bare", p50, s.unit, again, bare), median}
	if !s.streaming { // of which there are too few
		rows = append(rows,
			s.compare("p95", p95, s.unit, ours, bare),
			s.compare("p99", p99, s.unit, ours, bare))
	}
	return append(rows, speed, s.compare("allocations", allocs, unit{"allocs", 1}, ours, bare))
}

func (s scenario) compare(what string, of func(table.Figures) float64, in unit, ours, baseline []table.Figures) table.Row {
	a, b := table.Each(ours, of), table.Each(baseline, of)
	return table.Row{
		Name: fmt.Sprintf("%v: %s", s, what), Unit: in.name,
		Ours: table.Median(a) * in.perSecond, Baseline: table.Median(b) * in.perSecond, Ratio: table.MedianRatio(a, b),
	}
}

func (s scenario) client(name string, rounds []table.Figures) table.Client {
	return table.Client{Scenario: s.String(), Name: name, Figures: table.Medians(rounds)}
}

// round makes a round of calls by one client.
func (s scenario) round(ctx context.Context, c client) func() (table.Figures, error) {
	call := func() error {
		rows, err := c.query(ctx, s.question)
		return s.complete(len(rows), err)
	}
	if s.streaming {
		call = func() error {
			n := 0
			err := c.stream(ctx, s.question, func(p *person) {
				if p.ID != 0 {
					n++
				}
			})
			return s.complete(n, err)
		}
	}
	return func() (table.Figures, error) { return table.Calls(s.callers, table.Count(s.calls, s.callers), call) }
}

func (s scenario) complete(rows int, err error) error {
	if err == nil && rows != s.rows {
		err = fmt.Errorf("%d rows instead of %d", rows, s.rows)
	}
	return err
}
