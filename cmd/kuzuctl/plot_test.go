package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

const (
	friends = "MATCH (a)-[r]->(b) RETURN a, r, b"
	nasty   = `</script><script>alert("1")</script>&`
)

func person(n uint64, name string) mockserver.Node {
	return mockserver.Node{ID: mockserver.InternalID{Offset: n}, Label: "Person", Properties: mockserver.Struct{{Name: "id", Value: int64(n)}, {Name: "name", Value: name}, {Name: "code", Value: nil}}}
}

func rel(n uint64, label string, from, to mockserver.InternalID) mockserver.Rel {
	return mockserver.Rel{ID: mockserver.InternalID{Offset: n, Table: 2}, Label: label, Src: from, Dst: to, Properties: mockserver.Struct{{Name: "since", Value: int64(1999)}}}
}

// newPlotWorld has a graph with everything that a picture can show.
func newPlotWorld(t *testing.T) *world {
	w := newWorld(t)
	place := mockserver.Node{ID: mockserver.InternalID{Table: 1}, Label: "Place", Properties: mockserver.Struct{{Name: "title", Value: "Llanfairpwllgwyngyllgogerychwyrndrobwll"}}}
	ada, bob, eve := person(0, "Ada"), person(1, "Bob"), person(2, nasty)
	knows := rel(0, "Knows", ada.ID, bob.ID)
	w.engine.Answer(friends, []string{"a", "r", "b"}, []any{ada, knows, bob}, []any{bob, rel(1, "Knows", bob.ID, ada.ID), ada},
		[]any{ada, rel(2, "LivesIn", ada.ID, place.ID), place}, []any{eve, rel(3, "Likes", eve.ID, eve.ID), eve})
	w.engine.Answer("MATCH p = (a)-[*]->(b) RETURN p", []string{"p"}, []any{mockserver.Path{Nodes: []mockserver.Node{ada, bob}, Rels: []mockserver.Rel{knows}}})
	w.engine.Answer("MATCH ()-[r]->() RETURN collect(r) AS r", []string{"r"}, []any{[]any{knows, knows}})
	w.engine.Answer("MATCH (a) RETURN a.name", []string{"name"}, []any{"Ada"})
	var many [][]any
	for n := range uint64(60) {
		p := person(n, fmt.Sprintf("Person number %d", n))
		many = append(many, []any{p, rel(n, "Knows", p.ID, person(n/3, "").ID)})
	}
	w.engine.Answer("MATCH (a)-[r]->() RETURN a, r", []string{"a", "r"}, many...)
	return w
}

// drawn draws a picture and returns the file.
func (w *world) drawn(file, statement string, flags ...string) (path, text string, r result) {
	w.Helper()
	path = filepath.Join(w.TempDir(), file)
	r = w.run("", append([]string{"graph", "plot", "-g", "social", "--out", path, statement}, flags...)...)
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.Fatal(err)
	}
	return path, string(content), r
}

func TestPlotSVG(t *testing.T) {
	w := newPlotWorld(t)
	_, text, r := w.drawn("graph.svg", friends)
	if r.code != 0 || r.stdout != "" || !strings.Contains(r.stderr, "graph.svg: 4 nodes, 4 relationships") {
		t.Errorf("%+v", r)
	}
	for decoder := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
	if _, again, _ := w.drawn("graph.svg", friends); again != text {
		t.Error("the same result makes another picture")
	}
	w.golden("plot-svg", 0, result{stdout: text})
	if strings.Contains(text, nasty[:10]) {
		t.Error("a value is not escaped")
	}
	for statement, want := range map[string]string{
		"MATCH p = (a)-[*]->(b) RETURN p":         "2 nodes, 1 relationship",
		"MATCH ()-[r]->() RETURN collect(r) AS r": "not returned",
	} {
		if _, text, r := w.drawn("graph.svg", statement); r.code != 0 || !strings.Contains(text, want) {
			t.Errorf("%s: %+v", statement, r)
		}
	}
}

