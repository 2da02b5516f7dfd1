//go:build !cgo || !(linux || darwin)

package kuzuengine

import "github.com/robosystems/kuzuclient/mockserver"

// Engine is the embedded engine, which needs cgo.
type Engine struct{ mockserver.Engine }

// New fails with [ErrNoCgo].
func New(Config) (*Engine, error) { return nil, ErrNoCgo }
