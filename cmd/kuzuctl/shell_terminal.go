package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/peterh/liner"

	"github.com/robosystems/kuzuclient/internal/cypher"
)

// errQuit ends a session.
var errQuit = errors.New("quit")

// interact reads and runs what somebody types, until they leave.
func (s *shell) interact(ctx context.Context, remember bool) error {
	s.interactive = true
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt) // what comes between two statements ends nothing
	defer signal.Stop(interrupts)
	if err := s.interruptible(ctx, s.check); err != nil {
		return err
	}
	s.say("Statements end with ; and :help tells more.")

	editor := liner.NewLiner()
	defer editor.Close()
	editor.SetCtrlCAborts(true)
	editor.SetMultiLineMode(true)
	editor.SetTabCompletionStyle(liner.TabPrints)
	editor.SetWordCompleter(s.complete)
	var past history
	if remember {
		if err := past.open(s.env); err != nil {
			s.say("No history is kept: %v", err)
		}
		for _, text := range past.texts {
			editor.AppendHistory(text)
		}
	}
	for {
		line, err := s.prompt(ctx, editor)
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			s.typed = ""
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(s.stderr)
			return nil
		case err != nil:
			return err
		}
		if s.typed == "" && slices.Contains(words, strings.TrimSpace(line)) {
			line = ":" + strings.TrimSpace(line)
		}
		before := s.typed + line + "\n"
		s.typed = before
		quit := s.runTyped(ctx)
		if text := historyText(strings.TrimSuffix(before, s.typed)); text != "" {
			editor.AppendHistory(text)
			if err := past.add(text); err != nil {
				s.say("What is typed cannot be kept: %v", err)
				past = history{}
			}
		}
		if quit {
			return nil
		}
	}
}

// words are what people type who forget the colon.
var words = []string{"exit", "quit", "help"}

// prompt reads a line. The end of ctx ends the program, so the editor may then be
// left waiting for one.
func (s *shell) prompt(ctx context.Context, editor *liner.State) (string, error) {
	prompt := s.graph
	if prompt == "" {
		prompt = "kuzu"
	}
	if s.typed != "" {
		prompt += "-"
	}
	type typed struct {
		line string
		err  error
	}
	read := make(chan typed, 1)
	go func() {
		line, err := editor.Prompt(prompt + "> ")
		read <- typed{line, err}
	}()
	select {
	case t := <-read:
		return t.line, t.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// runTyped runs what of the typed text is whole, shows what fails, and leaves the
// rest. It reports whether the session is over.
func (s *shell) runTyped(ctx context.Context) (quit bool) {
	for {
		e := first(s.typed)
		if !e.whole {
			if e.text == "" { // blanks and comments
				s.typed = ""
			}
			return false
		}
		s.typed = s.typed[e.end:]
		err := s.interruptible(ctx, func(ctx context.Context) error { return s.run(ctx, e.text) })
		if flushed := s.stdout.Flush(); err == nil {
			err = flushed
		}
		switch {
		case errors.Is(err, errQuit):
			return true
		case err != nil:
			s.say("%s", fault(e.text, err))
			if first(s.typed).text != "" {
				s.say("What follows on the line has not been run.")
			}
			s.typed = ""
		}
	}
}

// interruptible calls f with a context that Ctrl-C ends.
func (s *shell) interruptible(ctx context.Context, f func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	return f(ctx)
}

// say tells those who type something beside results.
func (s *shell) say(format string, args ...any) {
	if s.interactive {
		_ = s.stdout.Flush() // an error stays with the writer
		fmt.Fprintf(s.stderr, format+"\n", args...)
	}
}

// historyText is what comes back of a text with the arrow up: one line, since the
// editor has lines only.
func historyText(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, ":") && !strings.Contains(text, "\n") {
		return text
	}
	line, _ := cypher.OneLine(text)
	return line
}
