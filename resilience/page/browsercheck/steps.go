package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// steps are made in this order, on one page.
var steps = []struct {
	name      string
	run       func(*check, context.Context) error
	complains bool // the browser has reason to
}{
	{"shows every service, the gravest first", (*check).content, false},
	{"loads nothing but itself", (*check).selfContained, false},
	{"opens a breaker's history by a click", (*check).clickDetails, false},
	{"can be worked by keyboard", (*check).keyboard, false},
	{"refreshes in place and keeps what is open", (*check).refreshes, false},
	{"pauses and resumes", (*check).pauses, false},
	{"fits a phone, a tablet and a desk, light and dark, and can be read", (*check).looks, false},
	{"gives JSON by its link", (*check).json, false},
	{"works without JavaScript", (*check).withoutScript, false},
	{"says when it is out of date", (*check).stale, true},
}

// wants fails unless a JavaScript expression gives want.
func wants[T comparable](ctx context.Context, c *check, what, expression string, want T) error {
	var got T
	if err := c.browser.eval(ctx, "return "+expression, &got); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if got != want {
		return fmt.Errorf("%s: %v, want %v", what, got, want)
	}
	return nil
}

// until waits for a JavaScript condition, which may become true when something
// on the page changes.
func (c *check) until(ctx context.Context, condition string) error {
	return c.browser.eval(ctx, `
		const holds = () => { `+condition+` };
		return await new Promise((resolve, reject) => {
			if (holds()) return resolve(true);
			const late = setTimeout(() => reject(new Error("it never came to: " + holds)), 20000);
			new MutationObserver((_, o) => { if (holds()) { clearTimeout(late); o.disconnect(); resolve(true); } })
				.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		});`, nil)
}

func (c *check) content(ctx context.Context) error {
	if err := c.browser.open(ctx, c.url); err != nil {
		return err
	}
	var shown []string
	if err := c.browser.eval(ctx, `return [...document.querySelectorAll("article")].map(a =>
		a.querySelector("h2").textContent + ": " + a.querySelector(".badge").textContent.trim().split(" ").pop())`, &shown); err != nil {
		return err
	}
	want := []string{
		"quickbooks_api: down", "writer-07 (bulk copy): busy", "replica_alb: degraded",
		"graph_api: healthy", "shared_master: healthy", "sec (not asked yet): unknown",
	}
	if !slices.Equal(shown, want) {
		return fmt.Errorf("it shows %q, want %q", shown, want)
	}
	return wants(ctx, c, "sparklines", `document.querySelectorAll("svg[role=img][aria-label]").length`, 5)
}

func (c *check) selfContained(ctx context.Context) error {
	return wants(ctx, c, "what it loaded", `performance.getEntriesByType("resource").map(e => e.name).filter(n => n !== location.href).join()`, "")
}

const history = `#d-breaker-graph_api-db_read`

func (c *check) clickDetails(ctx context.Context) error {
	if err := c.browser.click(ctx, history+" > summary"); err != nil {
		return err
	}
	var text string
	if err := c.browser.eval(ctx, `return document.querySelector("`+history+`[open]").innerText`, &text); err != nil {
		return err
	}
	for _, want := range []string{"closed → open", "forced open", "open → closed", "released"} {
		if !strings.Contains(text, want) {
			return fmt.Errorf("the history lacks %q: %s", want, text)
		}
	}
	return nil
}

func (c *check) keyboard(ctx context.Context) error {
	if err := c.browser.eval(ctx, `document.activeElement.blur(); scrollTo(0, 0); return true`, nil); err != nil {
		return err
	}
	const tab, enter = "\ue004", "\ue007"
	var stops []string
	for range 40 {
		if err := c.browser.press(ctx, tab); err != nil {
			return err
		}
		var at struct {
			Name, Outline string
			Details       string
		}
		if err := c.browser.eval(ctx, `const e = document.activeElement;
			return {Name: e.id || e.innerText || e.tagName, Outline: getComputedStyle(e).outlineStyle, Details: e.closest("details")?.id ?? ""}`, &at); err != nil {
			return err
		}
		if at.Name == "BODY" || slices.Contains(stops, at.Name+at.Details) {
			break
		}
		stops = append(stops, at.Name+at.Details)
		if at.Outline == "none" {
			return fmt.Errorf("the focus on %q cannot be seen", at.Name)
		}
		if at.Details != "d-breaker-graph_api-db_write" {
			continue
		}
		if err := c.browser.press(ctx, enter); err != nil {
			return err
		}
		return wants(ctx, c, "open after Enter", `document.activeElement.closest("details").open`, true)
	}
	return fmt.Errorf("the focus never came to a breaker's history, only to %q", stops)
}

