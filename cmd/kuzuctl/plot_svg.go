package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
)

// plotStyle follows the light or dark ground of whoever looks.
const plotStyle = `
  .paper { fill: #ffffff } .ink { fill: #202124 } .line { stroke: #8a9099; fill: none; stroke-width: 1.2 }
  .head { fill: #8a9099 } .halo { stroke: #ffffff; stroke-width: 3px; paint-order: stroke; stroke-linejoin: round }
  .node { stroke: #ffffff; stroke-width: 1.5 } .quiet { fill: #5f6368 }
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #1e1f22 } .ink { fill: #e8eaed } .line { stroke: #80868b } .head { fill: #80868b }
    .halo { stroke: #1e1f22 } .node { stroke: #1e1f22 } .quiet { fill: #bdc1c6 }
  }
`

// writeSVG writes the picture as it stands for itself.
func writeSVG(w io.Writer, s *scene) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %s" role="img">`+"\n", number(s.width), number(s.height), number(s.height))
	fmt.Fprintf(b, "<style>%s</style>\n<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n", plotStyle)
	writeMarks(b, s)
	fmt.Fprint(b, "</svg>\n")
	return b.Flush()
}

// writeMarks writes what is drawn. Values of the database are escaped.
func writeMarks(w io.Writer, s *scene) {
	text := html.EscapeString
	fmt.Fprint(w, "<g id=\"graph\">\n")
	for i, a := range s.rels {
		h := a.head()
		fmt.Fprintf(w, `<g data-rel="%d"><title>%s</title><path class="line" d="M%s %sQ%s %s %s %s"/><path class="head" d="M%s %sL%s %sL%s %sZ"/></g>`+"\n", i, text(a.title),
			number(a.from.x), number(a.from.y), number(a.bend.x), number(a.bend.y), number(a.to.x), number(a.to.y),
			number(h[0].x), number(h[0].y), number(h[1].x), number(h[1].y), number(h[2].x), number(h[2].y))
	}
	for i, n := range s.nodes {
		fmt.Fprintf(w, `<g data-node="%d"><title>%s</title><circle class="node" cx="%s" cy="%s" r="%s" fill="%s"/></g>`+"\n",
			i, text(n.title+" "+n.caption), number(n.at.x), number(n.at.y), number(nodeRadius), n.colour)
	}
	for i, a := range s.rels {
		fmt.Fprintf(w, `<text data-rel="%d" class="quiet halo" x="%s" y="%s" font-size="9" text-anchor="middle">%s</text>`+"\n", i, number(a.nameAt.x), number(a.nameAt.y+3), text(a.name))
	}
	for i, n := range s.nodes {
		fmt.Fprintf(w, `<text data-node="%d" class="ink halo" x="%s" y="%s" font-size="%s" text-anchor="middle">%s</text>`+"\n",
			i, number(n.at.x), number(n.at.y+nodeRadius+captionSize+1), number(captionSize), text(n.caption))
	}
	fmt.Fprint(w, "</g>\n<g id=\"legend\">\n")
	x := margin
	for _, e := range s.legend {
		fmt.Fprintf(w, `<circle cx="%s" cy="20" r="6" fill="%s"/><text class="ink" x="%s" y="24" font-size="%s">%s</text>`+"\n", number(x), e.colour, number(x+11), number(captionSize), text(e.name))
		x += e.width()
	}
	fmt.Fprintf(w, `<text class="quiet" x="%s" y="%s" font-size="%s">%s</text>`+"\n</g>\n", number(margin-6), number(s.height-10), number(captionSize), text(s.note))
}
