package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

//go:embed plot.html
var plotPage string

// writeHTML writes a page with the picture and the properties of all that is drawn.
// The page asks nothing of any network, and says so to the browser.
func writeHTML(w io.Writer, s *scene) error {
	var picture strings.Builder
	writeMarks(&picture, s)
	type thing struct {
		Title      string            `json:"title"`
		Properties map[string]string `json:"properties"`
	}
	describe := func(title string, details map[string]any) thing {
		t := thing{title, map[string]string{}}
		for name, value := range details {
			t.Properties[cell(name)] = cell(value)
		}
		return t
	}
	things := map[string][]thing{"node": {}, "rel": {}}
	for _, n := range s.nodes {
		things["node"] = append(things["node"], describe(n.title, n.details))
	}
	for _, a := range s.rels {
		things["rel"] = append(things["rel"], describe(a.title, a.details))
	}
	data, err := json.Marshal(things) // which writes < as \u003c, so that no value can end the script
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	before, after, _ := strings.Cut(plotPage, "<!--picture-->")
	fmt.Fprintf(b, "%s<style>%s</style><svg id=\"picture\" viewBox=\"0 0 %s %s\" role=\"img\">\n%s</svg>\n<script type=\"application/json\" id=\"things\">%s</script>%s",
		before, plotStyle, number(s.width), number(s.height), picture.String(), data, after)
	return b.Flush()
}
