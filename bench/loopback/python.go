package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/robosystems/kuzuclient/bench/answers"
	"github.com/robosystems/kuzuclient/bench/table"
)

// python is the client in Python, a process that is told what to do line by line.
type python struct {
	cmd    *exec.Cmd
	input  io.WriteCloser
	output *bufio.Reader
}

func newPython(ctx context.Context, program, url string) (*python, error) {
	p := &python{cmd: exec.CommandContext(ctx, program, "loopback/python/client.py", url, answers.APIKey, graph, tenRows.statement, answers.Country)} //nolint:gosec // our own program
	p.cmd.Stderr = os.Stderr
	var err error
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.output = bufio.NewReader(output)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w; make bench installs what it needs", err)
	}
	return p, nil
}

func (p *python) close() {
	_ = p.input.Close() // which ends it
	_ = p.cmd.Wait()
}

// tell sends a command and reads what came of it.
func (p *python) tell(command map[string]int, result any) error {
	line, err := json.Marshal(command)
	if err != nil {
		return err
	}
	if _, err := p.input.Write(append(line, '\n')); err != nil {
		return err
	}
	if line, err = p.output.ReadBytes('\n'); err != nil {
		return fmt.Errorf("the client in Python ended: %w", err)
	}
	return json.Unmarshal(line, result)
}

func (p *python) rows() (rows []person, err error) {
	return rows, p.tell(map[string]int{}, &rows)
}

// measure is a round of calls.
func (p *python) measure(callers, calls int) (table.Figures, error) {
	var took struct {
		Seconds []float64 `json:"seconds"` // of each call that succeeded
		Total   float64   `json:"total"`
		Faults  []string  `json:"faults"`
	}
	if err := p.tell(map[string]int{"callers": callers, "calls": calls}, &took); err != nil {
		return table.Figures{}, err
	}
	if n := len(took.Faults); n > 0 { // at 1000 callers, on a busy machine
		fmt.Fprintf(os.Stderr, "loopback: %d calls of the client in Python failed, the first with %q\n", n, took.Faults[0])
	}
	if len(took.Seconds) == 0 {
		return table.Figures{}, errors.New("no call of the client in Python succeeded")
	}
	return table.FiguresOf(took.Seconds, took.Total), nil
}
