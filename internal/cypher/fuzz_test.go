package cypher

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var fuzzSeeds = []string{
	"",
	"MATCH (n:P {id: $id}) WHERE n.x='a\\'b' SET n.y = 1.5e-3 RETURN n.`a``b` ORDER BY n.x SKIP 1 LIMIT $n; // end",
	"MATCH (n) /* **/ WHERE n.x = ' */ SET n.x = 1 /* ' */ RETURN n",
	"CALL show_tables() YIELD name RETURN name UNION ALL RETURN match (1) LIMIT 5",
	"EXPLAIN LOGICAL CALL db.labels() RETURN *",
	"LOAD WITH HEADERS (a INT64) FROM 'f.csv' (header=true) RETURN CAST(a AS DECIMAL(5,2))",
	"RETURN $1SET, $`a b`, $a$b, .5..7, \u2014\u27e9\ufeff\u00a0é€\xff\x00",
	"RETURN 1;; RETURN '",
	"MATCH (a)-[r:K*1..2 (r, n | {match(1)}, {n.x})]->(b) WITH * CREATE (c:Set)",
}

func FuzzScan(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	f.Fuzz(checkCover)
}

func FuzzParse(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			checkError(t, text, err)
			return
		}
		if !strings.HasPrefix(text, s.Text) || s.Text == "" {
			t.Fatalf("%q is not a beginning of %q", s.Text, text)
		}
		checkParameters(t, s)
		if s.Access == Read {
			checkRead(t, s.Text)
		}
		if s.Limit != (Limit{}) && !plainLimit.MatchString(plain(s.Text)) {
			t.Errorf("%q has the limit %+v", s.Text, s.Limit)
		}
		for _, same := range []string{s.Text, s.Text + ";", s.Text + "\n // a $b ' SET", " /* SET */ " + s.Text} {
			again, err := Parse(same)
			again.Text, s.Text = "", ""
			if err != nil || !reflect.DeepEqual(again, s) {
				t.Errorf("%q gives %+v, %v; %q gives %+v", text, s, err, same, again)
			}
		}
	})
}

func FuzzRules(f *testing.F) {
	for _, seed := range append(fuzzSeeds, "immigrant", "load csv", "CREATE USE", "SET PASSWORDCREATE USER") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := CheckLength(text); (err != nil) != (len([]rune(text)) > MaxLength) {
			t.Errorf("CheckLength: %v for %d characters", err, len([]rune(text)))
		}
		ascii := strings.Map(func(r rune) rune {
			if r > 127 {
				return '?'
			}
			return r
		}, text)
		want := ""
		for _, k := range slices.Backward(forbidden[:]) {
			if strings.Contains(strings.ToUpper(ascii), k) {
				want = k
			}
		}
		got, offset := ForbiddenKeyword(text)
		if got != want || got != "" && !strings.EqualFold(text[offset:offset+len(got)], got) {
			t.Errorf("ForbiddenKeyword = %q at %d, want %q", got, offset, want)
		}
	})
}

func checkError(t *testing.T, text string, err error) {
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%q: %v is a %T", text, err, err)
	}
	if e.Offset < 0 || e.Offset > len(text) || e.Line < 1 || e.Column < 1 || e.Msg == "" {
		t.Errorf("%q: %+v", text, e)
	}
	if len(e.Error()) > 300 {
		t.Errorf("%q: the message has %d bytes", text, len(e.Error()))
	}
}

func checkParameters(t *testing.T, s Statement) {
	last := -1
	for i, name := range s.Parameters {
		if name == "" || slices.Contains(s.Parameters[:i], name) {
			t.Errorf("%q: parameters %q", s.Text, s.Parameters)
		}
		at := strings.Index(s.Text[last+1:], "$"+name)
		if at < 0 {
			t.Fatalf("%q has no $%s after offset %d", s.Text, name, last)
		}
		last += 1 + at
	}
}

// The rest judges texts by regular expressions alone, so as to share no mistake
// with the scanner.

var (
	opaque = regexp.MustCompile(`(?s)'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\$?(?:` + "`[^`]*`" + `)+` +
		`|/\*(?:[^*]|\*[^/])*\*/|//[^\r\n]*`)
	// A $ within a name belongs to it: SET$0 is no SET.
	plainParameter = regexp.MustCompile(`(^|[^\pL\pN\pM\p{Pc}\p{Sc}])\$[\pL\pN\p{Pc}][\pL\pN\pM\p{Pc}\p{Sc}]*`)
	plainBlank     = regexp.MustCompile(`[\s\x1c-\x1f\pZ\x{180e}]+`)
	plainWord      = regexp.MustCompile(`[.:]?[\s\x1c-\x1f\pZ\x{180e}]*[\pL\p{Pc}][\pL\pN\pM\p{Pc}\p{Sc}]*`)
	plainLimit     = regexp.MustCompile(`(?is)return.*limit[\s\v\x1c-\x1f\pZ\x{180e}@]*(?:\d+|\$(?:\w|[^\x00-\x7f]).*|@)$`)
	plainWrite     = regexp.MustCompile(`(?i)^(?:create|merge|set|delete|detach|remove|drop|alter|copy|install|attach)$`)
	plainOpening   = regexp.MustCompile(`(?i)^(?:match|optional|unwind|with|return|call|load|explain|profile)$`)
	plainNextval   = regexp.MustCompile(`(?i)nextval[\s@]*\(`)
	plainSetting   = regexp.MustCompile(`(?i)^[\s@]*call[\s@]+\w+[\s@]*=`)
)

// plain replaces strings, quoted names and comments by '@'.
func plain(text string) string { return opaque.ReplaceAllLiteralString(text, "@") }

func checkRead(t *testing.T, text string) {
	rest := strings.ReplaceAll(plain(text), "@", " ")
	if plainNextval.MatchString(rest) || plainSetting.MatchString(rest) {
		t.Errorf("%q is a read", text)
	}
	rest = plainParameter.ReplaceAllString(rest, "$1 0 ")
	for i, w := range plainWord.FindAllString(rest, -1) {
		w = plainBlank.ReplaceAllLiteralString(w, "")
		// A word after '.' or ':' keeps that character and is no clause.
		if plainWrite.MatchString(w) {
			t.Errorf("%q is a read in spite of %q", text, w)
		}
		if i == 0 && !plainOpening.MatchString(w) {
			t.Errorf("%q is a read and begins with %q", text, w)
		}
	}
}

// FuzzCheckDDL: what passes has a statement, and no semicolon that is part of one.
func FuzzCheckDDL(f *testing.F) {
	for _, ddl := range []string{
		"CREATE NODE TABLE T(id INT64 PRIMARY KEY); COMMENT ON TABLE T IS 'x'", "// x;\nDROP TABLE T", "CREATE REL TABLE `;`(FROM A TO B)", ";;", "\xff;",
	} {
		f.Add(ddl)
	}
	f.Fuzz(func(t *testing.T, ddl string) {
		err := CheckDDL(ddl)
		if e, ok := errors.AsType[*Error](err); ok {
			if e.Offset < 0 || e.Offset > len(ddl) || e.Line < 1 || e.Column < 1 {
				t.Errorf("%q: %+v", ddl, *e)
			}
			return
		}
		if err != nil || strings.Trim(ddl, "; \t\r\n") == "" || CheckSeparators(ddl) != nil {
			t.Errorf("%q passes, with %v", ddl, err)
		}
	})
}
