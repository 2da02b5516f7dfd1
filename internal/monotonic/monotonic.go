// Package monotonic is the clock by which what is cached ages. It does not jump as
// the clock on the wall does, and reading it costs half as much.
package monotonic

import (
	"sync/atomic"
	"time"
)

var (
	start = time.Now().Add(-24 * time.Hour)
	ahead atomic.Int64
)

// Now returns nanoseconds since long before the process began, so that 0 can stand
// for never.
func Now() int64 { return int64(time.Since(start)) + ahead.Load() }

// Jump sets the clock of the process ahead, as a machine that was suspended finds
// it. It is for tests of what ages; by must not be negative.
func Jump(by time.Duration) { ahead.Add(int64(by)) }
