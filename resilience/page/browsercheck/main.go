// Command browsercheck tests the status page in a browser: what it shows, that
// it refreshes itself, that one can click and type one's way through it, that
// it fits a phone, that its colours can be read, and that it works without
// JavaScript. It needs Debian's chromium and chromium-driver.
//
//	go run ./resilience/page/browsercheck [-pictures directory]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/robosystems/kuzuclient/resilience/page"
)

func main() {
	pictures := flag.String("pictures", "", "directory to save pictures in; none are saved without it")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	err := run(ctx, *pictures)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "browsercheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, pictures string) error {
	b, err := startBrowser(ctx)
	if err != nil {
		return err
	}
	defer b.close(ctx)
	s, err := newScene(ctx)
	if err != nil {
		return err
	}
	defer s.tracker.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: page.Handler(s.tracker), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }() // it ends by the Close below
	defer func() { _ = server.Close() }()

	c := &check{browser: b, scene: s, server: server, url: "http://" + listener.Addr().String() + "/status", pictures: pictures}
	failed := 0
	for _, step := range steps {
		err := step.run(c, ctx)
		if complaints, logErr := b.complaints(ctx); logErr != nil || len(complaints) > 0 && !step.complains {
			err = errors.Join(err, logErr, fmt.Errorf("the browser complains: %q", complaints))
		}
		if err != nil {
			failed++
			fmt.Printf("FAIL  %s: %v\n", step.name, err)
			continue
		}
		fmt.Printf("ok    %s\n", step.name)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d steps failed", failed, len(steps))
	}
	return nil
}

// A check is a page under test.
type check struct {
	browser  *browser
	scene    *scene
	server   *http.Server
	url      string
	pictures string
}

// picture saves what the window shows, if pictures are wanted.
func (c *check) picture(ctx context.Context, name string) error {
	if c.pictures == "" {
		return nil
	}
	return c.browser.shoot(ctx, filepath.Join(c.pictures, name+".png"))
}
