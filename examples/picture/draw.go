package main

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"
)

// The screen, in characters and in pixels.
const (
	columns, rows = 102, 25
	lineHeight    = 19
	margin, bar   = 18, 34
	width         = 860
	height        = bar + rows*lineHeight + 2*margin
)

// How long a line stays the last one, a paragraph's last one, and the last of all.
const (
	perLine      = 110 * time.Millisecond
	perParagraph = 900 * time.Millisecond
	atTheEnd     = 8 * time.Second
)

const style = `text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;white-space:pre;fill:#c9d1d9}
.prompt{fill:#7ee787;font-weight:600}.title{fill:#79c0ff;font-weight:600}.aside{fill:#8b949e}.bad{fill:#ffa198}.good{fill:#7ee787;font-weight:600}
.line,#paper{animation-duration:%[1]dms;animation-iteration-count:infinite;animation-timing-function:step-end}
#paper{transform:translateY(-%[2]dpx);animation-name:scroll}
@media (prefers-reduced-motion:reduce){.line,#paper{animation:none}}
`

// line is one line of the screen, and when it comes.
type line struct {
	class, text string
	at          time.Duration
}

// draw writes the picture of a terminal in which a command printed a text.
func draw(w io.Writer, prompt, printed string) {
	lines, end := screenplay(prompt, printed)
	scrolled := func(n int) int { return max(0, n-rows) * lineHeight }
	percent := func(at time.Duration) float64 { return 100 * float64(at) / float64(end) }

	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="A terminal that runs %s">`+"\n<style>\n", width, height, html.EscapeString(prompt))
	fmt.Fprintf(w, style, end.Milliseconds(), scrolled(len(lines)))
	fmt.Fprint(w, "@keyframes scroll{")
	for i, l := range lines {
		fmt.Fprintf(w, "%.2f%%{transform:translateY(-%dpx)}", percent(l.at), scrolled(i+1))
	}
	fmt.Fprintf(w, "100%%{transform:translateY(-%dpx)}}\n", scrolled(len(lines)))
	for i, l := range lines[1:] {
		fmt.Fprintf(w, "@keyframes l%d{0%%{opacity:0}%.2f%%{opacity:1}}#l%[1]d{animation-name:l%[1]d}\n", i+1, percent(l.at))
	}
	fmt.Fprintf(w, `</style>
<rect width="%d" height="%d" rx="8" fill="#0d1117" stroke="#30363d"/>
<circle cx="22" cy="18" r="6" fill="#ff5f57"/><circle cx="42" cy="18" r="6" fill="#febc2e"/><circle cx="62" cy="18" r="6" fill="#28c840"/>
<clipPath id="screen"><rect x="0" y="%d" width="%[1]d" height="%d"/></clipPath>
<g clip-path="url(#screen)"><g id="paper">
`, width, height, bar+4, height-bar-margin)
	for i, l := range lines {
		if l.text != "" {
			fmt.Fprintf(w, `<text id="l%d" class="line %s" x="%d" y="%d">%s</text>`+"\n", i, l.class, margin+4, bar+margin+i*lineHeight, html.EscapeString(l.text))
		}
	}
	fmt.Fprintln(w, "</g></g>\n</svg>")
}

// screenplay breaks a text into the lines of the screen and says when each of them
// comes, and when all begins anew.
func screenplay(prompt, printed string) (lines []line, end time.Duration) {
	lines = append(lines, line{class: "prompt", text: "$ " + prompt})
	at, paragraph := perParagraph, true
	for text := range strings.Lines(strings.TrimRight(printed, "\n")) {
		text = strings.TrimRight(text, "\n")
		if last := strings.LastIndexByte(text, '\r'); last >= 0 {
			text = text[last+1:] // what overwrote the rest
		}
		if text == "" {
			at += perParagraph
		}
		class := classOf(text, paragraph)
		for part := range wrapped(text) {
			lines = append(lines, line{class: class, text: part, at: at})
		}
		at += perLine
		paragraph = text == ""
	}
	return lines, at + atTheEnd
}

// classOf is the colour of a line, which goes by its form.
func classOf(text string, first bool) string {
	switch {
	case strings.HasSuffix(text, " ok"):
		return "good"
	case strings.HasPrefix(text, "kuzu: "):
		return "bad"
	case strings.HasPrefix(text, "  "):
		return "aside"
	case first:
		return "title"
	}
	return "plain"
}

// wrapped are the pieces of a line that fit on the screen.
func wrapped(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		runes := []rune(text)
		for len(runes) > columns {
			if !yield(string(runes[:columns])) {
				return
			}
			runes = runes[columns:]
		}
		yield(string(runes))
	}
}
