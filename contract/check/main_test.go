package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

func TestCheck(t *testing.T) {
	engine := mockserver.NewScripted()
	srv, err := mockserver.New(mockserver.Config{Engine: engine, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	broken := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(func() { web.Close(); broken.Close(); _ = srv.Close() })
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-url", web.URL}, 0, "no deviation"},
		{[]string{"-url", broken.URL}, 1, "deviations\nOPERATION "},
		{[]string{"-url", "nowhere"}, 2, "it must be scheme://host:port"},
		{[]string{"-url", web.URL, "-busy", "nowhere"}, 2, "Busy is \"nowhere\""},
		{[]string{"-can", "fly"}, 2, `there is no capability "fly"`},
		{[]string{"-help"}, 2, "Usage: check"},
	} {
		var out bytes.Buffer
		if code := run(t.Context(), c.args, &out, &out); code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%q: code %d, want %d and %q:\n%s", c.args, code, c.code, c.want, out.String())
		}
	}
}
