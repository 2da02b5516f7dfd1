package kuzu_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// TestSentinelsAndKindsBelongTogether: both are named a second time here, and a
// slip of a line would go unseen by the compiler.
func TestSentinelsAndKindsBelongTogether(t *testing.T) {
	for name, pair := range map[string]struct {
		kind     kuzu.Kind
		sentinel error
	}{
		"syntax error":               {kuzu.KindSyntax, kuzu.ErrSyntax},
		"execution failed":           {kuzu.KindExecution, kuzu.ErrExecution},
		"invalid request":            {kuzu.KindInvalidRequest, kuzu.ErrInvalidRequest},
		"unauthorized":               {kuzu.KindUnauthorized, kuzu.ErrUnauthorized},
		"forbidden":                  {kuzu.KindForbidden, kuzu.ErrForbidden},
		"not found":                  {kuzu.KindNotFound, kuzu.ErrNotFound},
		"conflict":                   {kuzu.KindConflict, kuzu.ErrConflict},
		"too large":                  {kuzu.KindTooLarge, kuzu.ErrTooLarge},
		"throttled":                  {kuzu.KindThrottled, kuzu.ErrThrottled},
		"locked out":                 {kuzu.KindLockedOut, kuzu.ErrLockedOut},
		"unavailable":                {kuzu.KindUnavailable, kuzu.ErrUnavailable},
		"circuit open":               {kuzu.KindCircuitOpen, kuzu.ErrCircuitOpen},
		"timeout":                    {kuzu.KindTimeout, kuzu.ErrTimeout},
		"no capacity":                {kuzu.KindCapacity, kuzu.ErrCapacity},
		"unsupported by this server": {kuzu.KindUnsupported, kuzu.ErrUnsupported},
		"truncated":                  {kuzu.KindTruncated, kuzu.ErrTruncated},
		"protocol error":             {kuzu.KindProtocol, kuzu.ErrProtocol},
		"server error":               {kuzu.KindServer, kuzu.ErrServer},
		"canceled":                   {kuzu.KindCanceled, kuzu.ErrCanceled},
		"no route":                   {kuzu.KindRouting, kuzu.ErrRouting},
		"configuration error":        {kuzu.KindConfiguration, kuzu.ErrConfiguration},
	} {
		if pair.kind.String() != name || !errors.Is(&kuzu.Error{Kind: pair.kind}, pair.sentinel) || pair.sentinel.Error() != "kuzu: "+name {
			t.Errorf("%s: kind %v, sentinel %v", name, pair.kind, pair.sentinel)
		}
	}
}

// TestErrorsReadAloud: each says where it happened, what was wrong, and what to
// do about it.
func TestErrorsReadAloud(t *testing.T) {
	srv := serve(t, says(401, asJSON, `{"detail":"Invalid API key"}`))
	c := srv.client(t)
	at := ` on graph "social" at ` + srv.URL + ": "
	query := func(c *kuzu.Client, statement string, params kuzu.Params) error {
		_, err := c.Query(t.Context(), statement, params)
		return err
	}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"wrong key": {query(c, "RETURN 1", nil), "kuzu: queryDatabase" + at + "unauthorized (401): Invalid API key; check the API key"},
		"malformed graph id": {query(c.ForGraph("a/b"), "RETURN 1", nil),
			`kuzu: queryDatabase on graph "a/b" at ` + srv.URL + `: invalid request: graph id "a/b": it may hold only letters, digits, _ and -`},
		"missing parameter": {query(c, "RETURN $id", nil),
			"kuzu: queryDatabase" + at + `invalid request: parameters used without a value: "id" (bind every one; Kuzu would take NULL)`},
		"two statements": {query(c, "RETURN 1; RETURN 2", nil),
			"kuzu: queryDatabase" + at + "syntax error: line 1, column 11: a second statement begins here: send each on its own, for the server returns only the first result"},
		"forbidden keyword": {query(c, "RETURN 'revoke'", nil),
			"kuzu: queryDatabase" + at + `forbidden: line 1, column 9: the server refuses any text with "REVOKE" in it, even inside a string or a name: move a literal into a parameter`},
	} {
		if test.err == nil || test.err.Error() != test.want {
			t.Errorf("%s:\ngot  %v\nwant %s", name, test.err, test.want)
		}
	}
}

// TestEveryKindIsDocumented, with its sentinel, and no kind that is none.
func TestEveryKindIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../transport/kind.go")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^\t// Kind(\w+): `).FindAllStringSubmatch(string(source), -1)
	if last := kuzu.Kind(len(names)); last.String() == "unknown" || (last+1).String() != "unknown" {
		t.Errorf("%d kinds are declared, and there are more or fewer", len(names))
	}
	rows := regexp.MustCompile("(?m)^\\| `Kind(\\w+)`, `Err(\\w+)` \\|(.+)\\|$").FindAllStringSubmatch(string(page), -1)
	if len(rows) != len(names) {
		t.Errorf("%d kinds are documented, of %d", len(rows), len(names))
	}
	for i, row := range rows {
		if i < len(names) && (row[1] != names[i][1] || row[2] != row[1]) {
			t.Errorf("row %d is about %s with %s, want %s", i, row[1], row[2], names[i][1])
		}
		for cell := range strings.SplitSeq(row[3], "|") {
			if strings.TrimSpace(cell) == "" {
				t.Errorf("%s lacks a word", row[1])
			}
		}
	}
}
