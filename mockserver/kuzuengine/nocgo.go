//go:build !cgo

package kuzuengine

import "github.com/robosystems/kuzuclient/mockserver"

// Config describes an engine; see the build with cgo.
type Config struct {
	Dir string
}

// Engine is the embedded engine, which needs cgo.
type Engine struct{ mockserver.Engine }

// New fails with [ErrNoCgo].
func New(Config) (*Engine, error) { return nil, ErrNoCgo }
