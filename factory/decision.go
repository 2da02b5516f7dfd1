package factory

import (
	"fmt"
	"strings"
	"time"
)

// Decision says where a call goes and why.
type Decision struct {
	Graph       string        // also the name of the database
	Parent      string        // the graph whose location decides; the same unless Graph is a subgraph
	Environment string        // whose tables and keys were looked at
	Operation   Op            // what the client is for
	Target      Target        // the sort of server that the call goes to
	Endpoint    string        // scheme://host:port, "" if there is none
	Instance    string        // id in the registry, "" if it is not known
	ReadOnly    bool          // a replica
	Busy        bool          // the instance is loading data
	Stale       bool          // the registry did not answer: this is what was known last
	Age         time.Duration // since the registry said so; 0 if it did not
	Steps       []Step        // in order
	Err         error         // why there is no endpoint, nil if there is one
}

// Target is a sort of destination.
type Target string

// The targets.
const (
	TargetUserGraph    Target = "user_graph"         // the instance that the registry names
	TargetSharedMaster Target = "shared_master"      // the instance that shared repositories are written on
	TargetReplicas     Target = "shared_replica_alb" // the load balancer of the read-only replicas
	TargetInstance     Target = "instance"           // named by the caller
	TargetDevelopment  Target = "development"        // everything goes to one server
)

// Step is one thing that was looked at.
type Step struct {
	Source string        // such as "redis"
	Found  string        // what it held, or why it was of no use
	Age    time.Duration // of what it held; 0 if it does not say
	Took   time.Duration // how long the look took
}

// String shows the decision and its steps, a line each.
func (d Decision) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s in %s: %s", d.Operation, d.Graph, d.Environment, d.Target)
	switch {
	case d.Err != nil:
		fmt.Fprintf(&b, ": %v", d.Err)
	case d.Endpoint != "":
		fmt.Fprintf(&b, " at %s", d.Endpoint)
	}
	if d.Instance != "" {
		b.WriteString(", instance " + d.Instance)
	}
	if d.ReadOnly {
		b.WriteString(", read only")
	}
	if d.Busy {
		b.WriteString(", busy")
	}
	if d.Stale {
		b.WriteString(", last known")
	}
	b.WriteByte('\n')
	for i, s := range d.Steps {
		fmt.Fprintf(&b, "%3d. %s: %s", i+1, s.Source, s.Found)
		if age := s.Age.Round(time.Millisecond); age > 0 {
			fmt.Fprintf(&b, " (%v old)", age)
		}
		if s.Took > time.Millisecond {
			fmt.Fprintf(&b, " in %v", s.Took.Round(100*time.Microsecond))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// step records what was looked at. A nil Decision records nothing, which is how
// calls are routed that nobody explains.
func (d *Decision) step(source, found string, age time.Duration, began time.Time) {
	if d != nil {
		d.Steps = append(d.Steps, Step{Source: source, Found: found, Age: max(age, 0), Took: time.Since(began)})
	}
}

// begin is when a step begins. It spares calls that nobody explains the clock.
func (d *Decision) begin() time.Time {
	if d == nil {
		return time.Time{}
	}
	return time.Now()
}
