package main

import (
	"fmt"
	"math"
)

// scene is a picture, whatever it is written as.
type scene struct {
	width, height float64
	nodes         []dot
	rels          []arrow
	legend        []legendEntry
	note          string
}

type point struct{ x, y float64 }

// dot is a node.
type dot struct {
	at      point
	colour  string // #rrggbb
	caption string
	title   string
	details map[string]any
}

// arrow is a relationship: a curve from one point to another, bent towards a third.
type arrow struct {
	from, bend, to point
	name           string
	nameAt         point
	title          string
	details        map[string]any
}

type legendEntry struct {
	colour, name string
}

// palette has colours that can be told apart, also by the colour-blind, on light
// and dark ground.
var palette = []string{"#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#b07aa1", "#76b7b2", "#edc948", "#ff9da7", "#9c755f", "#86bcb6"}

const (
	notReturned  = "#9aa0a6" // the colour of nodes that only relationships tell of
	margin       = 28.0
	legendHeight = 30.0
)

// scene places everything.
func (p *plotted) scene() *scene {
	p.layout()
	s := &scene{note: p.sum()}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, n := range p.nodes {
		left, right = min(left, n.x-n.width()/2), max(right, n.x+n.width()/2)
		top, bottom = min(top, n.y-nodeRadius), max(bottom, n.y+nodeRadius+captionHeight)
	}
	colours := p.colours(s)
	const narrowest = 420
	s.width = max(math.Ceil(right-left+2*margin), narrowest, s.legendWidth(), textWidth(s.note)+2*margin)
	shift := point{(s.width - left - right) / 2, margin + legendHeight - top}
	s.height = math.Ceil(bottom-top+2*margin) + legendHeight + captionHeight
	for _, n := range p.nodes {
		n.x += shift.x
		n.y += shift.y
		title := n.label
		if title == "" {
			title = "not returned"
		}
		s.nodes = append(s.nodes, dot{point{n.x, n.y}, colours[n.label], n.caption(), title + " " + n.id.String(), n.properties})
	}
	between := map[[2]int]int{} // how many relationships a pair of nodes has so far
	for _, r := range p.rels {
		pair := [2]int{min(r.from, r.to), max(r.from, r.to)}
		a := p.arrow(r, between[pair])
		between[pair]++
		a.title, a.details, a.name = r.label, r.properties, shortened(cell(r.label))
		s.rels = append(s.rels, a)
	}
	return s
}

// colours gives each label one, and fills the legend.
func (p *plotted) colours(s *scene) map[string]string {
	var labels []string
	for _, n := range p.nodes {
		labels = append(labels, n.label)
	}
	colours := map[string]string{"": notReturned}
	next := 0
	for _, label := range labelsByFrequency(labels) {
		name := shortened(cell(label))
		if label == "" {
			name = "not returned"
		} else {
			colours[label] = palette[next%len(palette)]
			next++
		}
		s.legend = append(s.legend, legendEntry{colours[label], name})
	}
	return colours
}

// legendWidth is what the legend needs in one line.
func (s *scene) legendWidth() float64 {
	width := 2 * margin
	for _, e := range s.legend {
		width += e.width()
	}
	return width
}

func (e legendEntry) width() float64 { return textWidth(e.name) + 34 }

// arrow draws a relationship; those of one pair are bent more and more, to one
// side and the other.
func (p *plotted) arrow(r plotRel, before int) arrow {
	from, to := point{p.nodes[r.from].x, p.nodes[r.from].y}, point{p.nodes[r.to].x, p.nodes[r.to].y}
	if r.from == r.to {
		size := 34 + 16*float64(before)
		return arrow{
			from: point{from.x - nodeRadius*0.6, from.y - nodeRadius*0.8}, bend: point{from.x, from.y - nodeRadius - 2*size},
			to: point{from.x + nodeRadius*0.6, from.y - nodeRadius*0.8}, nameAt: point{from.x, from.y - nodeRadius - size},
		}
	}
	across := point{from.y - to.y, to.x - from.x}
	if r.from > r.to {
		across = point{-across.x, -across.y} // the same side for both directions
	}
	length := max(math.Hypot(across.x, across.y), 1)
	bent := float64((before+1)/2) * 44
	if before%2 == 1 {
		bent = -bent
	}
	bend := point{(from.x+to.x)/2 + across.x/length*bent, (from.y+to.y)/2 + across.y/length*bent}
	a := arrow{from: onCircle(from, bend, nodeRadius), bend: bend, to: p.nodes[r.to].edge(to, bend)}
	a.nameAt = a.along(0.5)
	return a
}

// onCircle is the point of a circle that looks towards another point.
func onCircle(centre, towards point, radius float64) point {
	dx, dy := towards.x-centre.x, towards.y-centre.y
	length := max(math.Hypot(dx, dy), 1)
	return point{centre.x + dx/length*radius, centre.y + dy/length*radius}
}

// edge is where an arrow to a node at a place ends: at its circle or its caption,
// which would hide the head.
func (n *plotNode) edge(centre, from point) point {
	const steps = 256
	half := textWidth(n.caption()) / 2
	for i := range steps {
		t := float64(i) / steps
		p := point{from.x + (centre.x-from.x)*t, from.y + (centre.y-from.y)*t}
		below := p.y - centre.y - nodeRadius
		if math.Hypot(p.x-centre.x, p.y-centre.y) <= nodeRadius+2 || math.Abs(p.x-centre.x) <= half && below > 0 && below < captionHeight {
			return p
		}
	}
	return centre
}

// along is the point of the curve at a share of its way.
func (a arrow) along(t float64) point {
	u := 1 - t
	return point{
		u*u*a.from.x + 2*u*t*a.bend.x + t*t*a.to.x,
		u*u*a.from.y + 2*u*t*a.bend.y + t*t*a.to.y,
	}
}

// head is the triangle at the arrow's end.
func (a arrow) head() [3]point {
	const long, wide = 8, 3.6
	dx, dy := a.to.x-a.bend.x, a.to.y-a.bend.y
	length := max(math.Hypot(dx, dy), 1e-9)
	dx, dy = dx/length, dy/length
	return [3]point{a.to, {a.to.x - dx*long - dy*wide, a.to.y - dy*long + dx*wide}, {a.to.x - dx*long + dy*wide, a.to.y - dy*long - dx*wide}}
}

// number writes a coordinate in as few characters as needed.
func number(x float64) string { return fmt.Sprintf("%.1f", x) }
