package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

func TestServesUntilCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-listen", "127.0.0.1:0", "-engine", "scripted", "-fixtures", "testdata/fixtures"}, in)
		_ = in.Close()
		ended <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	url := regexp.MustCompile(`http://\S+`).FindString(line)
	resp, err := http.Get(url + "/health")
	if err != nil {
		t.Fatalf("first line %q: %v", line, err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("health answers %s", resp.Status)
	}
	resp, err = http.Get(url + "/__mock/requests")
	if err != nil {
		t.Fatal(err)
	}
	record, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || !strings.Contains(string(record), `"path":"/health"`) {
		t.Errorf("the record is %s, %v", record, err)
	}
	resp, err = ask(t, http.MethodGet, url+"/databases/people/metrics", "")
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if want := `"node_count":2,`; err != nil || !strings.Contains(string(metrics), want) {
		t.Errorf("the fixture is %s, %v, without %s", metrics, err, want)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("after the end of its context: %v", err)
	}
}

// ask sends a request with the key that the server found in its environment.
func ask(t *testing.T, method, url, body string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Kuzu-API-Key", planted.Key)
	return http.DefaultClient.Do(req)
}

// A second start on the same directory goes on with what the first one left.
func TestFixturesOnABasePathThatLasts(t *testing.T) {
	probe, err := kuzuengine.New(kuzuengine.Config{})
	if errors.Is(err, kuzuengine.ErrNoCgo) {
		return // the scripted engine keeps nothing
	}
	if err := errors.Join(err, probe.Close()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, want := range []string{`"node_count":2,`, `"node_count":3,`} {
		ctx, cancel := context.WithCancel(t.Context())
		out, in := io.Pipe()
		ended := make(chan error, 1)
		go func() {
			err := run(ctx, []string{"-listen", "127.0.0.1:0", "-base-path", dir, "-fixtures", "testdata/fixtures"}, in)
			_ = in.Close()
			ended <- err
		}()
		lines := bufio.NewScanner(out)
		var url string
		for url == "" && lines.Scan() {
			url = regexp.MustCompile(`http://\S+`).FindString(lines.Text())
		}
		go func() { _, _ = io.Copy(io.Discard, out) }()
		resp, err := ask(t, http.MethodGet, url+"/databases/people/metrics", "")
		if err != nil {
			t.Fatal(err)
		}
		metrics, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || !strings.Contains(string(metrics), want) {
			t.Errorf("the fixture is %s, %v, without %s", metrics, err, want)
		}
		resp, err = ask(t, http.MethodPost, url+"/databases/people/query", `{"database":"people","cypher":"CREATE (:Person {id: 99})"}`)
		if err != nil || resp.StatusCode != http.StatusOK && want == `"node_count":2,` {
			t.Errorf("a third one: %v, %v", resp, err)
		}
		_ = resp.Body.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("after the end of its context: %v", err)
		}
	}
}

func TestRefusesWrongFlags(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"engine", []string{"-engine", "neo4j"}, `-engine is "neo4j"; it may be kuzu or scripted`},
		{"directory of the scripted engine", []string{"-engine", "scripted", "-base-path", "x"}, "-base-path goes with -engine kuzu"},
		{"data", []string{"-engine", "scripted", "-data", "does/not/exist"}, "DataRoot"},
		{"fixtures", []string{"-engine", "scripted", "-fixtures", "does/not/exist"}, "fixtures: open does/not/exist"},
		{"node type", []string{"-engine", "scripted", "-node-type", "reader"}, `NodeType is "reader"`},
		{"quirk", []string{"-engine", "scripted", "-quirks", "no-ingest,no-such"}, `there is no quirk "no-such"`},
		{"validation", []string{"-engine", "scripted", "-validate", "some"}, "there are all, requests, answers, nothing"},
		{"time scale", []string{"-engine", "scripted", "-time-scale", "-1"}, "TimeScale is -1"},
		{"maximum", []string{"-engine", "scripted", "-max-databases", "-1"}, "MaxDatabases is -1"},
		{"admin", []string{"-engine", "scripted", "-admin", "all"}, `Admin is "all"; it must be off, loopback or open`},
		{"records", []string{"-engine", "scripted", "-records", "-1"}, "Records is -1"},
		{"address", []string{"-engine", "scripted", "-listen", "nowhere"}, "nowhere"},
		{"argument", []string{"serve"}, `unexpected argument "serve"`},
		{"unknown flag", []string{"-port", "1"}, "-port"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := run(t.Context(), test.args, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestHelpIsNoFailure(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-help"}, &out); err != flag.ErrHelp { //nolint:errorlint // package flag returns it bare
		t.Errorf("error is %v", err)
	}
	for _, want := range []string{"Usage: kuzu-mock", "KUZU_API_KEY", "-engine", "-data"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help does not mention %s", want)
		}
	}
}
