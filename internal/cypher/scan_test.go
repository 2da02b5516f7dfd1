package cypher

import (
	"slices"
	"strings"
	"testing"
)

var kindNames = map[kind]string{
	space: "space", comment: "comment", word: "word", quoted: "quoted", str: "string",
	number: "number", parameter: "parameter", punct: "punct", unknown: "unknown",
}

// tokens writes each significant token as kind:text, an open one with a '!'.
func tokens(text string) []string {
	var got []string
	s := scanner{text: text}
	for t := s.next(); t.kind != none; t = s.next() {
		if !t.significant() && !t.open {
			continue
		}
		name := kindNames[t.kind]
		if t.open {
			name += "!"
		}
		got = append(got, name+":"+text[t.start:t.end])
	}
	return got
}

// Where Kuzu's lexer and a usual one part, the case was tried on Kuzu 0.11.3.
func TestScan(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"empty", "", nil},
		{"blanks of all sorts", " \t\n\v\f\r\x1c\x1f\u00a0\u1680\u180e\u2003\u2028\u202f\u3000", nil},
		{"keyword case is the parser's", "ReTuRn", []string{"word:ReTuRn"}},
		{"underscore", "_a _", []string{"word:_a", "word:_"}},
		{"currency signs continue a name", "a$b a€c", []string{"word:a$b", "word:a€c"}},
		{"names in any script", "größe 名前 ªx a·b", []string{"word:größe", "word:名前", "word:ªx", "word:a·b"}},
		{"a blank beyond ASCII parts words", "a\u00a0b", []string{"word:a", "word:b"}},

		{"strings", `'a' "b"`, []string{"string:'a'", `string:"b"`}},
		{"the other quote inside", `'"' "'"`, []string{`string:'"'`, `string:"'"`}},
		{"escaped quote", `'a\'b' "a\"b"`, []string{`string:'a\'b'`, `string:"a\"b"`}},
		{"escaped backslash", `'a\\' b`, []string{`string:'a\\'`, "word:b"}},
		{"a doubled quote is two strings", `'a''b'`, []string{"string:'a'", "string:'b'"}},
		{"string over lines", "'a\nb'", []string{"string:'a\nb'"}},
		{"comment marks in a string", `'// /* */'`, []string{`string:'// /* */'`}},
		{"open string", `'a`, []string{"string!:'a"}},
		{"open after a backslash", `"a\`, []string{`string!:"a\`}},
		{"open after an escaped quote", `'a\'`, []string{`string!:'a\'`}},

		{"line comment", "a // 'b\nc", []string{"word:a", "word:c"}},
		{"line comment at the end", "a //", []string{"word:a"}},
		{"line comment before CR LF", "a // b\r\nc", []string{"word:a", "word:c"}},
		{"a lone CR ends it, to be safe", "a // b\rc", []string{"word:a", "word:c"}},
		{"block comment", "a /* 'b\n // */ c", []string{"word:a", "word:c"}},
		{"empty block comment", "a/**/b", []string{"word:a", "word:b"}},
		{"no nesting", "/* /* */ a", []string{"word:a"}},
		{"slash is not the end of its own start", "/*/ a */ b", []string{"word:b"}},
		{"stars in pairs", "/* **/ a */ b", []string{"word:b"}},
		{"stars in pairs, even", "/* ***/ a", []string{"word:a"}},
		{"documentation comment", "/** a */ b", []string{"word:b"}},
		{"a string seems to begin in it", "/* **/ ' */ SET /* ' */", []string{"word:SET"}},
		{"open block comment", "a /* b", []string{"word:a", "comment!:/* b"}},
		{"open for want of a pair", "/***/", []string{"comment!:/***/"}},
		{"open after a star", "/* *", []string{"comment!:/* *"}},

		{"quoted name", "`a b`", []string{"quoted:`a b`"}},
		{"doubled backtick", "`a``b`c", []string{"quoted:`a``b`", "word:c"}},
		{"empty quoted name", "`` a", []string{"quoted:``", "word:a"}},
		{"backslash means nothing in it", "`a\\` b", []string{"quoted:`a\\`", "word:b"}},
		{"open quoted name", "`a", []string{"quoted!:`a"}},
		{"open after a doubled backtick", "`a``", []string{"quoted!:`a``"}},

		{"numbers", "0 12 1.5 .5 1e5 1.5e-3", []string{
			"number:0", "number:12", "number:1.5", "number:.5", "number:1e5", "number:1.5e-3"}},
		{"range", "1..3", []string{"number:1", "punct:..", "number:3"}},
		{"dot without digit", "1.a", []string{"number:1", "punct:.", "word:a"}},
		{"no plus in an exponent", "1e+5", []string{"number:1", "word:e", "punct:+", "number:5"}},
		{"a letter ends a number", "1SET", []string{"number:1", "word:SET"}},
		{"also after an exponent", "1e5SET", []string{"number:1e5", "word:SET"}},
		{"an exponent needs a digit", "1e-a", []string{"number:1", "word:e", "punct:-", "word:a"}},
		{"the sign is an operator", "-1", []string{"punct:-", "number:1"}},

		{"parameters", "$a $a1 $_b $é", []string{"parameter:$a", "parameter:$a1", "parameter:$_b", "parameter:$é"}},
		{"dollar continues its name", "$a$b", []string{"parameter:$a$b"}},
		{"numbered", "$1 $12a", []string{"parameter:$1", "parameter:$12", "word:a"}},
		{"numbered before a keyword", "$1SET", []string{"parameter:$1", "word:SET"}},
		{"quoted parameter", "$`a b`c", []string{"parameter:$`a b`", "word:c"}},
		{"open quoted parameter", "$`a", []string{"parameter!:$`a"}},
		{"property of a parameter", "$a.b", []string{"parameter:$a", "punct:.", "word:b"}},
		{"named like a keyword", "$set", []string{"parameter:$set"}},
		{"not a parameter", "$ a $$b", []string{"punct:$", "word:a", "punct:$", "parameter:$b"}},

		{"operators", "a<=b=~c", []string{
			"word:a", "punct:<", "punct:=", "word:b", "punct:=", "punct:~", "word:c"}},
		{"dashes and arrow heads", "\u2014\u27e9", []string{"punct:\u2014", "punct:\u27e9"}},
		{"byte order mark", "\ufeffa", []string{"unknown:\ufeff", "word:a"}},
		{"no token of the grammar", "a # \x00", []string{"word:a", "unknown:#", "unknown:\x00"}},
		{"not UTF-8", "a\xffb", []string{"word:a", "unknown:\xff", "word:b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := tokens(test.text); !slices.Equal(got, test.want) {
				t.Errorf("tokens of %q:\n got %q\nwant %q", test.text, got, test.want)
			}
		})
	}
}

func TestScanCoversEveryByte(t *testing.T) {
	all := make([]byte, 0, 3*256)
	for b := range 256 {
		all = append(all, byte(b), 'a', byte(b))
	}
	checkCover(t, string(all))
	checkCover(t, strings.Repeat("$`/*'\\", 50))
}

// checkCover fails unless the tokens of text follow one another without a gap.
func checkCover(t *testing.T, text string) {
	t.Helper()
	s := scanner{text: text}
	end := 0
	for tok := s.next(); tok.kind != none; tok = s.next() {
		if tok.start != end || tok.end <= tok.start || tok.end > len(text) {
			t.Fatalf("token %+v after offset %d of %d", tok, end, len(text))
		}
		if tok.open && tok.end != len(text) {
			t.Fatalf("open token %+v before the end, %d", tok, len(text))
		}
		end = tok.end
	}
	if end != len(text) {
		t.Fatalf("tokens end at %d of %d", end, len(text))
	}
}
