// Package factory makes clients that find the server of their graph in a fleet.
//
//	cfg, err := factory.ConfigFromEnv()
//	...
//	f, err := factory.New(ctx, cfg) // once a process
//	...
//	defer f.Close()
//	c, err := f.Client(ctx, "kg1a2b3c4d5", factory.Read) // cheap, many
//
// # Routes
//
// Shared repositories are written on the shared master, and read from the load
// balancer of the replicas, or from the master where that is off or unhealthy. The
// graphs of users are where the registry in DynamoDB says, and subgraphs are with
// their parents. In development everything goes to one server. [Factory.Explain]
// tells where a call would go and why.
//
// # Lookups
//
// A lookup goes through a cache in the process, Redis and the registry, of which
// the instance's own record has the last word. Many that look for one graph share
// one flight. What failed is not "not found": when the registry is down, the last
// known location serves. A server that is dead, or says that it does not have the
// graph, makes the next call ask the registry at once, in every process.
//
// Redis is shared with services in Python: same keys, values that each side reads
// of the other. It may be away at any time and costs a call at most 50 ms then.
package factory
