// Soak calls a fleet on loopback millions of times, in all the ways in which calls
// end, while instances die and come back and graphs come, move and go. Heap,
// goroutines and file descriptors have to stay flat: a line is laid through the
// samples after a time to warm up, and what rises by more than its bound, beyond
// doubt, makes it exit 1.
//
//	go run ./soak -calls 10000000
package main
