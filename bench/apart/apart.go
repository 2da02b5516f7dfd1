// Package apart runs the servers of a benchmark in a process of their own, so
// that their work and their garbage are not taken for the client's. The process
// is the benchmark's own program, started with other arguments.
package apart

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// Process is a process that serves.
type Process struct {
	// Env is what a client finds the servers by: environment variables, or
	// whatever the two sides agree on.
	Env map[string]string

	cmd   *exec.Cmd
	input io.Closer
}

// Start runs this program once more, with args, which have to make it call
// [Serve], and returns when it serves. Its standard error is ours.
func Start(ctx context.Context, args ...string) (_ *Process, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: exec.CommandContext(ctx, self, args...)} //nolint:gosec // ourselves
	p.cmd.Stderr = os.Stderr
	input, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.input = input
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p.Env)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the servers did not start: %w", err), p.Stop())
	}
	return p, nil
}

// Setenv puts Env into the environment of this process.
func (p *Process) Setenv() error {
	var faults []error
	for name, value := range p.Env {
		faults = append(faults, os.Setenv(name, value))
	}
	return errors.Join(faults...)
}

// Stop ends the process and waits for it.
func (p *Process) Stop() error {
	_ = p.input.Close() // which is what it waits for
	return p.cmd.Wait()
}

// Serve tells the program that called [Start] that the servers serve, and returns
// when it no longer needs them, also because it ended.
func Serve(env map[string]string) error {
	if err := json.NewEncoder(os.Stdout).Encode(env); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}
