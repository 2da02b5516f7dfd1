package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Finding is one thing in which a server deviates from the API document.
type Finding struct {
	Operation string // operation id
	Case      string // what was asked
	Status    int    // of the answer; 0 if there was none
	Path      string // where in the body, such as /data/0 or line 2/columns; "" for the answer as a whole
	Problem   string // what is not as the document says
}

// String says all of it in a line.
func (f Finding) String() string {
	where := f.Path
	if where != "" {
		where = " at " + where
	}
	return fmt.Sprintf("%s, %s: %d%s: %s", f.Operation, f.Case, f.Status, where, f.Problem)
}

// Cell is an answer that the document declares.
type Cell struct {
	Operation string // operation id
	Status    int    // HTTP status
	Media     string // media type, such as "application/json"
}

// How says how an answer was brought about.
type How string

// The ways.
const (
	Never      How = "-"       // not at all
	OutOfReach How = "n/a"     // not at all, and the target cannot: see [Capabilities] and [Target]
	ByExample  How = "example" // as an example that the server was asked to show
	Elsewhere  How = "other"   // by the operation on another server of the target, which is in the state for it
	ForReal    How = "real"    // by the operation itself
)

// Report is what came of holding a server against the document.
type Report struct {
	Findings []Finding    // in the order of being found
	Covered  map[Cell]How // every answer that the document declares
}

// Coverage returns the share of the document's answers that were seen, 0 to 1, of
// those within the reach of the target.
func (r *Report) Coverage() float64 {
	seen, reach := 0, 0
	for _, how := range r.Covered {
		if how != OutOfReach {
			reach++
		}
		if how != OutOfReach && how != Never {
			seen++
		}
	}
	return float64(seen) / float64(max(reach, 1))
}

// Table shows the answers of each operation with how they were seen.
func (r *Report) Table() string {
	byOperation := map[string][]Cell{}
	counts := map[How]int{}
	for cell, how := range r.Covered {
		byOperation[cell.Operation] = append(byOperation[cell.Operation], cell)
		counts[how]++
	}
	var b strings.Builder
	operations := make([]string, 0, len(byOperation))
	for operation := range byOperation {
		operations = append(operations, operation)
	}
	slices.Sort(operations)
	for _, operation := range operations {
		cells := byOperation[operation]
		slices.SortFunc(cells, func(a, b Cell) int {
			return 1000*(a.Status-b.Status) + strings.Compare(a.Media, b.Media)
		})
		fmt.Fprintf(&b, "%-20s", operation)
		for _, cell := range cells {
			word := strconv.Itoa(cell.Status)
			if _, kind, _ := strings.Cut(cell.Media, "/"); kind != "json" {
				word += " " + kind
			}
			fmt.Fprintf(&b, " [%s %s]", word, r.Covered[cell])
		}
		b.WriteByte('\n')
	}
	declared, forReal := len(r.Covered), counts[ForReal]+counts[Elsewhere]
	fmt.Fprintf(&b, "%d answers declared, %d within reach, %.0f %% of them seen, %.0f %% of all for real\n",
		declared, declared-counts[OutOfReach], 100*r.Coverage(), 100*float64(forReal)/float64(declared))
	b.WriteString("real: by the server itself; other: by a replica, a full or a busy server beside it; example: the document's,\n" +
		"shown on request; -: not seen; n/a: out of reach of this target\n")
	return b.String()
}

// Deviations shows the findings as a table, ordered by operation.
func (r *Report) Deviations() string {
	if len(r.Findings) == 0 {
		return "no deviation"
	}
	findings := slices.SortedStableFunc(slices.Values(r.Findings), func(a, b Finding) int {
		return strings.Compare(a.Operation, b.Operation)
	})
	var b strings.Builder
	fmt.Fprintf(&b, "%d deviations\n", len(findings))
	columns := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "OPERATION\tCASE\tSTATUS\tWHERE\tPROBLEM")
	for _, f := range findings {
		fmt.Fprintf(columns, "%s\t%s\t%d\t%s\t%q\n", f.Operation, f.Case, f.Status, f.Path, f.Problem)
	}
	_ = columns.Flush() // a builder takes everything
	return strings.TrimSuffix(b.String(), "\n")
}
