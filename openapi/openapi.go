// Package openapi embeds the API document, the single source of truth for
// everything that is generated, served or checked in this module.
package openapi

import _ "embed"

// Document is kuzu-api.yaml, an OpenAPI 3.0.3 document in YAML. Treat it as
// read-only.
//
//go:embed kuzu-api.yaml
var Document []byte