func (c *check) refreshes(ctx context.Context) error {
	c.scene.breakDown(ctx)
	if err := c.until(ctx, `return document.querySelector("article[data-service=`+fragile+`] .badge").textContent.includes("down")`); err != nil {
		return err
	}
	if err := wants(ctx, c, "the history is still open", `document.querySelector("`+history+`").open`, true); err != nil {
		return err
	}
	if err := wants(ctx, c, "the title", `document.title.includes("2 down")`, true); err != nil {
		return err
	}
	return wants(ctx, c, "the focus", `document.activeElement.closest("details")?.id ?? document.activeElement.tagName`, "d-breaker-graph_api-db_write")
}

func (c *check) pauses(ctx context.Context) error {
	if err := c.browser.click(ctx, "#pause"); err != nil {
		return err
	}
	if err := wants(ctx, c, "the button", `document.getElementById("pause").textContent`, "Resume"); err != nil {
		return err
	}
	// A refresh that is due while paused must change nothing.
	if err := c.browser.eval(ctx, `window.before = document.querySelector("main").firstElementChild; window.changed = 0;
		new MutationObserver(() => changed++).observe(document.querySelector("main"), {subtree: true, childList: true, characterData: true});
		document.dispatchEvent(new Event("visibilitychange"));
		await fetch(location.href); return true`, nil); err != nil {
		return err
	}
	if err := wants(ctx, c, "changes while paused", `changed`, 0); err != nil {
		return err
	}
	if err := c.browser.click(ctx, "#pause"); err != nil {
		return err
	}
	return c.until(ctx, `return changed > 0 && document.getElementById("pause").textContent === "Pause"`)
}

func (c *check) json(ctx context.Context) error {
	if err := c.browser.click(ctx, `a[href="?format=json"]`); err != nil {
		return err
	}
	if err := wants(ctx, c, "services in the JSON", `JSON.parse(document.body.innerText).services.length`, 6); err != nil {
		return err
	}
	return c.browser.call(ctx, "POST", "/back", struct{}{}, nil)
}

func (c *check) withoutScript(ctx context.Context) error {
	if err := c.browser.devtools(ctx, "Emulation.setScriptExecutionDisabled", map[string]any{"value": true}); err != nil {
		return err
	}
	if err := c.browser.open(ctx, c.url); err != nil {
		return err
	}
	if err := wants(ctx, c, "services", `document.querySelectorAll("article").length`, 6); err != nil {
		return err
	}
	if err := wants(ctx, c, "it refreshes itself", `document.querySelector("noscript meta[http-equiv=refresh]")?.content ?? ""`, "15"); err != nil {
		return err
	}
	if err := wants(ctx, c, "the button that needs the script", `document.getElementById("pause").checkVisibility()`, false); err != nil {
		return err
	}
	if err := c.browser.click(ctx, history+" > summary"); err != nil {
		return err
	}
	if err := wants(ctx, c, "the history opens", `document.querySelector("`+history+`").open`, true); err != nil {
		return err
	}
	return c.browser.devtools(ctx, "Emulation.setScriptExecutionDisabled", map[string]any{"value": false})
}

func (c *check) stale(ctx context.Context) error {
	if err := c.browser.open(ctx, c.url); err != nil {
		return err
	}
	if err := c.server.Close(); err != nil {
		return err
	}
	return c.until(ctx, `const s = document.getElementById("stale"); return s.checkVisibility() && s.textContent.startsWith("Not refreshed since ")`)
}
