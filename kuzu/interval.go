package kuzu

import (
	"math"
	"strings"
	"time"
)

// parseInterval reads an INTERVAL as servers write it: ISO 8601 with years of 365
// days and without months or weeks, such as -P1Y2DT3H4M5.000006S.
func parseInterval(text string) (time.Duration, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	rest, ok := strings.CutPrefix(rest, "P")
	if !ok || rest == "" {
		return 0, false
	}
	days, clock, timed := strings.Cut(rest, "T")
	total, ok := sumUnits(days, "YD", 365*24*time.Hour, 24*time.Hour)
	if !ok {
		return 0, false
	}
	if timed {
		part, ok := sumUnits(clock, "HMS", time.Hour, time.Minute, time.Second)
		if !ok || clock == "" || part > math.MaxInt64-total {
			return 0, false
		}
		total += part
	}
	if negative {
		total = -total
	}
	return total, true
}

// sumUnits adds up numbers with a letter each, of the letters given and in their
// order. Only the last number may have a fraction.
func sumUnits(text, letters string, units ...time.Duration) (total time.Duration, ok bool) {
	for text != "" {
		n, digits := int64(0), 0
		for ; digits < len(text) && '0' <= text[digits] && text[digits] <= '9'; digits++ {
			if n > math.MaxInt64/10-1 {
				return 0, false
			}
			n = n*10 + int64(text[digits]-'0')
		}
		text = text[digits:]
		fraction := ""
		if rest, ok := strings.CutPrefix(text, "."); ok {
			end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
			if end <= 0 || end != len(rest)-1 {
				return 0, false
			}
			fraction, text = rest[:end], rest[end:]
		}
		if digits == 0 || text == "" {
			return 0, false
		}
		unit := strings.IndexByte(letters, text[0])
		if unit < 0 || n > int64((math.MaxInt64-total)/units[unit]) {
			return 0, false
		}
		total += time.Duration(n) * units[unit]
		part := units[unit]
		for _, digit := range fraction {
			part /= 10
			total += time.Duration(digit-'0') * part
		}
		if total < 0 {
			return 0, false
		}
		letters, units, text = letters[unit+1:], units[unit+1:], text[1:]
	}
	return total, true
}
