//go:build !cgo || !(linux || darwin)

package kuzuengine

import (
	"errors"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Engine is the embedded engine, which needs cgo.
type Engine struct{ mockserver.Engine }

// New fails with [ErrNoCgo].
func New(cfg Config) (*Engine, error) {
	_, err := cfg.withDefaults()
	return nil, errors.Join(ErrNoCgo, err)
}
