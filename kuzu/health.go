package kuzu

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen"
)

// Health is the state of a server.
type Health struct {
	Status        string        // "healthy"
	Uptime        time.Duration // 0 if the server does not say
	Databases     int           // on the server
	MemoryMB      float64       // resident memory of the process, 0 if the server does not say
	MemoryPercent float64       // the same in percent of the machine's
}

// UnmarshalJSON reads the answers of all servers: the number of databases and
// the memory have two names each, and databases may also be listed.
func (h *Health) UnmarshalJSON(data []byte) error {
	var wire struct {
		gen.Health
		Databases     json.RawMessage `json:"databases"`
		MemoryUsageMB float64         `json:"memory_usage_mb"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*h = Health{
		Status:        wire.Status,
		Uptime:        time.Duration(wire.UptimeSeconds * float64(time.Second)),
		Databases:     wire.DatabaseCount,
		MemoryMB:      max(wire.MemoryRSSMB, wire.MemoryUsageMB),
		MemoryPercent: wire.MemoryPercent,
	}
	if len(wire.Databases) > 0 {
		var list []json.RawMessage
		if json.Unmarshal(wire.Databases, &list) == nil {
			h.Databases = len(list)
			return nil
		}
		return json.Unmarshal(wire.Databases, &h.Databases)
	}
	return nil
}

// Health asks whether the server lives. A server that is busy with a plain
// query or a copy answers late.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return call[Health](c, gen.OpGetHealth, func() (*http.Response, error) {
		return c.api.GetHealth(ctx)
	})
}
