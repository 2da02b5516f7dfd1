package mockserver_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// A server with two oddities of the deployed one, which is busy and impatient.
func ExampleConfig() {
	quirks, err := mockserver.ParseQuirks("no-last-chunk", "freeze")
	if err != nil {
		fmt.Println(err)
		return
	}
	admission := mockserver.DefaultAdmission()
	admission.MemoryThreshold = 50
	patience := 2 * time.Second
	srv, err := mockserver.New(mockserver.Config{
		Engine: mockserver.NewScripted(), Quirks: quirks, Admission: &admission, QueryTimeout: &patience,
		TimeScale: 60, // a minute passes in a second
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()
	fmt.Println(srv.SetLoad(mockserver.Load{MemoryPercent: 60}), srv.Quirks())

	_, err = mockserver.ParseQuirks("frozen")
	fmt.Println(err != nil) // it lists those that there are
	// Output:
	// <nil> no-last-chunk,freeze
	// true
}

func ExampleFaultKinds() {
	fmt.Println(slices.Contains(mockserver.FaultKinds(), mockserver.FaultDribble))
	// Output: true
}
