package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/robosystems/kuzuclient/kuzu"
)

// fault says what is wrong with a statement, and where if the server knows. Of
// what is the statement's own fault nobody needs to know on which server it was
// found.
func fault(text string, err error) string {
	e, ok := errors.AsType[*kuzu.Error](err)
	message := strings.TrimPrefix(err.Error(), "kuzu: ")
	switch {
	case !ok:
	case e.Kind == kuzu.KindCanceled:
		return "canceled"
	case e.Message != "" && (e.Kind == kuzu.KindSyntax || e.Kind == kuzu.KindExecution || e.Status == 0 && e.Kind == kuzu.KindInvalidRequest):
		message = e.Kind.String() + ": " + e.Message
	}
	at := pointer(text, err)
	if at == "" {
		return message
	}
	// The engine's own picture, which follows its message, shows the same.
	message, _, _ = strings.Cut(message, "\n")
	return message + "\n" + at
}

// positions are how the engine and the tokenizer write where something is.
var positions = []struct {
	pattern *regexp.Regexp
	base    int // of columns
}{
	{regexp.MustCompile(`\(line: (\d+), offset: (\d+)\)`), 0},
	{regexp.MustCompile(`\bline (\d+), column (\d+):`), 1},
}

// pointer shows the line of a statement in which an error is, with a mark below;
// "" if the error does not say.
func pointer(text string, err error) string {
	e, ok := errors.AsType[*kuzu.Error](err)
	if !ok || e.Kind != kuzu.KindSyntax {
		return ""
	}
	for _, p := range positions {
		found := p.pattern.FindStringSubmatch(e.Message)
		if found == nil {
			continue
		}
		number, _ := strconv.Atoi(found[1]) // digits; 0 if too many
		column, _ := strconv.Atoi(found[2])
		lines := strings.Split(text, "\n")
		if column -= p.base; number < 1 || number > len(lines) {
			return ""
		}
		line := []rune(lines[number-1])
		if column < 0 || column > len(line) {
			return ""
		}
		before := []rune(cell(string(line[:column])))
		return "    " + cell(string(line)) + "\n    " + strings.Repeat(" ", len(before)) + "^"
	}
	return ""
}
