package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"unicode/utf8"

	"golang.org/x/term"
)

// pager holds output back until it is more than a screen, and then hands it to a
// program that pages.
type pager struct {
	ctx      context.Context //nolint:containedctx // of the statement whose output it is, without its end
	app      *app
	terminal io.Writer
	columns  int
	rows     int

	held    bytes.Buffer
	lines   int // that the screen needs for what is held
	column  int
	command *exec.Cmd // once it is more than a screen
	stdin   io.WriteCloser
}

// paged calls show, whose output goes to a pager if it is longer than the screen.
func (s *shell) paged(ctx context.Context, show func() error) error {
	if s.format == "table" && s.shown && !s.interactive {
		_ = s.stdout.WriteByte('\n') // an error stays with the writer
	}
	s.shown = true
	columns, rows, err := screen(s.stdout.to)
	if !s.interactive || err != nil {
		return show()
	}
	straight := s.stdout
	p := &pager{ctx: context.WithoutCancel(ctx), app: s.app, terminal: straight, columns: columns, rows: rows}
	s.stdout = newOutput(p)
	err = show()
	if flushed := s.stdout.Flush(); err == nil {
		err = flushed
	}
	if s.stdout.gone {
		err = nil // who pages has seen enough
	}
	s.stdout = straight
	return errors.Join(err, p.close())
}

// screen returns the size of a terminal.
func screen(w io.Writer) (columns, rows int, err error) {
	file, ok := w.(*os.File)
	if !ok {
		return 0, 0, os.ErrInvalid
	}
	return term.GetSize(int(file.Fd()))
}

func (p *pager) Write(text []byte) (int, error) {
	if p.command != nil {
		return p.stdin.Write(text)
	}
	p.held.Write(text)
	p.measure(text)
	if p.lines < p.rows {
		return len(text), nil
	}
	if err := p.start(); err != nil {
		return 0, err
	}
	_, err := p.stdin.Write(p.held.Bytes())
	p.held.Reset()
	return len(text), err
}

// measure counts the lines that the terminal makes of a text.
func (p *pager) measure(text []byte) {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case r == '\n':
			p.lines++
			p.column = 0
		case p.column == p.columns:
			p.lines++
			p.column = 1
		default:
			p.column++
		}
	}
}

// start runs $PAGER, or else less. Where there is neither, and where $PAGER is
// empty, output goes to the terminal as it is.
func (p *pager) start() error {
	p.stdin = passing{p.terminal}
	p.command = &exec.Cmd{}
	command, set := p.app.env("PAGER")
	if set && command == "" {
		return nil
	}
	if !set {
		if _, err := exec.LookPath("less"); err != nil {
			return nil //nolint:nilerr // a system without less
		}
		command = "less -FRX"
	}
	run := exec.CommandContext(p.ctx, "sh", "-c", command) //nolint:gosec // the user's own command
	run.Stdout, run.Stderr = os.Stdout, os.Stderr
	stdin, err := run.StdinPipe()
	if err != nil {
		return err
	}
	if err := run.Start(); err != nil {
		return nil //nolint:nilerr // a system without sh
	}
	p.command, p.stdin = run, stdin
	return nil
}

// close lets the pager come to its end.
func (p *pager) close() error {
	if p.command == nil {
		_, err := p.terminal.Write(p.held.Bytes())
		return err
	}
	err := p.stdin.Close()
	if p.command.Process != nil {
		_ = p.command.Wait() // what it thinks of itself is shown already
	}
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}

// passing makes a writer one that is never closed.
type passing struct{ io.Writer }

func (passing) Close() error { return nil }
