package mockserver

import "time"

// maxTimeScale keeps the shortest interval of the server, 2 s, above that of a
// busy loop.
const maxTimeScale = 10_000

// clock is the server's time, which may run faster or slower than the machine's:
// what it stamps and what it waits for. How long the engine took is measured in
// the machine's time. It is safe for concurrent use.
type clock struct {
	scale float64 // seconds of this clock in one of the machine's
	began time.Time
}

func newClock(scale float64) clock { return clock{scale, time.Now()} }

// now returns the time of the server.
func (c clock) now() time.Time {
	now := time.Now()
	if c.scale == 1 {
		return now
	}
	return c.began.Add(time.Duration(float64(now.Sub(c.began)) * c.scale))
}

// since returns the time of the server that has passed since t.
func (c clock) since(t time.Time) time.Duration { return c.now().Sub(t) }

// ticker ticks every d of the server's time; stop it.
func (c clock) ticker(d time.Duration) *time.Ticker {
	return time.NewTicker(time.Duration(float64(d) / c.scale))
}
