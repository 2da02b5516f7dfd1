package kuzuengine

import "errors"

// ErrNoCgo is what New returns in a program that was built without cgo, be it
// by CGO_ENABLED=0 or because there is no C compiler.
var ErrNoCgo = errors.New("the embedded Kuzu engine needs cgo: build with a C compiler and CGO_ENABLED=1")
