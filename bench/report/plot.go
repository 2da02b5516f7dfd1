package main

import (
	"bytes"
	"fmt"
	"html"
	"math"

	"github.com/robosystems/kuzuclient/bench/table"
)

// Sizes of the picture in pixels.
const (
	panelWidth, panelHeight = 300, 220
	marginLeft, marginTop   = 60, 60
	gapX, gapY              = 80, 84
	panelsAcross            = 2
)

// plot draws a panel for each series, with both axes logarithmic: the time, and a
// dashed line for a time that grows as the size does. The same series make the
// same bytes.
func plot(all []table.Series) []byte {
	down := (len(all) + panelsAcross - 1) / panelsAcross
	width, height := marginLeft+panelsAcross*(panelWidth+gapX)-gapX/2, marginTop+down*(panelHeight+gapY)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	words(&b, marginLeft, 20, "start", "Time of the whole work against its size. Dashed: in proportion to it.")
	for i, s := range all {
		panel(&b, marginLeft+i%panelsAcross*(panelWidth+gapX), marginTop+i/panelsAcross*(panelHeight+gapY), s)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// panel draws a series with its upper left corner at left, top.
func panel(b *bytes.Buffer, left, top int, s table.Series) {
	first, last := s.Points[0], s.Points[len(s.Points)-1]
	proportional := first.Time * last.Size / first.Size
	low, high := first.Time, proportional
	for _, p := range s.Points {
		low, high = min(low, p.Time), max(high, p.Time)
	}
	from, to := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	x := func(size float64) float64 {
		return float64(left) + panelWidth*math.Log(size/first.Size)/math.Log(last.Size/first.Size)
	}
	y := func(seconds float64) float64 {
		return float64(top) + panelHeight*(to-math.Log10(seconds))/(to-from)
	}
	words(b, left, top-8, "start", s.Name)
	for decade := from; decade <= to; decade++ {
		at := y(math.Pow(10, decade))
		line(b, float64(left), at, float64(left+panelWidth), at, `stroke="#dddddd"`)
		words(b, left-6, int(at)+4, "end", duration(math.Pow(10, decade)))
	}
	line(b, x(first.Size), y(first.Time), x(last.Size), y(proportional), `stroke="#888888" stroke-dasharray="5 4"`)
	for i, p := range s.Points {
		line(b, x(p.Size), float64(top), x(p.Size), float64(top+panelHeight), `stroke="#dddddd"`)
		words(b, int(x(p.Size)), top+panelHeight+16, "middle", fmt.Sprintf("%.0f", p.Size))
		if i > 0 {
			line(b, x(s.Points[i-1].Size), y(s.Points[i-1].Time), x(p.Size), y(p.Time), `stroke="#1f5fa8" stroke-width="2"`)
		}
		fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="#1f5fa8"/>`+"\n", x(p.Size), y(p.Time))
	}
	if last.Memory > 0 {
		words(b, left, top+panelHeight+34, "start", fmt.Sprintf("live heap %.1f MiB at the smallest, %.1f MiB at the largest", first.Memory, last.Memory))
	}
}

// duration names a power of ten of seconds.
func duration(seconds float64) string {
	switch {
	case seconds < 0.9e-3:
		return fmt.Sprintf("%.3g us", seconds*1e6)
	case seconds < 0.9:
		return fmt.Sprintf("%.3g ms", seconds*1e3)
	default:
		return fmt.Sprintf("%.3g s", seconds)
	}
}

func line(b *bytes.Buffer, x1, y1, x2, y2 float64, style string) {
	fmt.Fprintf(b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" %s/>`+"\n", x1, y1, x2, y2, style)
}

func words(b *bytes.Buffer, x, y int, anchor, text string) {
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="%s" fill="#222222">%s</text>`+"\n", x, y, anchor, html.EscapeString(text))
}
