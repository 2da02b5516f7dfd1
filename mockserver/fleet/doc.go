// Package fleet runs a whole fleet of Kuzu API servers on loopback, with all that
// a client finds it by: writers of each tier, a shared master, replicas behind a
// load balancer, a Redis, and a registry that speaks DynamoDB's protocol. It is
// for tests and demonstrations of what happens when parts of a fleet go away.
//
// # Starting one
//
//	f, err := fleet.Start(ctx, fleet.DefaultConfig())
//	...
//	defer f.Close()
//	for name, value := range f.Env() { // what a service would find
//		os.Setenv(name, value)
//	}
//	err = f.Place(ctx, "kg0123456789abcdef", f.Writers("standard")[0].ID)
//
// # Instances
//
// Every instance is a [mockserver.Server] with an engine of its own. It can be
// killed, so that its address refuses connections, frozen, so that it takes them
// and does not answer, and restarted. A graph moves with its data, as on a volume
// that is attached elsewhere; also from an instance that was killed.
//
// The connections of an instance can be spoiled: reset, cut short or silent at any
// byte, as by what stands between it and its clients. Instances can speak TLS with
// certificates that the test changes, and all keys can be rotated.
//
// # What lies between
//
// The registry and Redis can be taken away, slowed down, aged and given back, and
// the load balancer can fail on its own. Nobody looks after the registry: an
// instance that is killed stays healthy in it until the test says otherwise, as it
// does for up to an hour in a deployed fleet.
package fleet
