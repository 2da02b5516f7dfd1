package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/robosystems/kuzuclient/kuzu"
)

// plotNode is a node to be drawn.
type plotNode struct {
	id         kuzu.InternalID
	label      string // "" if only a relationship tells that it is there
	properties map[string]any
	x, y       float64 // its place, in pixels
}

// plotRel is a relationship to be drawn, between nodes by their numbers.
type plotRel struct {
	label      string
	properties map[string]any
	from, to   int
}

// plotted is what of a result is drawn, and how much there is.
type plotted struct {
	limit    int
	nodes    []*plotNode
	rels     []plotRel
	numbers  map[kuzu.InternalID]int  // of the nodes that are drawn
	allNodes map[kuzu.InternalID]bool // those that are not drawn as well
	allRels  map[kuzu.InternalID]bool
}

func newPlotted(limit int) *plotted {
	return &plotted{limit: limit, numbers: map[kuzu.InternalID]int{}, allNodes: map[kuzu.InternalID]bool{}, allRels: map[kuzu.InternalID]bool{}}
}

// row adds what is in a row: its nodes first, for relationships to find them.
func (p *plotted) row(values []any) {
	var rels []map[string]any
	var look func(value any)
	look = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, element := range v {
				look(element)
			}
		case map[string]any:
			id, identified := internalID(v["_id"])
			label, labelled := v["_label"].(string)
			switch {
			case identified && labelled && v["_src"] != nil:
				rels = append(rels, v)
			case identified && labelled:
				p.node(id, label, v)
			default: // a path, or a structure or map that may hold something
				for _, name := range slices.Sorted(maps.Keys(v)) {
					look(v[name])
				}
			}
		}
	}
	for _, value := range values {
		look(value)
	}
	for _, rel := range rels {
		p.rel(rel)
	}
}

// node adds a node, or what is known of it, and returns its number, -1 if it is
// over the limit.
func (p *plotted) node(id kuzu.InternalID, label string, properties map[string]any) int {
	p.allNodes[id] = true
	number, there := p.numbers[id]
	if !there {
		if len(p.nodes) >= p.limit {
			return -1
		}
		number = len(p.nodes)
		p.numbers[id] = number
		p.nodes = append(p.nodes, &plotNode{id: id})
	}
	if n := p.nodes[number]; label != "" && n.label == "" {
		n.label, n.properties = label, ownProperties(properties)
	}
	return number
}

func (p *plotted) rel(v map[string]any) {
	id, _ := internalID(v["_id"])
	from, ok := internalID(v["_src"])
	to, also := internalID(v["_dst"])
	if !ok || !also || p.allRels[id] {
		return
	}
	p.allRels[id] = true
	source, target := p.node(from, "", nil), p.node(to, "", nil)
	if source < 0 || target < 0 {
		return
	}
	label, _ := v["_label"].(string)
	p.rels = append(p.rels, plotRel{label: label, properties: ownProperties(v), from: source, to: target})
}

// internalID reads the engine's id of something.
func internalID(value any) (kuzu.InternalID, bool) {
	v, _ := value.(map[string]any)
	offset, ok := v["offset"].(int64)
	table, also := v["table"].(int64)
	return kuzu.InternalID{Offset: offset, Table: table}, ok && also
}

// ownProperties leaves out what the engine adds, and nulls, which nodes have for
// properties of other tables.
func ownProperties(all map[string]any) map[string]any {
	own := map[string]any{}
	for name, value := range all {
		if value != nil && !slices.Contains([]string{"_id", "_label", "_src", "_dst"}, name) {
			own[name] = value
		}
	}
	return own
}

// captionLength is how many characters a caption has at most.
const captionLength = 22

// caption is what a node is called: its best name, or its id.
func (n *plotNode) caption() string {
	if n.label == "" {
		return n.id.String()
	}
	if first, last := n.properties["firstName"], n.properties["lastName"]; first != nil && last != nil {
		return shortened(cell(first) + " " + cell(last))
	}
	for _, name := range []string{"name", "title", "label", "firstName", "fullName", "display_name", "code", "id", "identifier"} {
		for _, own := range slices.Sorted(maps.Keys(n.properties)) {
			if strings.EqualFold(own, name) {
				return shortened(cell(n.properties[own]))
			}
		}
	}
	return n.id.String()
}

func shortened(text string) string {
	if characters := []rune(text); len(characters) > captionLength {
		return string(characters[:captionLength-1]) + "…"
	}
	return text
}

// sum says how much is drawn.
func (p *plotted) sum() string {
	nodes, rels := count(len(p.nodes), "node"), count(len(p.rels), "relationship")
	if len(p.allNodes) == len(p.nodes) && len(p.allRels) == len(p.rels) {
		return nodes + ", " + rels
	}
	return fmt.Sprintf("the first %d of %s, and %d of %s; --limit draws more", len(p.nodes), count(len(p.allNodes), "node"), len(p.rels), count(len(p.allRels), "relationship"))
}

// labelsByFrequency returns each label once, the most frequent first.
func labelsByFrequency(labels []string) []string {
	times := map[string]int{}
	for _, label := range labels {
		times[label]++
	}
	return slices.SortedFunc(maps.Keys(times), func(x, y string) int {
		return cmp.Or(times[y]-times[x], strings.Compare(x, y))
	})
}
