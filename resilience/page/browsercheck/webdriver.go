package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
)

// A browser is one session of headless Chromium, driven by chromedriver through
// the WebDriver protocol. It is not safe for concurrent use.
type browser struct {
	driver  *exec.Cmd
	session string // URL
	profile string // directory
}

// errInstall says what the check needs.
var errInstall = errors.New("this check needs Chromium with its driver; on Debian: make install-browser " +
	"(apt-get install chromium chromium-driver)")

var driverPort = regexp.MustCompile(`started successfully on port (\d+)`)

func startBrowser(ctx context.Context) (*browser, error) {
	var paths [2]string
	for i, names := range [2][]string{{"chromedriver"}, {"chromium", "chromium-browser", "google-chrome"}} {
		for _, name := range names {
			if path, err := exec.LookPath(name); err == nil && paths[i] == "" {
				paths[i] = path
			}
		}
		if paths[i] == "" {
			return nil, fmt.Errorf("%s is not installed: %w", names[0], errInstall)
		}
	}
	profile, err := os.MkdirTemp("", "browsercheck")
	if err != nil {
		return nil, err
	}
	b := &browser{profile: profile}
	b.driver = exec.CommandContext(ctx, paths[0], "--port=0") //nolint:gosec // found by its name
	out, err := b.driver.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.driver.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if port := driverPort.FindStringSubmatch(lines.Text()); port != nil {
			b.session = "http://127.0.0.1:" + port[1] + "/session"
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if b.session == "" {
		b.close(ctx)
		return nil, errors.New("chromedriver does not say its port")
	}
	return b, b.begin(ctx, paths[1])
}

func (b *browser) begin(ctx context.Context, chromium string) error {
	var begun struct{ SessionID string }
	err := b.call(ctx, http.MethodPost, "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName":             "chrome",
		"goog:loggingPrefs":       map[string]string{"browser": "ALL"},
		"goog:chromeOptions":      map[string]any{"binary": chromium, "args": b.flags()},
		"pageLoadStrategy":        "normal",
		"unhandledPromptBehavior": "dismiss and notify",
	}}}, &begun)
	b.session += "/" + begun.SessionID
	if err != nil {
		b.close(ctx)
	}
	return err
}

func (b *browser) flags() []string {
	return []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--hide-scrollbars", "--user-data-dir=" + b.profile,
	}
}

// close ends the session, the driver and the profile.
func (b *browser) close(ctx context.Context) {
	_ = b.call(ctx, http.MethodDelete, "", nil, nil)
	_ = b.driver.Process.Kill()
	_ = b.driver.Wait()
	_ = os.RemoveAll(b.profile)
}

func (b *browser) call(ctx context.Context, method, path string, body, into any) error {
	var content io.Reader
	if method == http.MethodPost {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, b.session+path, content)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer := struct{ Value json.RawMessage }{}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("chromedriver: %s %s: %w", method, path, err)
	}
	if resp.StatusCode != http.StatusOK {
		var failure struct{ Error, Message string }
		_ = json.Unmarshal(answer.Value, &failure) // a message that is missing is empty
		return fmt.Errorf("chromedriver: %s %s: %s: %s", method, path, failure.Error, failure.Message)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, into)
}

func (b *browser) open(ctx context.Context, url string) error {
	return b.call(ctx, http.MethodPost, "/url", map[string]string{"url": url}, nil)
}

// eval runs the body of an asynchronous JavaScript function; what it returns
// goes into into.
func (b *browser) eval(ctx context.Context, js string, into any) error {
	script := "const done = arguments[arguments.length - 1];" +
		"(async () => {" + js + "})().then(v => done({Value: v}), e => done({Error: String(e)}))"
	var result struct {
		Value json.RawMessage
		Error string
	}
	if err := b.call(ctx, http.MethodPost, "/execute/async", map[string]any{"script": script, "args": []any{}}, &result); err != nil {
		return err
	}
	if result.Error != "" {
		return errors.New(result.Error)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(result.Value, into)
}

// click clicks, as a person would, on what a CSS selector finds.
func (b *browser) click(ctx context.Context, selector string) error {
	var element map[string]string
	if err := b.call(ctx, http.MethodPost, "/element", map[string]string{"using": "css selector", "value": selector}, &element); err != nil {
		return err
	}
	for _, id := range element {
		return b.call(ctx, http.MethodPost, "/element/"+id+"/click", struct{}{}, nil)
	}
	return fmt.Errorf("nothing is found by %s", selector)
}

// press types keys where the focus is.
func (b *browser) press(ctx context.Context, key string) error {
	return b.call(ctx, http.MethodPost, "/actions", map[string]any{"actions": []any{map[string]any{
		"type": "key", "id": "keyboard", "actions": []any{
			map[string]string{"type": "keyDown", "value": key}, map[string]string{"type": "keyUp", "value": key},
		},
	}}}, nil)
}

// devtools sends a command of the Chrome DevTools protocol.
func (b *browser) devtools(ctx context.Context, command string, params map[string]any) error {
	return b.call(ctx, http.MethodPost, "/goog/cdp/execute", map[string]any{"cmd": command, "params": params}, nil)
}

// complaints returns what the browser wrote to its console since the last time.
func (b *browser) complaints(ctx context.Context) ([]string, error) {
	var entries []struct{ Level, Message string }
	if err := b.call(ctx, http.MethodPost, "/se/log", map[string]string{"type": "browser"}, &entries); err != nil {
		return nil, err
	}
	var texts []string
	for _, e := range entries {
		texts = append(texts, e.Level+": "+e.Message)
	}
	return texts, nil
}

// shoot saves a picture of the window.
func (b *browser) shoot(ctx context.Context, file string) error {
	var text string
	if err := b.call(ctx, http.MethodGet, "/screenshot", nil, &text); err != nil {
		return err
	}
	picture, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return os.WriteFile(file, picture, 0o600)
}
