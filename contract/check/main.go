// Check holds a running server against the API document and prints where it
// deviates: go run ./contract/check -url http://localhost:8001
//
// It makes databases whose names begin with "contract-", and removes them.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/robosystems/kuzuclient/contract"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns 0 if the server keeps the contract, 1 if it deviates or could not be
// brought to all its answers, and 2 if that could not be found out.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(errs)
	url := flags.String("url", "http://localhost:8001", "`address` of the server")
	bucket := flags.String("bucket", "", "`bucket` with contract.csv, to try ingestion with")
	can := flags.String("can", "", "what the server can do beyond the deployed one: everything, or `names` separated by commas")
	readOnly := flags.String("read-only", "", "`address` of a replica with the same key, for what only such a server refuses")
	full := flags.String("full", "", "`address` of a server without room for another database")
	busy := flags.String("busy", "", "`address` of a server that is too busy for queries")
	flags.Usage = func() {
		fmt.Fprintf(errs, "Usage: check [flags]\n\nHolds a server against the API document. KUZU_API_KEY is the key, if it asks for one.\n\n")
		flags.PrintDefaults()
	}
	if flags.Parse(args) != nil {
		return 2
	}
	capabilities, err := contract.ParseCapabilities(strings.FieldsFunc(*can, func(r rune) bool { return r == ',' })...)
	if err != nil {
		fmt.Fprintln(errs, "check: -can:", err)
		return 2
	}
	report, err := contract.Check(ctx, contract.Target{
		URL: *url, Key: os.Getenv("KUZU_API_KEY"), Can: capabilities, Bucket: *bucket,
		ReadOnly: *readOnly, Full: *full, Busy: *busy,
	})
	if err != nil {
		fmt.Fprintln(errs, "check:", err)
		return 2
	}
	fmt.Fprint(out, report.Table())
	fmt.Fprintln(out, report.Deviations())
	if report.Coverage() < 1 {
		fmt.Fprintln(out, "not all answers within reach were seen: the table marks them with -")
	}
	if len(report.Findings) > 0 || report.Coverage() < 1 {
		return 1
	}
	return 0
}
