package kuzu

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen"
)

// Health is the state of a server. What a server does not say is 0.
type Health struct {
	Status        string        // "healthy"
	Uptime        time.Duration // of the process
	Databases     int           // on the server
	MemoryMB      float64       // resident memory of the process
	MemoryPercent float64       // the same in percent of the machine's
}

// Health asks whether the server lives. A server that cannot work is
// [ErrUnavailable]; one that is busy with a plain query or a copy answers late.
func (c *Client) Health(ctx context.Context) (Health, error) {
	answer, err := call[healthAnswer](ctx, c, gen.OpGetHealth, func() (*http.Response, error) {
		return c.api.GetHealth(ctx)
	})
	switch {
	case err != nil:
		return Health{}, err
	case answer.Status == "":
		return Health{}, c.lacks(gen.OpGetHealth, "status")
	}
	return Health{
		Status:        answer.Status,
		Uptime:        time.Duration(answer.UptimeSeconds * float64(time.Second)),
		Databases:     answer.databases(),
		MemoryMB:      max(answer.MemoryRSSMB, answer.MemoryUsageMB),
		MemoryPercent: answer.MemoryPercent,
	}, nil
}

// healthAnswer reads the answers of all servers: the number of databases and
// the memory have two names each, and databases may also be listed.
type healthAnswer struct {
	gen.Health
	Databases     json.RawMessage `json:"databases"`
	MemoryUsageMB float64         `json:"memory_usage_mb"`
}

func (h healthAnswer) databases() int {
	var list []json.RawMessage
	var count int
	switch {
	case json.Unmarshal(h.Databases, &list) == nil && list != nil:
		return len(list)
	case json.Unmarshal(h.Databases, &count) == nil && count != 0:
		return count
	}
	return h.DatabaseCount
}
