package contract_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	"github.com/robosystems/kuzuclient/contract"
	"github.com/robosystems/kuzuclient/mockserver"
)

// A server that says it restores, and only announces it.
func ExampleCheck() {
	engine := mockserver.NewScripted()
	server, err := mockserver.New(mockserver.Config{Engine: engine, Quirks: mockserver.QuirkRestoreByPath})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	web := httptest.NewServer(server)
	defer web.Close()

	can, err := contract.ParseCapabilities("backs-up")
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := contract.Check(context.Background(), contract.Target{URL: web.URL, Can: can})
	if err != nil {
		fmt.Println(err) // there was no finding out
		return
	}
	for _, finding := range report.Findings {
		if strings.HasPrefix(finding.Operation, "restore") {
			fmt.Println(finding.Operation, "deviates")
			break
		}
	}
	// Output: restoreDatabase deviates
}
