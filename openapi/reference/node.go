package reference

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is a value of the document. The zero node stands for what is not there
// and can be asked like any other.
type node struct {
	yaml *yaml.Node
	root *yaml.Node // where references begin
}

func parse(document []byte) (node, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(document, &file); err != nil {
		return node{}, fmt.Errorf("API document: %w", err)
	}
	if len(file.Content) == 0 {
		return node{}, errors.New("API document: it is empty")
	}
	return node{yaml: file.Content[0], root: file.Content[0]}, nil
}

// exists tells whether the value is in the document.
func (n node) exists() bool { return n.yaml != nil }

// ref returns where the value refers to, "" if it is a value itself.
func (n node) ref() string {
	for _, entry := range n.rawEntries() {
		if entry.name == "$ref" {
			return entry.value.yaml.Value
		}
	}
	return ""
}

// target returns the name at the end of a reference.
func target(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// resolve follows a reference within the document, if the value is one.
func (n node) resolve() node {
	ref := n.ref()
	if ref == "" {
		return n
	}
	found := node{yaml: n.root, root: n.root}
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		found = found.get(name)
	}
	return found
}

// entry is one member of an object.
type entry struct {
	name  string
	value node
}

func (n node) rawEntries() []entry {
	if n.yaml == nil || n.yaml.Kind != yaml.MappingNode {
		return nil
	}
	entries := make([]entry, 0, len(n.yaml.Content)/2)
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		entries = append(entries, entry{n.yaml.Content[i].Value, node{n.yaml.Content[i+1], n.root}})
	}
	return entries
}

// entries returns the members of an object in the order of the document.
func (n node) entries() []entry { return n.resolve().rawEntries() }

// items returns the elements of an array.
func (n node) items() []node {
	n = n.resolve()
	if n.yaml == nil || n.yaml.Kind != yaml.SequenceNode {
		return nil
	}
	items := make([]node, len(n.yaml.Content))
	for i, item := range n.yaml.Content {
		items[i] = node{item, n.root}
	}
	return items
}

// get returns a member of an object.
func (n node) get(name string) node {
	for _, entry := range n.entries() {
		if entry.name == name {
			return entry.value
		}
	}
	return node{root: n.root}
}

// text returns a scalar as the document writes it.
func (n node) text() string {
	n = n.resolve()
	if n.yaml == nil {
		return ""
	}
	return n.yaml.Value
}

// words returns the elements of an array of scalars.
func (n node) words() []string {
	var words []string
	for _, item := range n.items() {
		words = append(words, item.text())
	}
	return words
}

// json writes the value as indented JSON: members in their order, numbers with
// all their digits.
func (n node) json() string {
	var b strings.Builder
	n.writeJSON(&b, "\n")
	return b.String()
}

func (n node) writeJSON(b *strings.Builder, newline string) {
	inner := newline + "  "
	switch n.yaml.Kind {
	case yaml.MappingNode:
		writeList(b, "{}", newline, n.rawEntries(), func(e entry) {
			b.WriteString(quote(e.name) + ": ")
			e.value.writeJSON(b, inner)
		})
	case yaml.SequenceNode:
		writeList(b, "[]", newline, n.items(), func(item node) { item.writeJSON(b, inner) })
	default:
		if n.yaml.Tag == "!!str" {
			b.WriteString(quote(n.yaml.Value))
		} else {
			b.WriteString(n.yaml.Value)
		}
	}
}

// writeList writes elements, one a line, between a pair of brackets.
func writeList[T any](b *strings.Builder, brackets, newline string, list []T, write func(T)) {
	b.WriteByte(brackets[0])
	for i, element := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(newline + "  ")
		write(element)
	}
	if len(list) > 0 {
		b.WriteString(newline)
	}
	b.WriteByte(brackets[1])
}

func quote(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
