package cypher

// A view follows the significant tokens of one statement. It keeps the last
// few and what access and limit need to know of the rest.
type view struct {
	text   string
	recent [4]item // newest first
	count  int     // tokens so far, EXPLAIN and PROFILE not counted

	explained  bool // begins with EXPLAIN or PROFILE
	calls      bool // begins with CALL
	returns    bool // has a RETURN
	unites     bool // has a UNION
	translated bool // has a CALL db.x(), which the server rewrites
	writes     bool // has something that writes, or may
}

// An item is a significant token and, for a word, what the vocabulary knows of it.
type item struct {
	kind  kind
	text  string
	class class
}

func (i item) is(keyword string) bool { return i.kind == word && equalFold(i.text, keyword) }

func (i item) isPunct(p string) bool { return i.kind == punct && i.text == p }

func (v *view) add(t token) {
	next := item{kind: t.kind, text: v.text[t.start:t.end]}
	if next.kind == word {
		next.class = classOf(next.text)
	}
	if v.count > 0 || !v.prefix(next) {
		v.count++
		v.judge(next)
	}
	copy(v.recent[1:], v.recent[:])
	v.recent[0] = next
}

// prefix takes EXPLAIN, EXPLAIN LOGICAL or PROFILE off the statement's front.
func (v *view) prefix(next item) bool {
	switch {
	case !v.explained && (next.is("EXPLAIN") || next.is("PROFILE")):
		v.explained = true
		return true
	case next.is("LOGICAL"):
		return v.recent[0].is("EXPLAIN")
	}
	return false
}

// equalFold compares with an upper-case ASCII word. Unlike strings.EqualFold it
// does not take the Kelvin sign for a K: Kuzu's keywords are ASCII.
func equalFold(s, upper string) bool {
	if len(s) != len(upper) {
		return false
	}
	for i := range len(s) {
		if toUpper(s[i]) != upper[i] {
			return false
		}
	}
	return true
}

func toUpper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