func TestPlotHTML(t *testing.T) {
	w := newPlotWorld(t)
	_, text, r := w.drawn("graph.html", friends)
	if r.code != 0 || strings.Contains(text, nasty[:10]+"<script>") || strings.Contains(text, `alert("1")`) {
		t.Errorf("%+v; a value is not escaped", r)
	}
	if strings.Contains(text, "http://") || strings.Contains(text, "https://") || strings.Count(text, "</script>") != 2 {
		t.Error("the page asks a network, or has a script more")
	}
	for _, want := range []string{"default-src 'none'", `"since":"1999"`, `"name":"Ada"`, "</html>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

func TestPlotPNG(t *testing.T) {
	w := newPlotWorld(t)
	path, _, r := w.drawn("graph.PNG", friends)
	if r.code != 0 {
		t.Fatalf("%+v", r)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := w.drawn("graph.svg", friends)
	var width, height float64
	if _, err := fmt.Sscanf(strings.TrimPrefix(text, `<svg xmlns="http://www.w3.org/2000/svg" `), `width="%f" height="%f"`, &width, &height); err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds(); size.Dx() != int(width*sharpness) || size.Dy() != int(height*sharpness) {
		t.Errorf("the size is %v, that of the SVG %v x %v", size, width, height)
	}
	found := map[string]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, _ := picture.At(x, y).RGBA()
			found[fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)]++
		}
	}
	for _, colour := range []string{palette[0], palette[1], "#8a9099", "#ffffff"} {
		if found[colour] < 100 {
			t.Errorf("%d pixels have the colour %s", found[colour], colour)
		}
	}
}

func TestPlotLimits(t *testing.T) {
	w := newPlotWorld(t)
	_, text, r := w.drawn("graph.svg", "MATCH (a)-[r]->() RETURN a, r", "--limit", "10")
	const want = "the first 10 of 60 nodes, and 10 of 60 relationships; --limit draws more"
	if r.code != 0 || !strings.Contains(r.stderr, want) || !strings.Contains(text, want) || strings.Count(text, "<circle class=\"node\"") != 10 {
		t.Errorf("%+v", r)
	}
	w.lines(
		line{"plot-nothing", []string{"graph", "plot", "-g", "social", "--out", "x.svg", "MATCH (a) RETURN a.name"}, "", 12},
		line{"plot-no-out", []string{"graph", "plot", "-g", "social", friends}, "", 2},
		line{"plot-bad-out", []string{"graph", "plot", "-g", "social", "--out", "x.gif", friends}, "", 2},
		line{"plot-bad-limit", []string{"graph", "plot", "-g", "social", "--out", "x.svg", "--limit", "0", friends}, "", 2},
		line{"plot-no-directory", []string{"graph", "plot", "-g", "social", "--out", "does/not/exist.svg", friends}, "", 1},
		line{"plot-syntax", []string{"graph", "plot", "-g", "social", "--out", "x.svg", "MATCH (n) RETURN m"}, "", 10},
	)
	if _, err := os.Stat("x.svg"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a picture of nothing: %v", err)
	}
}

// TestPlotLayout holds pictures of all sizes to not hiding anything: no circle and
// no caption is on another.
func TestPlotLayout(t *testing.T) {
	for _, n := range []int{1, 2, 5, 30, 200} {
		p := newPlotted(n)
		for i := range n {
			node := &plotNode{label: "N", properties: map[string]any{"name": fmt.Sprintf("A node with number %d", i)}}
			p.nodes = append(p.nodes, node)
			if i > 0 {
				p.rels = append(p.rels, plotRel{label: "R", from: i, to: i * 7 % 13 % i})
			}
		}
		s := p.scene()
		for i, a := range p.nodes {
			if a.x < 0 || a.y < 0 || a.x > s.width || a.y > s.height || math.IsNaN(a.x+a.y) {
				t.Errorf("%d nodes: one is at %v, %v of %v x %v", n, a.x, a.y, s.width, s.height)
			}
			for _, b := range p.nodes[i+1:] {
				if math.Abs(a.x-b.x) < (a.width()+b.width())/2 && math.Abs(a.y-b.y) < 2*nodeRadius+captionHeight {
					t.Errorf("%d nodes: %s is on %s", n, a.caption(), b.caption())
				}
			}
		}
		if share := s.width * s.height / float64(n); n >= 30 && share > 250*250 {
			t.Errorf("%d nodes: each has %.0f pixels", n, share)
		}
	}
}
