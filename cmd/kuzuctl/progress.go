package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// barWidth is how many characters a bar has.
const barWidth = 30

func bar(share float64) string {
	filled := int(min(max(share, 0), 1) * barWidth)
	return "[" + strings.Repeat("#", filled) + strings.Repeat(".", barWidth-filled) + "]"
}

// taskProgress returns what shows the progress of a task. On a terminal that is a
// bar, which stays through broken connections since nobody tells it about them.
func taskProgress(line *statusLine) func(kuzu.Progress) {
	return func(p kuzu.Progress) {
		text := fmt.Sprintf("%s %3d %%", bar(float64(p.Percent)/100), p.Percent)
		if p.Records > 0 {
			text += ", " + count(int(p.Records), "record")
		}
		line.show(text + "  " + cell(p.Message))
	}
}

// transfer counts bytes and shows them.
type transfer struct {
	line  *statusLine
	total int64 // 0 if nobody knows
	began time.Time
}

func (a *app) transfer(total int64) *transfer {
	return &transfer{line: a.status(), total: total, began: time.Now()}
}

func (t *transfer) show(done int64) {
	text := t.sum(done)
	if t.total > 0 {
		text = fmt.Sprintf("%s %3.0f %%, %s", bar(float64(done)/float64(t.total)), 100*float64(done)/float64(t.total), text)
	}
	t.line.show(text)
}

// sum says how much there was and how fast it went.
func (t *transfer) sum(done int64) string {
	took := time.Since(t.began)
	return fmt.Sprintf("%s in %v, %s/s", size(done), took.Round(time.Millisecond), size(int64(float64(done)/max(took.Seconds(), 1e-9))))
}

// size writes a number of bytes as people read it.
func size(n int64) string {
	units := []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	amount := float64(n)
	unit := -1
	for amount >= 1024 && unit < len(units)-1 {
		amount /= 1024
		unit++
	}
	return fmt.Sprintf("%.1f %s", amount, units[unit])
}
