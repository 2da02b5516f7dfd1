package gen

// The generator runs from this directory; go.mod pins its version.
//
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config config/types.yaml ../openapi/kuzu-api.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config config/client.yaml ../openapi/kuzu-api.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config config/operations.yaml ../openapi/kuzu-api.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config config/server.yaml ../openapi/kuzu-api.yaml
