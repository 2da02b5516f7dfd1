package factory

import "time"

// The times of locations are nanoseconds of the monotonic clock, since long
// before the process began; 0 is never. It does not jump as the clock on the wall
// does, and reading it costs half as much.
var clockStart = time.Now().Add(-24 * time.Hour)

func clock() int64 { return int64(time.Since(clockStart)) }

// age is how long ago a time of the clock was.
func age(at int64) time.Duration { return max(time.Duration(clock()-at), 0) }

// fromWall returns when, by our clock, it was that time on the wall.
func fromWall(t time.Time) int64 { return clock() - int64(time.Since(t)) }

// toWall is the other way round.
func toWall(at int64) time.Time { return time.Now().Add(-age(at)) }
