package factory

import (
	"time"

	"github.com/robosystems/kuzuclient/internal/monotonic"
)

// The times of locations are those of the monotonic clock; 0 is never.
func clock() int64 { return monotonic.Now() }

// age is how long ago a time of the clock was.
func age(at int64) time.Duration { return max(time.Duration(clock()-at), 0) }

// fromWall returns when, by our clock, it was that time on the wall.
func fromWall(t time.Time) int64 { return clock() - int64(time.Since(t)) }

// toWall is the other way round.
func toWall(at int64) time.Time { return time.Now().Add(-age(at)) }
