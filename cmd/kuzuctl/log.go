package main

import (
	"context"
	"log/slog"
)

// logHandler writes what the library logs. That a call has failed is told by the
// command itself, so its line comes only to those who asked for all.
type logHandler struct {
	slog.Handler
	all bool
}

func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "kuzu call" && !h.all {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs), h.all}
}

func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.all}
}
