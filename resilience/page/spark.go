package page

import (
	"fmt"
	"strings"
)

// Size of a sparkline's drawing, in its own units.
const (
	sparkWidth  = 360.0
	sparkHeight = 48.0
	sparkMargin = 3.0
)

// A spark draws a service's latencies as a line, and failures as marks.
type spark struct {
	Line   string // of a polyline's points
	Area   string // of a path, the line closed to the ground
	Failed []sparkMark
	Label  string // for those who do not see it
	Most   float64
}

type sparkMark struct{ X, Y float64 }

// newSpark returns nil if there are too few points for a line.
func newSpark(history []Point) *spark {
	if len(history) < 2 {
		return nil
	}
	s := &spark{}
	least := history[0].LatencyMS
	for _, p := range history {
		s.Most = max(s.Most, p.LatencyMS)
		least = min(least, p.LatencyMS)
	}
	step := (sparkWidth - 2*sparkMargin) / float64(len(history)-1)
	points := make([]string, len(history))
	for i, p := range history {
		x := sparkMargin + float64(i)*step
		y := sparkHeight - sparkMargin
		if s.Most > 0 {
			y -= p.LatencyMS / s.Most * (sparkHeight - 2*sparkMargin)
		}
		points[i] = fmt.Sprintf("%.1f,%.1f", x, y)
		if !p.OK {
			s.Failed = append(s.Failed, sparkMark{x, y})
		}
	}
	s.Line = strings.Join(points, " ")
	s.Area = fmt.Sprintf("M%.1f,%.1f L%s L%.1f,%.1f Z", sparkMargin, sparkHeight, strings.Join(points, " L"), sparkWidth-sparkMargin, sparkHeight)
	s.Label = fmt.Sprintf("Latency of the latest %d checks or calls: %s to %s, %d failed",
		len(history), formatMS(least), formatMS(s.Most), len(s.Failed))
	return s
}
