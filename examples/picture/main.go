// Command picture runs a command and draws what it prints as a terminal in an SVG
// that plays: line by line, with a pause before each paragraph, since the demo
// itself is over before anybody has read a line of it. Who does not want motion,
// or cannot show it, gets the last screen.
//
//	go run ./examples/picture -prompt "make demo" -out docs/images/demo.svg -- go run ./examples/demo
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

func main() {
	prompt := flag.String("prompt", "", "`command` to show instead of the one that runs")
	out := flag.String("out", "terminal.svg", "`file` to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := record(ctx, *prompt, *out, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func record(ctx context.Context, prompt, out string, args []string) error {
	if len(args) == 0 {
		return errors.New("say which command to run")
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the command is the caller's
	cmd.Stderr = os.Stderr
	printed, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	var svg bytes.Buffer
	draw(&svg, prompt, string(printed))
	return os.WriteFile(out, svg.Bytes(), 0o644) //nolint:gosec // a picture is for everybody
}
