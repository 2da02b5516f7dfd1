package table

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// PrintClients prints what the calls of each client took.
func PrintClients(out io.Writer, clients ...Client) error {
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "scenario\t| client\t| p50\t| p95\t| p99\t| calls/s\t| allocations")
	for _, c := range clients {
		allocations := number(c.Allocs)
		if c.Allocs == 0 {
			allocations = "-" // not counted
		}
		fmt.Fprintf(w, "%s\t| %s\t| %s\t| %s\t| %s\t| %s\t| %s\n",
			c.Scenario, c.Name, milliseconds(c.P50), milliseconds(c.P95), milliseconds(c.P99), number(c.PerSecond), allocations)
	}
	return w.Flush()
}

func milliseconds(seconds float64) string { return number(seconds*1e3) + " ms" }
