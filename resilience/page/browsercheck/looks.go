package main

import (
	"context"
	"errors"
	"fmt"
)

// looks checks sizes and colours of the page in the windows and modes people
// use, and takes its pictures.
func (c *check) looks(ctx context.Context) error {
	var errs []error
	for _, window := range []struct {
		name          string
		width, height int
	}{{"phone", 375, 812}, {"tablet", 768, 1024}, {"desk", 1280, 2000}} {
		for _, mode := range []string{"light", "dark"} {
			if err := c.look(ctx, window.name+"-"+mode, window.width, window.height, mode); err != nil {
				errs = append(errs, fmt.Errorf("%s, %s: %w", window.name, mode, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (c *check) look(ctx context.Context, name string, width, height int, mode string) error {
	if err := c.browser.devtools(ctx, "Emulation.setDeviceMetricsOverride",
		map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}); err != nil {
		return err
	}
	if err := c.browser.devtools(ctx, "Emulation.setEmulatedMedia",
		map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": mode}}}); err != nil {
		return err
	}
	if err := c.browser.eval(ctx, `scrollTo(0, 0); document.activeElement.blur(); return true`, nil); err != nil {
		return err
	}
	return errors.Join(
		wants(ctx, c, "width beyond the window", `document.documentElement.scrollWidth - innerWidth`, 0),
		wants(ctx, c, "text that is cut off", overflowing, ""),
		wants(ctx, c, "colours too alike to read", illegible, ""),
		wants(ctx, c, "the ground is dark", brightness+`(colour(document.body, "backgroundColor")) < 0.2`, mode == "dark"),
		wants(ctx, c, "targets too small to touch", `[...document.querySelectorAll("button, summary")].filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.textContent).join()`, ""),
		c.picture(ctx, name),
	)
}

// overflowing names elements whose text is wider than they are.
const overflowing = `[...document.querySelectorAll("article *, header *")]
	.filter(e => e.checkVisibility() && !e.classList.contains("hidden") && !e.closest("svg") && getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
	.map(e => e.tagName + ": " + e.textContent.slice(0, 40)).join("; ")`

// brightness is the relative luminance of the Web Content Accessibility
// Guidelines 2.2.
const brightness = `(() => {
	window.colour = (e, which) => getComputedStyle(e)[which].match(/[\d.]+/g).map(Number);
	return c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
})()`

// illegible names text whose contrast with its ground is below 4.5 to 1, the
// guidelines' level AA.
const illegible = `(() => {
	const bright = ` + brightness + `;
	const ground = e => { for (; e; e = e.parentElement) { const c = colour(e, "backgroundColor"); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
	const bad = [];
	for (const e of document.querySelectorAll("body *")) {
		const text = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join("");
		if (!text || !e.checkVisibility() || ["SCRIPT", "STYLE"].includes(e.tagName)) continue;
		const [a, b] = [bright(colour(e, "color")), bright(ground(e))].sort((x, y) => y - x);
		if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(text.slice(0, 30) + " " + ((a + 0.05) / (b + 0.05)).toFixed(1));
	}
	return bad.join("; ");
})()`
