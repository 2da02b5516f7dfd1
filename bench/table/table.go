// Package table is how the programs of bench/ report: a line for what was
// measured, what it was measured against, the ratio, and the target that the
// ratio has to meet.
//
//	ours, peer, ratio, err := table.Paired(9, measureOurs, measurePeer)
//	...
//	err = table.Report(os.Stdout, table.File, table.Row{
//		Name: "query", Unit: "requests/s", Ours: ours, Baseline: peer, Ratio: ratio, Target: table.AtLeast(8),
//	})
//
// A program that gets an error from [Report] exits with status 1. The rows of all
// programs come together in [File], which bench/report prints.
//
// With BENCH_SHORT in the environment, every program measures one round, prints
// it, and keeps and asks nothing of it: what is left is that all sides answer, and
// answer the same.
package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Row is one comparison.
type Row struct {
	Name     string  `json:"name"` // unique among all rows of the module
	Unit     string  `json:"unit"` // of Ours and Baseline, such as requests/s
	Ours     float64 `json:"ours"`
	Baseline float64 `json:"baseline"`
	Ratio    float64 `json:"ratio"` // the median of paired ratios, which need not be Ours/Baseline
	Target   Target  `json:"target"`
}

// OK reports whether the ratio meets the target.
func (r Row) OK() bool {
	switch r.Target.Bound {
	case "":
		return true
	case atMost:
		return r.Ratio <= r.Target.Limit
	default:
		return r.Ratio >= r.Target.Limit
	}
}

// Cells are the columns of a row's line: name, ours, baseline, ratio, target, ok.
func (r Row) Cells() []string {
	ok := "yes"
	switch {
	case Short():
		ok = "-"
	case !r.OK():
		ok = "NO"
	}
	return []string{r.Name, number(r.Ours) + " " + r.Unit, number(r.Baseline) + " " + r.Unit, number(r.Ratio), r.Target.String(), ok}
}

// Within is a row for a figure that must not go beyond a limit.
func Within(name, unit string, ours, limit float64) Row {
	return Row{Name: name, Unit: unit, Ours: ours, Baseline: limit, Ratio: ours / limit, Target: AtMost(1)}
}

// Target bounds a ratio. The zero value bounds nothing: the row is there to be
// read, as a baseline against itself is, which shows the noise.
type Target struct {
	Bound string  `json:"bound,omitempty"` // ">=", "<=" or ""
	Limit float64 `json:"limit,omitempty"`
}

const (
	atLeast = ">="
	atMost  = "<="
)

// AtLeast asks for a ratio that is not below limit: more is better.
func AtLeast(limit float64) Target { return Target{atLeast, limit} }

// AtMost asks for a ratio that is not above limit: less is better.
func AtMost(limit float64) Target { return Target{atMost, limit} }

func (t Target) String() string {
	if t.Bound == "" {
		return "-"
	}
	return t.Bound + " " + number(t.Limit)
}

// Report prints rows to out and stores them in a JSON file, where they replace
// those of the same name; the others stay. The error names each row that misses
// its target; the file has been written nevertheless.
func Report(out io.Writer, file string, rows ...Row) error {
	if err := Print(out, rows...); err != nil || Short() {
		return err
	}
	return errors.Join(Missed(rows...), Store(file, Results{Rows: rows}))
}

// Print prints rows.
func Print(out io.Writer, rows ...Row) error {
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "name\t| ours\t| baseline\t| ratio\t| target\t| ok")
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r.Cells(), "\t| "))
	}
	return w.Flush()
}

// Missed is an error that names each row that misses its target.
func Missed(rows ...Row) error {
	var missed []error
	for _, r := range rows {
		if !r.OK() {
			missed = append(missed, fmt.Errorf("%s: the ratio is %s, the target %s", r.Name, number(r.Ratio), r.Target))
		}
	}
	return errors.Join(missed...)
}

// number writes a figure with four digits, or all of them before the point.
func number(f float64) string {
	if math.Abs(f) >= 1000 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}
