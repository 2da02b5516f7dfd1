package kuzuengine

import "errors"

var (
	// ErrNoCgo is what New returns in a program that was built without cgo, be
	// it by CGO_ENABLED=0 or because there is no C compiler, or for a system
	// other than Linux and macOS.
	ErrNoCgo = errors.New("the embedded Kuzu engine needs cgo: build with a C compiler and CGO_ENABLED=1")

	// ErrClosed is what an [Engine] and its results return after Close.
	ErrClosed = errors.New("kuzuengine: the engine is closed")
)
