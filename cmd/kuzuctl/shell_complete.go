package main

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/internal/cypher"
	"github.com/robosystems/kuzuclient/kuzu"
)

// namesPause is how long Tab waits for a server to tell its tables.
const namesPause = 2 * time.Second

// complete is what Tab does on a line, with the cursor before the character at pos.
func (s *shell) complete(line string, pos int) (head string, found []string, tail string) {
	characters := []rune(line)
	head, tail = string(characters[:pos]), string(characters[pos:])
	found, typed := candidates(s.typed+head, s.tables())
	return strings.TrimSuffix(head, typed), found, tail
}

// tables returns those of the graph, or none if the server takes too long.
func (s *shell) tables() []kuzu.Table {
	if s.graph == "" {
		return nil
	}
	if s.names == nil {
		s.names = s.fetchNames()
	}
	select {
	case <-s.names.done:
	case <-time.After(namesPause):
		return nil
	}
	tables := s.names.tables
	if s.names.err != nil {
		s.forgetNames() // so that the next Tab tries again
	}
	return tables
}

// keywords are those with which clauses begin and expressions are joined.
var keywords = strings.Fields(`ALTER AND AS ASC BY CALL CASE COLUMN COMMENT CONTAINS COPY COUNT CREATE DELETE DESC
	DETACH DISTINCT DROP ELSE END ENDS EXISTS EXPLAIN FALSE FROM GROUP IF IN IS KEY LIMIT LOAD MATCH MERGE NODE NOT
	NULL ON OPTIONAL OR ORDER PRIMARY PROFILE REL RETURN SET SHOW_TABLES SKIP STARTS TABLE TABLE_INFO THEN TO TRUE
	UNION UNWIND WHEN WHERE WITH XOR`)

var (
	wordAtEnd  = regexp.MustCompile(`[A-Za-z0-9_]*$`)
	wordBefore = regexp.MustCompile("([A-Za-z0-9_]+|`[^`]+`)\\s*$")
	labelsOf   = regexp.MustCompile("[(\\[]\\s*([A-Za-z0-9_]*)\\s*:\\s*((?:[A-Za-z0-9_]+|`[^`]+`)(?:\\s*[|:]+\\s*(?:[A-Za-z0-9_]+|`[^`]+`))*)")
	labelsLast = regexp.MustCompile(`[(\[]\s*[A-Za-z0-9_]*\s*:[^()\[\]{}]*$`)
	namesTable = regexp.MustCompile(`(?i)\b(TABLE|COPY|FROM|TO)\s+$`)
	oneName    = regexp.MustCompile("[A-Za-z0-9_]+|`[^`]+`")
	plainName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// candidates returns what the last word of a text may become, sorted, and what
// has been typed of it.
func candidates(text string, tables []kuzu.Table) (found []string, typed string) {
	e := first(text)
	for e.whole && e.end < len(text) {
		text = text[e.end:]
		e = first(text)
	}
	if strings.HasPrefix(e.text, ":") {
		return beginningWith(e.text, shellCommands), e.text
	}
	if cypher.Cut(text).Open {
		return nil, ""
	}
	typed = wordAtEnd.FindString(text)
	before := strings.TrimSuffix(text, typed)
	bracket, inside := openBracket(before)
	trimmed := strings.TrimRight(before, " \t\n")
	switch {
	case strings.HasSuffix(before, "."):
		found = propertiesOf(variable(before), text, tables)
	case bracket == '{' && (strings.HasSuffix(trimmed, "{") || strings.HasSuffix(trimmed, ",")):
		if found = tablesProperties(labels(labelsLast.FindString(inside)), tables); found == nil {
			return nil, typed
		}
	case bracket == '{' && strings.HasSuffix(trimmed, ":"):
		return nil, typed // any value
	case strings.HasSuffix(trimmed, ":"), strings.HasSuffix(trimmed, "|"):
		found = tablesOf(map[byte]string{'(': "NODE", '[': "REL"}[bracket], tables)
	case namesTable.MatchString(before):
		found = tablesOf("", tables)
	default:
		found = cased(keywords, typed)
		if typed != "" {
			found = append(found, tablesOf("", tables)...)
		}
	}
	return beginningWith(typed, found), typed
}

// openBracket returns the last bracket that is open at the end of a text, 0 if
// there is none, and what stands before it. Brackets in strings count as well,
// which costs nothing but a candidate.
func openBracket(text string) (bracket byte, before string) {
	depth := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth == 0 {
				return text[i], text[:i]
			}
			depth--
		}
	}
	return 0, text
}

// variable is the name before the final dot.
func variable(text string) string {
	return strings.TrimSpace(wordBefore.FindString(strings.TrimSuffix(text, ".")))
}

// propertiesOf returns the properties that a variable can have, those of all
// tables if the statement does not tell its labels.
func propertiesOf(variable, text string, tables []kuzu.Table) []string {
	var of []string
	for _, match := range labelsOf.FindAllStringSubmatch(text, -1) {
		if match[1] == variable {
			of = append(of, labels(match[0])...)
		}
	}
	if of == nil {
		for _, t := range tables {
			of = append(of, t.Name)
		}
	}
	return tablesProperties(of, tables)
}

// labels returns those of the beginning of a pattern, such as "(p:Person|Robot".
func labels(pattern string) []string {
	_, names, _ := strings.Cut(pattern, ":")
	found := oneName.FindAllString(names, -1)
	for i, name := range found {
		found[i] = strings.Trim(name, "`")
	}
	return found
}

func tablesProperties(names []string, tables []kuzu.Table) []string {
	var found []string
	for _, t := range tables {
		if !slices.Contains(names, t.Name) {
			continue
		}
		for _, p := range t.Properties {
			found = append(found, quotedName(p.Name))
		}
	}
	return found
}

// tablesOf returns the names of tables of a kind, of all of them if it is "".
func tablesOf(kind string, tables []kuzu.Table) []string {
	var found []string
	for _, t := range tables {
		if kind == "" || strings.EqualFold(t.Type, kind) {
			found = append(found, quotedName(t.Name))
		}
	}
	return found
}

func quotedName(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// cased returns keywords in the case of what has been typed.
func cased(words []string, typed string) []string {
	words = slices.Clone(words)
	if typed != "" && typed == strings.ToLower(typed) {
		for i, word := range words {
			words[i] = strings.ToLower(word)
		}
	}
	return words
}

// beginningWith returns the words that begin with what has been typed, in any
// case, each once and sorted.
func beginningWith(typed string, words []string) []string {
	var found []string
	for _, word := range words {
		if len(word) >= len(typed) && strings.EqualFold(word[:len(typed)], typed) {
			found = append(found, word)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
