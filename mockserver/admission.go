package mockserver

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"sync"

	"github.com/robosystems/kuzuclient/gen/server"
)

// Admission is when a server refuses to take on a query: with 503, before it
// looks at anything but the form of the request, and before any stream.
type Admission struct {
	MemoryThreshold float64 // percent of the machine's memory; above it queries are refused
	CPUThreshold    float64 // percent; above it queries are refused
	// MaxConnections is how many queries may be at work on one database: with
	// so many, the next is refused. 0 means that there is no such bound.
	// Streams do not count once they have begun.
	MaxConnections int
}

// deployedConnections is the deployed bound. A server that runs one plain query
// after the other never gets there; one that does not would refuse every
// eleventh that comes at the same time.
const deployedConnections = 10

// DefaultAdmission is what a server has unless it is told otherwise: 85 % of
// memory, 90 % of CPU, and no bound of connections. With [QuirkFreeze] a server
// has the deployed bound of 10, which [Server.SetLoad] reaches.
func DefaultAdmission() Admission { return Admission{MemoryThreshold: 85, CPUThreshold: 90} }

// admissionLimits are those in force.
func (s *Server) admissionLimits() Admission {
	if s.admission.limits != nil {
		return *s.admission.limits
	}
	limits := DefaultAdmission()
	if s.quirks.Has(QuirkFreeze) {
		limits.MaxConnections = deployedConnections
	}
	return limits
}

func (a Admission) fault() error {
	var faults []error
	for name, threshold := range map[string]float64{"MemoryThreshold": a.MemoryThreshold, "CPUThreshold": a.CPUThreshold} {
		if math.IsNaN(threshold) || threshold < 0 {
			faults = append(faults, fmt.Errorf("Admission.%s is %v; it must be a percentage, 0 or more", name, threshold))
		}
	}
	if a.MaxConnections < 0 {
		faults = append(faults, fmt.Errorf("Admission.MaxConnections is %d; it must not be negative", a.MaxConnections))
	}
	return errors.Join(faults...)
}

// Load is the load that a server believes to be under. It measures none by
// itself, so that tests do not depend on their machine; only connections it
// counts.
type Load struct {
	MemoryPercent float64 // of the machine, 0 to 100
	CPUPercent    float64 // of the machine, 0 to 100
	// Connections of a database come on top of those that are really there.
	Connections map[string]int
}

// admission is what decides whether a query is taken on.
type admission struct {
	limits *Admission // nil: the default

	mu   sync.Mutex
	load Load           // guarded by mu
	open map[string]int // guarded by mu; queries at work by database
}

// SetLoad makes the server believe to be under a load, until it is told
// otherwise; the zero value is an idle machine. It may be called at any time. A
// figure that cannot be is an error, and changes nothing.
func (s *Server) SetLoad(load Load) error {
	var faults []error
	for name, percent := range map[string]float64{"MemoryPercent": load.MemoryPercent, "CPUPercent": load.CPUPercent} {
		if math.IsNaN(percent) || percent < 0 || percent > 100 {
			faults = append(faults, fmt.Errorf("%s is %v; it must be from 0 to 100", name, percent))
		}
	}
	for name, n := range load.Connections {
		if n < 0 {
			faults = append(faults, fmt.Errorf("Connections of %s is %d; it must not be negative", name, n))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("mockserver: load: %w", err)
	}
	load.Connections = maps.Clone(load.Connections)
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	s.admission.load = load
	return nil
}

// Load returns the load that was set, with the connections that are really
// there added to it.
func (s *Server) Load() Load {
	a := &s.admission
	a.mu.Lock()
	defer a.mu.Unlock()
	load := a.load
	load.Connections = make(map[string]int, len(a.load.Connections)+len(a.open))
	maps.Copy(load.Connections, a.load.Connections)
	for name, n := range a.open {
		load.Connections[name] += n
	}
	return load
}

// admit takes a query on, which the caller ends with leave, or says why not.
func (s *Server) admit(name string) (refusal *server.AdmissionError) {
	a, limits := &s.admission, s.admissionLimits()
	a.mu.Lock()
	defer a.mu.Unlock()
	connections := a.load.Connections[name] + a.open[name]
	refuse := func(decision server.AdmissionRefusalDecision, format string, args ...any) *server.AdmissionError {
		return &server.AdmissionError{Detail: server.AdmissionRefusal{
			Error: "Server temporarily unavailable", Reason: fmt.Sprintf(format, args...), Decision: decision, RetryAfter: 5,
		}}
	}
	switch {
	case a.load.MemoryPercent > limits.MemoryThreshold:
		return refuse(server.AdmissionRefusalDecisionRejectMemory, "Memory usage too high: %.1f%% (threshold: %.1f%%)", a.load.MemoryPercent, limits.MemoryThreshold)
	case a.load.CPUPercent > limits.CPUThreshold:
		return refuse(server.AdmissionRefusalDecisionRejectCPU, "CPU usage too high: %.1f%% (threshold: %.1f%%)", a.load.CPUPercent, limits.CPUThreshold)
	case limits.MaxConnections > 0 && connections >= limits.MaxConnections:
		return refuse(server.AdmissionRefusalDecisionRejectConnections, "Too many connections to %s: %d (max: %d)", name, connections, limits.MaxConnections)
	}
	if a.open == nil {
		a.open = make(map[string]int)
	}
	a.open[name]++
	return nil
}

func (a *admission) leave(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open[name]--; a.open[name] == 0 {
		delete(a.open, name)
	}
}
