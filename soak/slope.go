package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
)

// sample is what the process holds after a number of calls.
type sample struct{ calls, heap, goroutines, descriptors float64 }

// take takes a sample. What is garbage is not held.
func take(calls float64) sample {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // which empties the pools that the first one aged
	runtime.ReadMemStats(&m)
	descriptors, _ := filepath.Glob("/dev/fd/*")
	if _, err := os.Stat("/proc/self/fd"); err == nil {
		descriptors, _ = filepath.Glob("/proc/self/fd/*")
	}
	return sample{calls, float64(m.HeapAlloc), float64(runtime.NumGoroutine()), float64(len(descriptors))}
}

// measure is one of the things that have to stay flat.
type measure struct {
	name, unit string
	of         func(sample) float64
	scale      float64 // of the unit
	least      float64 // what it may rise by, if a tenth of it is less
}

var measures = []measure{
	{"heap", "MiB", func(s sample) float64 { return s.heap }, 1 << 20, 2 << 20},
	{"goroutines", "", func(s sample) float64 { return s.goroutines }, 1, 100},
	{"file descriptors", "", func(s sample) float64 { return s.descriptors }, 1, 100},
}

// judge prints the line through each measure and reports whether all are flat. The
// first quarter of the samples is for warming up.
func judge(out io.Writer, samples []sample) (flat bool) {
	samples = samples[len(samples)/4:]
	span := samples[len(samples)-1].calls - samples[0].calls
	flat = true
	for _, m := range measures {
		line := through(samples, m.of)
		bound := max(m.least, line.mean/10)
		// Beyond doubt: by the slope less three times what chance adds to it.
		rises := (line.slope-3*line.deviation)*span > bound
		verdict := "flat"
		if rises {
			verdict, flat = "RISES", false
		}
		fmt.Fprintf(out, "%-16s %-5s mean %.1f %s, slope %+.3g ± %.2g %s per million calls: %+.2f over %.0f calls, may be %.1f\n", m.name, verdict,
			line.mean/m.scale, m.unit, line.slope*1e6/m.scale, line.deviation*1e6/m.scale, m.unit, line.slope*span/m.scale, span, bound/m.scale)
	}
	return flat
}

// line is the line of least squares through samples.
type line struct{ mean, slope, deviation float64 }

func through(samples []sample, of func(sample) float64) (l line) {
	n := float64(len(samples))
	var x, xx, xy float64
	for _, s := range samples {
		x += s.calls / n
		l.mean += of(s) / n
	}
	for _, s := range samples {
		xx += (s.calls - x) * (s.calls - x)
		xy += (s.calls - x) * (of(s) - l.mean)
	}
	l.slope = xy / xx
	residue := 0.0
	for _, s := range samples {
		off := of(s) - l.mean - l.slope*(s.calls-x)
		residue += off * off
	}
	l.deviation = math.Sqrt(residue / (n - 2) / xx)
	return l
}
