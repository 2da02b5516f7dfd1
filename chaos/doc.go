// Package chaos has no code but tests: a fleet under load, through several
// factories at once, while a seeded schedule of faults goes over it; and a checker
// that knows from the history of all calls whether any of them went wrong.
//
//	go test ./chaos -run TestChaos -chaos.time 20m -chaos.seed 7
//
// is what make chaos CHAOSTIME=20m SEED=7 runs; docs/proof.md tells what is done
// and checked.
package chaos
