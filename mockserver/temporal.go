package mockserver

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Temporal values are written in ISO 8601, as the deployed server does.

func dateText(d Date) string { return d.Format("2006-01-02") }

// timestampText cuts off what is below a microsecond, and writes a fraction
// only if there is one.
func timestampText(t Timestamp) string {
	layout := "2006-01-02T15:04:05"
	if t.Nanosecond() >= 1000 {
		layout += ".000000"
	}
	if t.Zoned {
		layout += "Z"
	}
	return t.UTC().Format(layout)
}

// durationText writes an interval with years of 365 days and no months.
func durationText(d time.Duration) string {
	d = d.Truncate(time.Microsecond)
	if d == 0 {
		return "PT0S"
	}
	var b strings.Builder
	if d < 0 {
		b.WriteByte('-')
		d = -d
	}
	b.WriteByte('P')
	part := func(unit time.Duration, letter byte) {
		if n := d / unit; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(letter)
			d %= unit
		}
	}
	const day = 24 * time.Hour
	part(365*day, 'Y')
	part(day, 'D')
	if d > 0 {
		b.WriteByte('T')
		part(time.Hour, 'H')
		part(time.Minute, 'M')
		if d > 0 {
			fraction := fmt.Sprintf("%d.%06d", d/time.Second, d%time.Second/time.Microsecond)
			b.WriteString(strings.TrimRight(strings.TrimRight(fraction, "0"), "."))
			b.WriteByte('S')
		}
	}
	return b.String()
}

// utcText is a moment as tasks and metrics carry it.
func utcText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000+00:00") }

// localText is a moment as descriptions of databases carry it: local time
// without a zone, a fraction only if there is one.
func localText(t time.Time) string {
	t = t.Local().Truncate(time.Microsecond)
	if t.Nanosecond() == 0 {
		return t.Format("2006-01-02T15:04:05")
	}
	return t.Format("2006-01-02T15:04:05.000000")
}
