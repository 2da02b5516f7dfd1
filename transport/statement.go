package transport

import "strings"

// StatementError returns the error that a server's text about a statement stands
// for, be it a line of a stream, the answer to a schema or the record of a task.
// Its kind is otherwise if the text does not tell.
func StatementError(text string, otherwise Kind) *Error {
	kind := classifyText(text)
	if kind == 0 {
		kind = otherwise
	}
	return Errorf(kind, "%s", text)
}

// exceptions are the engine's names for failures that tell whose fault they are.
var exceptions = map[string]Kind{
	"Parser":     KindSyntax,
	"Binder":     KindSyntax,
	"Catalog":    KindSyntax,
	"Runtime":    KindExecution,
	"Conversion": KindExecution,
	"Overflow":   KindExecution,
	"Copy":       KindExecution,
}

// textExecution precedes what the engine says of a statement that ran.
const textExecution = "Query execution error: "

// classifyText tells what a text that comes from running a statement means, or
// returns 0. The first exception that is named decides: what follows it may
// quote the statement or the data.
func classifyText(text string) Kind {
	cause, execution := strings.CutPrefix(text, textExecution)
	if before, _, found := strings.Cut(text, " exception: "); found {
		name := before[strings.LastIndexByte(before, ' ')+1:]
		if kind := exceptions[name]; kind != 0 {
			return kind
		}
	} else if strings.Contains(text, "Unexpected error: 408") || strings.HasPrefix(cause, "Interrupted.") || strings.HasSuffix(text, ": Interrupted.") {
		return KindTimeout
	}
	switch {
	case startsWithAny(text, "Query parsing error: ", "Query binding error: ", "Catalog error: "):
		return KindSyntax
	case strings.HasPrefix(cause, "Parameter ") && strings.HasSuffix(cause, " not found."):
		return KindInvalidRequest
	case strings.HasPrefix(text, "Database ") && strings.HasSuffix(text, " not found"):
		return KindNotFound
	case strings.HasPrefix(text, "Query contains forbidden keyword: "):
		return KindForbidden
	case strings.HasSuffix(text, " not yet implemented"):
		return KindUnsupported // backups and restores of the deployed server
	case execution:
		return KindExecution
	}
	return 0
}

func startsWithAny(s string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}
