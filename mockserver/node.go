package mockserver

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

const clusterVersion = "1.0.0"

// GetHealth answers GET /health.
func (s *Server) GetHealth(w http.ResponseWriter, r *http.Request) {
	names, err := s.engine.List(r.Context())
	if err != nil {
		writeJSON(w, http.StatusServiceUnavailable, server.Unhealthy{Status: "unhealthy", Error: err.Error()})
		return
	}
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	uptime, count, used := s.clock.since(s.started).Seconds(), len(names), megabytes(mem.Sys)
	writeJSON(w, http.StatusOK, server.Health{
		Status:        "healthy",
		UptimeSeconds: &uptime,
		DatabaseCount: &count,
		MemoryRSSMB:   &used,
	})
}

// GetInfo answers GET /info.
func (s *Server) GetInfo(w http.ResponseWriter, r *http.Request) {
	names, err := s.engine.List(r.Context())
	if err != nil {
		writeServerError(w)
		return
	}
	base := filepath.Dir(s.engine.Path("any"))
	limits := s.admissionLimits()
	// What this server does not have is reported as deployed by default.
	memoryMax, perDatabase, timeout := 2048, 0, s.timeoutSeconds()
	ttl, check, queue, interval := 30.0, 5.0, 0.8, 1.0
	writeJSON(w, http.StatusOK, server.NodeInfo{
		NodeID:         s.nodeID,
		NodeType:       s.nodeType,
		ClusterVersion: clusterVersion,
		BasePath:       base,
		MaxDatabases:   s.maxDatabases,
		Databases:      append([]string{}, names...),
		UptimeSeconds:  s.clock.since(s.started).Seconds(),
		ReadOnly:       s.readOnly,
		Configuration: &server.NodeConfiguration{
			BasePath:         &base,
			ReadOnly:         &s.readOnly,
			MaxDatabases:     &s.maxDatabases,
			MemoryLimits:     &server.MemoryLimits{InstanceMaxMB: &memoryMax, PerDatabaseMaxMB: &perDatabase, AdmissionThresholdPercent: &limits.MemoryThreshold},
			QueryLimits:      &server.QueryLimits{TimeoutSeconds: &timeout, MaxConnectionsPerDB: &limits.MaxConnections, ConnectionTTLMinutes: &ttl, HealthCheckIntervalMinutes: &check},
			AdmissionControl: &server.AdmissionLimits{MemoryThreshold: &limits.MemoryThreshold, CPUThreshold: &limits.CPUThreshold, QueueThreshold: &queue, CheckInterval: &interval},
		},
	})
}

// GetMetrics answers GET /metrics. Machine figures are those that a Go process
// can know by itself; the others are zero.
func (s *Server) GetMetrics(w http.ResponseWriter, r *http.Request) {
	names, err := s.engine.List(r.Context())
	if err != nil {
		writeServerError(w)
		return
	}
	total, byDatabase, reset := s.queries.snapshot()
	now := utcText(s.clock.now())
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	cpus, used, zero, root := runtime.NumCPU(), float64(mem.Sys)/(1<<30), 0.0, string(os.PathSeparator)

	m := server.NodeMetrics{Timestamp: now}
	m.System = server.SystemMetrics{
		Timestamp: now,
		CPU:       server.CPUMetrics{UsagePercent: &zero, Count: &cpus},
		Memory:    server.MemoryMetrics{UsedGB: &used},
		Disk:      server.DiskMetrics{MountPoint: &root},
	}
	m.Databases.Databases = make(map[string]server.DatabaseUsage, len(names))
	m.AdmissionControl.ConnectionsPerDB = make(map[string]int, len(names))
	var size int64
	for _, name := range names {
		stat, err := s.engine.Stat(r.Context(), name)
		if err != nil {
			continue // dropped in the meantime
		}
		size += stat.SizeBytes
		m.Databases.Databases[name] = server.DatabaseUsage{
			SizeBytes: stat.SizeBytes, SizeGB: float64(stat.SizeBytes) / (1 << 30), QueryCount: byDatabase[name],
		}
		m.AdmissionControl.ConnectionsPerDB[name] = 0
	}
	if s.quirks.Has(QuirkMetricsDirectories) {
		for _, name := range s.directories() {
			m.Databases.Databases[name] = server.DatabaseUsage{}
		}
	}
	m.Databases.Count = len(m.Databases.Databases)
	m.Databases.TotalSizeGB = float64(size) / (1 << 30)
	m.Queries.TotalQueries, m.Queries.QueriesByDatabase, m.Queries.ResetTime = total, byDatabase, utcText(reset)
	if !s.quirks.Has(QuirkNoCounts) {
		m.Ingestion.QueueDepth, m.Ingestion.ActiveTasks = s.queue.depth()
	}
	load, limits := s.Load(), s.admissionLimits()
	m.AdmissionControl.MemoryThreshold, m.AdmissionControl.CPUThreshold = limits.MemoryThreshold, limits.CPUThreshold
	m.AdmissionControl.MemoryPercent, m.AdmissionControl.CPUPercent = load.MemoryPercent, load.CPUPercent
	for name, n := range load.Connections {
		m.AdmissionControl.ConnectionsPerDB[name] = n
		m.AdmissionControl.TotalConnections += n
	}
	m.Cluster.NodeID, m.Cluster.NodeType, m.Cluster.UptimeSeconds = s.nodeID, s.nodeType, s.clock.since(s.started).Seconds()
	writeJSON(w, http.StatusOK, m)
}

// directories are the names besides databases in their directory. The deployed
// server's scratch directory is there as soon as a database was opened.
func (s *Server) directories() []string {
	names := []string{".kuzu"}
	entries, _ := os.ReadDir(filepath.Dir(s.engine.Path("any"))) // an engine may have none
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != names[0] {
			names = append(names, entry.Name())
		}
	}
	return names
}

func megabytes(bytes uint64) float64 { return float64(bytes*10>>20) / 10 }

// queryCounter counts the statements that succeeded.
type queryCounter struct {
	mu         sync.Mutex
	byDatabase map[string]int // guarded by mu
	since      time.Time      // guarded by mu
}

// reset begins to count anew.
func (c *queryCounter) reset(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byDatabase, c.since = nil, now
}

func (c *queryCounter) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byDatabase == nil {
		c.byDatabase = make(map[string]int)
	}
	c.byDatabase[name]++
}

func (c *queryCounter) snapshot() (total int, byDatabase map[string]int, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	byDatabase = make(map[string]int, len(c.byDatabase))
	for name, n := range c.byDatabase {
		byDatabase[name] = n
		total += n
	}
	return total, byDatabase, c.since
}
