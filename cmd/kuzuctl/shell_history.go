package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// history are the texts that were typed, one line each and newest last, in a file.
// Shells that run at the same time add to the same file.
type history struct {
	path  string // "" if they are not kept
	texts []string
}

// remembered is how many texts are kept.
const remembered = 1000

// open reads the history from the user's directory for such files. Nobody else
// may read it, since statements can hold anything.
func (h *history) open(env func(string) (string, bool)) error {
	dir, err := stateDir(env)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	h.path = filepath.Join(dir, "history")
	text, err := os.ReadFile(h.path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	h.texts = strings.Split(strings.TrimSpace(string(text)), "\n")
	if surplus := len(h.texts) - remembered; surplus > 0 {
		h.texts = h.texts[surplus:]
		if surplus > remembered {
			return h.rewrite()
		}
	}
	return os.Chmod(h.path, 0o600)
}

// stateDir is $XDG_STATE_HOME/kuzuctl, which by default is below ~/.local/state.
func stateDir(env func(string) (string, bool)) (string, error) {
	if dir, _ := env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "kuzuctl"), nil
	}
	if runtime.GOOS == "windows" {
		dir, err := os.UserCacheDir()
		return filepath.Join(dir, "kuzuctl"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "kuzuctl"), err
}

// rewrite shortens the file to what is remembered.
func (h *history) rewrite() error {
	file, err := os.CreateTemp(filepath.Dir(h.path), "history-") // with the mode 0600
	if err != nil {
		return err
	}
	_, err = file.WriteString(strings.Join(h.texts, "\n") + "\n")
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), h.path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // nothing more can be done about it
	}
	return err
}

// add keeps what was typed, unless that is what was typed before.
func (h *history) add(text string) error {
	if len(h.texts) > 0 && h.texts[len(h.texts)-1] == text {
		return nil
	}
	h.texts = append(h.texts, text)
	if h.path == "" {
		return nil
	}
	file, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text + "\n")
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}
