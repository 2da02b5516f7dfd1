package gen_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/robosystems/kuzuclient/gen"
)

// Which operations may be repeated without a second thought.
func ExampleOperations() {
	for _, op := range gen.Operations() {
		if op.Access == gen.AccessWrite && op.Idempotent {
			fmt.Println(op.ID, op.Method, op.Path)
		}
	}
	// Output:
	// deleteDatabase DELETE /databases/{graph_id}
}

// Bodies are bounded.
func ExampleWithMaxResponseBytes() {
	srv := exampleServer(200, "application/json", `{"status": "healthy"}`)
	defer srv.Close()

	api, err := gen.NewClientWithResponses(srv.URL, gen.WithMaxResponseBytes(8))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = api.GetHealthWithResponse(context.Background())
	tooLarge, ok := errors.AsType[*gen.ResponseTooLargeError](err)
	fmt.Println(ok, tooLarge.Operation, tooLarge.Limit)
	// Output: true getHealth 8
}
