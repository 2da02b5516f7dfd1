module github.com/robosystems/kuzuclient/bench

go 1.26.0

replace github.com/robosystems/kuzuclient => ../

require (
	github.com/failsafe-go/failsafe-go v0.9.8
	github.com/robosystems/kuzuclient v0.0.0-00010101000000-000000000000
)

require (
	github.com/benbjohnson/clock v1.3.0 // indirect
	github.com/bits-and-blooms/bitset v1.24.4 // indirect
	github.com/cenkalti/backoff/v3 v3.1.1 // indirect
	github.com/mercari/go-circuitbreaker v0.0.2 // indirect
	golang.org/x/time v0.16.0 // indirect
)
