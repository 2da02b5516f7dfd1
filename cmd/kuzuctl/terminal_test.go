package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// deadline is how long somebody at a terminal waits for what must come.
const deadline = 60 * time.Second

// typist sits at a terminal on which this program runs.
type typist struct {
	testing.TB
	keyboard *os.File
	screen   vt10x.Terminal
	process  *exec.Cmd
	changed  chan struct{} // the screen has
	closed   chan struct{} // nothing more comes
	ended    bool
}

// sit starts the program on a terminal of 80 columns.
func (w *world) sit(t testing.TB, rows int, args ...string) *typist {
	t.Helper()
	y := &typist{TB: t, process: exec.Command(os.Args[0], args...), changed: make(chan struct{}, 1), closed: make(chan struct{})}
	if w.vars["HOME"] == "" {
		w.vars["HOME"] = t.TempDir()
	}
	y.process.Env = []string{"KUZUCTL_TEST_MAIN=1", "TERM=xterm", "INPUTRC=" + os.DevNull, "PATH=" + os.Getenv("PATH"),
		"XDG_STATE_HOME=" + filepath.Join(w.vars["HOME"], "state")}
	for name, value := range w.vars {
		y.process.Env = append(y.process.Env, name+"="+value)
	}
	size := &pty.Winsize{Rows: uint16(rows), Cols: 80}
	var err error
	if y.keyboard, err = pty.StartWithSize(y.process, size); err != nil {
		t.Fatal(err)
	}
	y.screen = vt10x.New(vt10x.WithWriter(y.keyboard), vt10x.WithSize(80, rows)) // it answers where the cursor is
	go func() {
		defer close(y.closed)
		buffer := make([]byte, 4096)
		for {
			n, err := y.keyboard.Read(buffer)
			_, _ = y.screen.Write(buffer[:n])
			select {
			case y.changed <- struct{}{}:
			default:
			}
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		if !y.ended {
			_ = y.process.Process.Kill()
			_ = y.process.Wait()
		}
		y.keyboard.Close()
		<-y.closed
	})
	return y
}

// types presses keys.
func (y *typist) types(keys string) {
	y.Helper()
	if _, err := io.WriteString(y.keyboard, keys); err != nil {
		y.Fatalf("typing %q: %v", keys, err)
	}
}

// shown is what the screen shows, without blanks at the ends of lines and empty
// lines at the end.
func (y *typist) shown() string {
	lines := strings.Split(y.screen.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \x00")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// sees waits until the screen shows what a pattern says.
func (y *typist) sees(pattern string) {
	y.Helper()
	expression := regexp.MustCompile(pattern)
	late := time.After(deadline)
	for !expression.MatchString(y.shown()) {
		select {
		case <-y.changed:
		case <-y.closed:
			if !expression.MatchString(y.shown()) {
				y.Fatalf("the program ended without showing %q, but:\n%s", pattern, y.shown())
			}
		case <-late:
			y.Fatalf("the screen does not show %q, but:\n%s", pattern, y.shown())
		}
	}
}

// leaves waits for the program to end.
func (y *typist) leaves(code int) {
	y.Helper()
	select {
	case <-y.closed:
	case <-time.After(deadline):
		y.Fatalf("the program goes on; the screen shows:\n%s", y.shown())
	}
	err := y.process.Wait()
	y.ended = true
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		y.Fatal(err)
	} else if got := y.process.ProcessState.ExitCode(); got != code {
		y.Fatalf("exit code %d, want %d (%v); the screen shows:\n%s", got, code, exit, y.shown())
	}
}
