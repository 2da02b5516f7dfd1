//go:build tools

// Package tools pins the programs that the repository runs on itself, so that
// go.mod decides their versions and every checkout generates the same files.
package tools

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
)
