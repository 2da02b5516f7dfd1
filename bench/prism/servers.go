package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/openapi"
)

const (
	key   = "kuzu_bench_key"
	query = `{"database":"kg0123456789abcdef","cypher":"MATCH (p:Person) WHERE p.id = $id RETURN p.firstName AS name, p.creationDate AS since","parameters":{"id":933}}`
	path  = "/databases/kg0123456789abcdef/query"
)

// prismArgs run what npm ci put into prism/node_modules; the address is added.
var prismArgs = []string{"prism/node_modules/@stoplight/prism-cli/dist/index.js", "mock", "../openapi/kuzu-api.yaml", "-v", "silent"}

// process is a server that runs.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has
	fault error         // set before
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// startServer starts a program with a free port and returns when it accepts
// connections there.
func startServer(ctx context.Context, name string, args ...string) (*process, string, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	host, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(ctx, name, append(args, "-h", host, "-p", port)...) //nolint:gosec // our own programs
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("%w; make bench installs what it needs", err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		p.fault = cmd.Wait()
		close(p.ended)
	}()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			return p, address, conn.Close()
		}
		select {
		case <-p.ended:
			return p, "", fmt.Errorf("%s ended before it served: %w", name, errors.Join(p.fault, ctx.Err()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// serve is our side.
func serve(ctx context.Context, validate, address string) error {
	engine := mockserver.NewScripted()
	engine.Answer("MATCH (p:Person) WHERE p.id = $id RETURN p.firstName AS name, p.creationDate AS since",
		[]string{"name", "since"}, []any{"Mahinda", int64(20100214153210447)})
	if err := engine.Create(ctx, "kg0123456789abcdef"); err != nil {
		return err
	}
	var validation mockserver.Validation
	if err := validation.UnmarshalText([]byte(validate)); err != nil {
		return err
	}
	handler, err := mockserver.New(mockserver.Config{Engine: engine, APIKey: key, Validation: validation})
	if err != nil {
		return err
	}
	defer handler.Close()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	web := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	return web.Serve(l)
}

// accepts holds that a server answers as documented, so that like is measured
// against like: the rows of a query, 422 to a field too many, 401 without a key.
func accepts(ctx context.Context, address string) error {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return err
	}
	answers := document.Paths.Find("/databases/{graph_id}/query").Post.Responses
	for _, ask := range []struct {
		body, key string
		want      int
	}{
		{query, key, http.StatusOK},
		{strings.Replace(query, `{`, `{"timeout":1,`, 1), key, http.StatusUnprocessableEntity},
		{query, "", http.StatusUnauthorized},
	} {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+path, strings.NewReader(ask.body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		if ask.key != "" {
			req.Header.Set("X-Kuzu-API-Key", ask.key)
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		if resp.StatusCode != ask.want {
			return fmt.Errorf("it answers %d, not %d: %s", resp.StatusCode, ask.want, text)
		}
		if ask.want != http.StatusOK {
			continue // Prism has bodies of its own for what it refuses
		}
		var value any
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&value); err != nil {
			return fmt.Errorf("%w in %s", err, text)
		}
		if err := answers.Status(ask.want).Value.Content.Get("application/json").Schema.Value.VisitJSON(value); err != nil {
			return fmt.Errorf("its answer %s: %w", text, err)
		}
	}
	return nil
}
