package main

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// sharpness is how many pixels of a PNG stand for one of the picture.
const sharpness = 2

// canvas is a picture of pixels on white ground.
type canvas struct {
	*image.RGBA
	font  *opentype.Font
	faces map[float64]font.Face
}

// writePNG writes the picture in twice its size, for screens with fine pixels.
func writePNG(w io.Writer, s *scene) error {
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return err
	}
	c := &canvas{image.NewRGBA(image.Rect(0, 0, int(s.width*sharpness), int(s.height*sharpness))), parsed, map[float64]font.Face{}}
	draw.Draw(c, c.Bounds(), image.White, image.Point{}, draw.Src)
	grey, ink, quiet := rgb("#8a9099"), rgb("#202124"), rgb("#5f6368")
	for _, a := range s.rels {
		c.curve(a, 1.2, grey)
		head := a.head()
		c.polygon(grey, head[:]...)
	}
	for _, n := range s.nodes {
		c.circle(n.at, nodeRadius+0.8, color.White)
		c.circle(n.at, nodeRadius-0.8, rgb(n.colour))
	}
	for _, a := range s.rels {
		if err := c.text(a.name, point{a.nameAt.x, a.nameAt.y + 3}, 9, 0.5, true, quiet); err != nil {
			return err
		}
	}
	for _, n := range s.nodes {
		if err := c.text(n.caption, point{n.at.x, n.at.y + nodeRadius + captionSize + 1}, captionSize, 0.5, true, ink); err != nil {
			return err
		}
	}
	x := margin
	for _, e := range s.legend {
		c.circle(point{x, 20}, 6, rgb(e.colour))
		if err := c.text(e.name, point{x + 11, 24}, captionSize, 0, false, ink); err != nil {
			return err
		}
		x += e.width()
	}
	if err := c.text(s.note, point{margin - 6, s.height - 10}, captionSize, 0, false, quiet); err != nil {
		return err
	}
	return png.Encode(w, c)
}

func rgb(colour string) color.Color {
	n, _ := strconv.ParseUint(colour[1:], 16, 32) // they are this program's own
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
}

// polygon fills a shape.
func (c *canvas) polygon(fill color.Color, points ...point) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range points {
		left, right = min(left, p.x*sharpness), max(right, p.x*sharpness)
		top, bottom = min(top, p.y*sharpness), max(bottom, p.y*sharpness)
	}
	box := image.Rect(int(left)-1, int(top)-1, int(right)+2, int(bottom)+2).Intersect(c.Bounds())
	if box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	for i, p := range points {
		x, y := float32(p.x*sharpness-float64(box.Min.X)), float32(p.y*sharpness-float64(box.Min.Y))
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(c, box, image.NewUniform(fill), image.Point{})
}

func (c *canvas) circle(centre point, radius float64, fill color.Color) {
	points := make([]point, 48)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(points)))
		points[i] = point{centre.x + radius*cos, centre.y + radius*sin}
	}
	c.polygon(fill, points...)
}

// curve draws the line of an arrow as a thin shape.
func (c *canvas) curve(a arrow, width float64, fill color.Color) {
	const steps = 24
	var there, back []point
	for i := range steps + 1 {
		t := float64(i) / steps
		p, q := a.along(max(t-0.01, 0)), a.along(min(t+0.01, 1))
		length := max(math.Hypot(q.x-p.x, q.y-p.y), 1e-9)
		across := point{(p.y - q.y) / length * width / 2, (q.x - p.x) / length * width / 2}
		at := a.along(t)
		there = append(there, point{at.x + across.x, at.y + across.y})
		back = append([]point{{at.x - across.x, at.y - across.y}}, back...)
	}
	c.polygon(fill, append(there, back...)...)
}

// text writes a text whose share anchor is left of a point, with white around it
// if it stands on other things.
func (c *canvas) text(text string, at point, size, anchor float64, halo bool, fill color.Color) error {
	face := c.faces[size]
	if face == nil {
		var err error
		if face, err = opentype.NewFace(c.font, &opentype.FaceOptions{Size: size * sharpness, DPI: 72, Hinting: font.HintingNone}); err != nil {
			return err
		}
		c.faces[size] = face
	}
	left := at.x*sharpness - anchor*float64(font.MeasureString(face, text))/64
	write := func(x, y float64, fill color.Color) {
		d := font.Drawer{Dst: c, Src: image.NewUniform(fill), Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}}
		d.DrawString(text)
	}
	if halo {
		for _, d := range []point{{-2, 0}, {2, 0}, {0, -2}, {0, 2}, {-1.5, -1.5}, {1.5, 1.5}, {-1.5, 1.5}, {1.5, -1.5}} {
			write(left+d.x, at.y*sharpness+d.y, color.White)
		}
	}
	write(left, at.y*sharpness, fill)
	return nil
}
