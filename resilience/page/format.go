package page

import (
	"fmt"
	"html/template"
	"time"
)

// funcs are what the template writes figures with.
var funcs = template.FuncMap{
	"ms":      formatMS,
	"percent": func(share float64) string { return trimZero(100*share) + " %" },
	"number":  trimZero,
	"seconds": func(s float64) string { return formatAge(time.Duration(s * float64(time.Second))) },
	"ago":     func(now, then time.Time) string { return formatAge(now.Sub(then)) + " ago" },
	"age":     func(now, then time.Time) string { return formatAge(now.Sub(then)) },
	"stamp":   func(t time.Time) string { return t.Format(time.RFC3339) },
	"clock":   func(t time.Time) string { return t.Format("15:04:05") },
	"icon":    func(state string) string { return icons[state] },
	"advice":  func(state string) string { return advices[state] },
	"tone":    func(state string) string { return tones[state] },
	"alert":   func(kind string) string { return tones[kind] },
	"spark":   newSpark,
	"summary": summary,
}

// icons tell states apart without colour.
var icons = map[string]string{
	"healthy": "●", "degraded": "◐", "busy": "◷", "down": "✕", "unknown": "○",
	"closed": "●", "half-open": "◐", "open": "✕",
}

// tones are the classes of style.css that give states and alerts their colours.
var tones = map[string]string{
	"healthy": "good", "degraded": "fair", "busy": "calm", "down": "bad", "unknown": "none",
	"closed": "good", "half-open": "fair", "open": "bad",
	"health recovered": "good", "health degraded": "fair", "breaker opened": "bad", "retries exhausted": "fair", "budget empty": "fair",
}

var advices = map[string]string{
	"unknown":  "Nothing was heard from it yet.",
	"degraded": "It answers, but not well enough.",
	"busy":     "It gives no answer but is there, so it is probably at work. Do not take its work away.",
	"down":     "It cannot be reached, fails, or has been silent for too long.",
}

// summary counts services by state, the gravest first.
func summary(services []Service) string {
	if len(services) == 0 {
		return "No services are registered."
	}
	text := ""
	for i := 0; i < len(services); {
		n := 1
		for i+n < len(services) && services[i+n].State == services[i].State {
			n++
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", n, services[i].State)
		i += n
	}
	return text
}

func formatMS(ms float64) string {
	switch {
	case ms >= 10_000:
		return fmt.Sprintf("%.0f s", ms/1000)
	case ms >= 1000:
		return fmt.Sprintf("%.1f s", ms/1000)
	case ms >= 10 || ms == 0:
		return fmt.Sprintf("%.0f ms", ms)
	default:
		return fmt.Sprintf("%.1f ms", ms)
	}
}

// trimZero has one decimal where it tells something.
func trimZero(x float64) string {
	text := fmt.Sprintf("%.1f", x)
	if text[len(text)-2:] == ".0" {
		return text[:len(text)-2]
	}
	return text
}

func formatAge(d time.Duration) string {
	switch {
	case d < time.Second:
		return "0 s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
}
