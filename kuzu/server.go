package kuzu

import (
	"context"
	"net/http"

	"github.com/robosystems/kuzuclient/gen"
)

// ServerInfo says what a server is: its node, its settings and its databases.
type ServerInfo = gen.NodeInfo

// ServerMetrics are measurements of a server: machine, databases, queries and
// admission control.
type ServerMetrics = gen.NodeMetrics

// Info describes the server.
func (c *Client) Info(ctx context.Context) (ServerInfo, error) {
	info, err := call[ServerInfo](ctx, c, gen.OpGetInfo, func() (*http.Response, error) {
		return c.api.GetInfo(ctx)
	})
	if err == nil && info.NodeID == "" {
		err = c.lacks(gen.OpGetInfo, "node_id")
	}
	return info, err
}

// Metrics measures the server. Deployed servers count directories beside the
// databases as databases, and renew the sizes every 5 minutes.
func (c *Client) Metrics(ctx context.Context) (ServerMetrics, error) {
	metrics, err := call[ServerMetrics](ctx, c, gen.OpGetMetrics, func() (*http.Response, error) {
		return c.api.GetMetrics(ctx)
	})
	if err == nil && metrics.Timestamp == "" {
		err = c.lacks(gen.OpGetMetrics, "timestamp")
	}
	return metrics, err
}
