package mockserver_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// The tables in the files wire_*_test.go hold the wire contract row by row, each
// named after its section. They are read from top to bottom: a row may rest on
// what those before it have done.

// fact is one row: a request and what it is answered, on every engine, without
// quirks and with all of them.
type fact struct {
	row     string   // section and what it is about
	ask     string   // "METHOD /path"
	body    string   // JSON, or "" for none
	headers []string // "Name: value"
	answer  string   // "status body", the body as [reply.stable] shows it; … stands for any text
	quirk   string   // the answer of the deployed server, if it is another one
	header  string   // "Name: value" that the answer has; "Name: " that it has not
}

// hold asks for each fact on each kind of server. Prepare may be nil.
func hold(t *testing.T, facts []fact, prepare func(a *api), change ...func(*mockserver.Config)) {
	t.Helper()
	eachServer(t, func(t *testing.T, a *api) {
		if prepare != nil {
			prepare(a)
		}
		for _, f := range facts {
			want := f.answer
			if a.quirks != 0 && f.quirk != "" {
				want = f.quirk
			}
			a.transport.CloseIdleConnections() // a failed stream takes its own along
			method, path, _ := strings.Cut(f.ask, " ")
			r := a.do(method, path, f.body, f.headers...)
			if got := strconv.Itoa(r.status) + " " + r.stable(); !like(got, want) {
				t.Errorf("%s, quirks %q: %s\ngot  %s\nwant %s", f.row, a.quirks, f.ask, got, want)
			}
			if name, value, ok := strings.Cut(f.header, ": "); ok && !like(r.header.Get(name), value) {
				t.Errorf("%s, quirks %q: %s is %q, want %q", f.row, a.quirks, name, r.header.Get(name), value)
			}
		}
	}, change...)
}

// like compares a text with a pattern in which … stands for any text.
func like(text, pattern string) bool {
	pieces := strings.Split(pattern, "…")
	text, ok := strings.CutPrefix(text, pieces[0])
	for i, piece := range pieces[1:] {
		if i == len(pieces)-2 {
			return ok && strings.HasSuffix(text, piece)
		}
		var found bool
		_, text, found = strings.Cut(text, piece)
		ok = ok && found
	}
	return ok && text == ""
}

func detail(status int, words string) string {
	return strconv.Itoa(status) + ` {"detail":` + quote(words) + `}`
}

const failed = "500 Internal Server Error" // text/plain, the server's own failure
