package main

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"
)

// TestSoak is the short form: what is held by all calls would show here.
func TestSoak(t *testing.T) {
	var out strings.Builder
	s := soak{calls: 100 * rounds, callers: 4, seed: 1, out: &out}
	if err := s.run(t.Context()); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	t.Log(out.String())
}

// TestPlantedLeaks shows that a leak is found, by what leaks and nothing else.
func TestPlantedLeaks(t *testing.T) {
	var held [][]byte
	var files []*os.File
	end := make(chan struct{})
	for name, leak := range map[string]func(n int){
		"heap":             func(int) { held = append(held, make([]byte, 4<<10)) },
		"goroutines":       func(n int) { onceIn(10, n, func() { go func() { <-end }() }) },
		"file descriptors": func(n int) { onceIn(10, n, func() { f, _ := os.Open(os.DevNull); files = append(files, f) }) },
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			n := 0
			s := soak{calls: 100 * rounds, callers: 1, seed: 1, out: &out, planted: func() { n++; leak(n) }}
			if err := s.run(t.Context()); !errors.Is(err, errRises) {
				t.Errorf("got %v\n%s", err, out.String())
			}
			for _, m := range measures {
				if rises := strings.Contains(out.String(), m.name+strings.Repeat(" ", 17-len(m.name))+"RISES"); rises != (m.name == name) {
					t.Errorf("%s rises: %t\n%s", m.name, rises, out.String())
				}
			}
		})
	}
	t.Logf("%d blocks", len(held))
	for _, f := range files {
		_ = f.Close()
	}
	close(end)
}

func onceIn(many, n int, f func()) {
	if n%many == 0 {
		f()
	}
}

// TestSlope lays lines through samples that are known.
func TestSlope(t *testing.T) {
	noise := []float64{0, 30, -20, 10, -30, 10}
	series := func(of func(n float64) float64) (s []sample) {
		for n := range rounds {
			s = append(s, sample{calls: float64(n) * 1000, heap: 1 << 24, goroutines: of(float64(n)), descriptors: 100})
		}
		return s
	}
	for name, test := range map[string]struct {
		of   func(n float64) float64
		flat bool
	}{
		"constant":                  {func(float64) float64 { return 300 }, true},
		"noise":                     {func(n float64) float64 { return 300 + noise[int(n)%len(noise)] }, true},
		"falls":                     {func(n float64) float64 { return 300 - n }, true},
		"rises":                     {func(n float64) float64 { return 300 + 5*n }, false},
		"rises in noise":            {func(n float64) float64 { return 300 + 6*n + noise[int(n)%len(noise)] }, false},
		"rises less than it may":    {func(n float64) float64 { return 300 + n/2 }, true},
		"rises while it warms up":   {func(n float64) float64 { return 300 + 10*min(n, 9) }, true},
		"one sample is far too big": {func(n float64) float64 { return 300 + 3000*float64(int(n)/(rounds-1)) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if flat := judge(&out, series(test.of)); flat != test.flat {
				t.Errorf("flat: %t\n%s", flat, out.String())
			}
		})
	}
	l := through(series(func(n float64) float64 { return 7 + 2*n }), func(s sample) float64 { return s.goroutines })
	if math.Abs(l.slope-0.002) > 1e-9 || math.Abs(l.mean-46) > 1e-9 || l.deviation > 1e-9 {
		t.Errorf("got %+v", l)
	}
}

// TestRefusals: too few calls tell nothing.
func TestRefusals(t *testing.T) {
	for _, s := range []soak{{calls: 10, callers: 1}, {calls: 1 << 20, callers: 0}} {
		if err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), "at least") {
			t.Errorf("got %v", err)
		}
	}
}
