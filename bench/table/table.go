// Package table is how the programs of bench/ report: a line for what was
// measured, what it was measured against, the ratio, and the target that the
// ratio has to meet.
//
//	ours, peer, ratio, err := table.Paired(9, measureOurs, measurePeer)
//	...
//	err = table.Report(os.Stdout, "results.json", table.Row{
//		Name: "query", Unit: "requests/s", Ours: ours, Baseline: peer, Ratio: ratio, Target: table.AtLeast(8),
//	})
//
// A program that gets an error from [Report] exits with status 1.
package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
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
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "name\t| ours\t| baseline\t| ratio\t| target\t| ok")
	var missed []error
	for _, r := range rows {
		ok := "yes"
		if !r.OK() {
			ok = "NO"
			missed = append(missed, fmt.Errorf("%s: the ratio is %s, the target %s", r.Name, number(r.Ratio), r.Target))
		}
		fmt.Fprintf(w, "%s\t| %s %s\t| %s %s\t| %s\t| %s\t| %s\n",
			r.Name, number(r.Ours), r.Unit, number(r.Baseline), r.Unit, number(r.Ratio), r.Target, ok)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return errors.Join(append(missed, store(file, rows))...)
}

// store merges rows into a file.
func store(file string, rows []Row) error {
	var all []Row
	old, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(old, &all); err != nil {
			return fmt.Errorf("%s holds no results, delete it: %w", file, err)
		}
	}
	for _, row := range rows {
		all = slices.DeleteFunc(all, func(r Row) bool { return r.Name == row.Name })
		all = append(all, row)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err // a figure is not finite
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

// Paired measures two sides in turns, so that what disturbs the machine
// disturbs both, each first in every other round. It returns the median of each
// side and the median of the rounds' ratios.
func Paired(rounds int, ours, baseline func() (float64, error)) (oursMedian, baselineMedian, ratio float64, err error) {
	var a, b, ratios []float64
	for i := range rounds {
		var x, y float64
		var errX, errY error
		if i%2 == 0 {
			x, errX = ours()
			y, errY = baseline()
		} else {
			y, errY = baseline()
			x, errX = ours()
		}
		if err := errors.Join(errX, errY); err != nil {
			return 0, 0, 0, err
		}
		a, b, ratios = append(a, x), append(b, y), append(ratios, x/y)
	}
	return Median(a), Median(b), Median(ratios), nil
}

// Median returns the middle of values, the mean of the two middle ones if their
// number is even, and NaN if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// number writes a figure with four digits, or all of them before the point.
func number(f float64) string {
	if math.Abs(f) >= 1000 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}
