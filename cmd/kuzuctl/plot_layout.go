package main

import "math"

// Sizes of what is drawn, in pixels.
const (
	nodeRadius    = 15.0
	captionSize   = 11.0
	edgeLength    = 105.0
	nodeGap       = 8.0
	captionHeight = captionSize + 5
)

// layout places nodes by forces: all push each other away, relationships pull, and
// all are drawn to the middle. It begins on a spiral, and so is the same each time.
func (p *plotted) layout() {
	n := len(p.nodes)
	for i, node := range p.nodes {
		angle := float64(i) * math.Pi * (3 - math.Sqrt(5))
		distance := edgeLength / 2 * math.Sqrt(float64(i)+0.5)
		node.x, node.y = distance*math.Cos(angle), distance*math.Sin(angle)
	}
	const rounds = 400
	moves := make([][2]float64, n)
	for round := range rounds {
		clear(moves)
		for i, a := range p.nodes {
			for j := i + 1; j < n; j++ {
				b := p.nodes[j]
				dx, dy := a.x-b.x, a.y-b.y
				square := max(dx*dx+dy*dy, 1)
				force := edgeLength * edgeLength / square
				moves[i][0] += dx * force
				moves[i][1] += dy * force
				moves[j][0] -= dx * force
				moves[j][1] -= dy * force
			}
			const gravity = 0.8 // keeps what is not connected about as dense as the rest
			moves[i][0] -= a.x * gravity
			moves[i][1] -= a.y * gravity
		}
		for _, r := range p.rels {
			a, b := p.nodes[r.from], p.nodes[r.to]
			dx, dy := a.x-b.x, a.y-b.y
			force := math.Hypot(dx, dy) / edgeLength
			moves[r.from][0] -= dx * force
			moves[r.from][1] -= dy * force
			moves[r.to][0] += dx * force
			moves[r.to][1] += dy * force
		}
		heat := edgeLength * (1 - float64(round)/rounds)
		for i, node := range p.nodes {
			length := max(math.Hypot(moves[i][0], moves[i][1]), 1e-9)
			step := min(length, heat) / length
			node.x += moves[i][0] * step
			node.y += moves[i][1] * step
		}
	}
	p.separate()
}

// separate moves nodes apart whose circles or captions overlap.
func (p *plotted) separate() {
	for range 300 {
		moved := false
		for i, a := range p.nodes {
			for _, b := range p.nodes[i+1:] {
				wide := (a.width()+b.width())/2 + nodeGap - math.Abs(a.x-b.x)
				high := 2*nodeRadius + captionHeight + nodeGap - math.Abs(a.y-b.y)
				if wide <= 0 || high <= 0 {
					continue
				}
				moved = true
				if wide < high {
					shift := math.Copysign(wide/2+0.5, a.x-b.x)
					a.x += shift
					b.x -= shift
				} else {
					shift := math.Copysign(high/2+0.5, a.y-b.y)
					a.y += shift
					b.y -= shift
				}
			}
		}
		if !moved {
			return
		}
	}
}

// width is that of the circle or of the caption below it.
func (n *plotNode) width() float64 {
	return max(2*nodeRadius, textWidth(n.caption()))
}

// textWidth is about how wide a text of the size of captions is.
func textWidth(text string) float64 {
	return 0.56 * captionSize * float64(len([]rune(text)))
}
