package kuzu_test

import (
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// TestHealthReadsAllServers: the number of databases and the memory have several
// forms, and all but the status may be missing.
func TestHealthReadsAllServers(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want kuzu.Health
	}{
		"deployed": {`{"status":"healthy","uptime_seconds":86400.12,"database_count":5,"memory_rss_mb":1543.2,"memory_vms_mb":20480.0,"memory_percent":9.71}`,
			kuzu.Health{Status: "healthy", Uptime: 86400*time.Second + 120*time.Millisecond, Databases: 5, MemoryMB: 1543.2, MemoryPercent: 9.71}},
		"without memory":      {`{"status":"healthy","uptime_seconds":1,"database_count":5}`, kuzu.Health{Status: "healthy", Uptime: time.Second, Databases: 5}},
		"promised":            {`{"status":"healthy","databases":3,"memory_usage_mb":512.5}`, kuzu.Health{Status: "healthy", Databases: 3, MemoryMB: 512.5}},
		"a list":              {`{"status":"healthy","databases":["sec","social"]}`, kuzu.Health{Status: "healthy", Databases: 2}},
		"an empty list":       {`{"status":"healthy","databases":[]}`, kuzu.Health{Status: "healthy"}},
		"a list of objects":   {`{"status":"healthy","databases":[{"graph_id":"sec"}],"database_count":7}`, kuzu.Health{Status: "healthy", Databases: 1}},
		"null and a number":   {`{"status":"healthy","databases":null,"database_count":5}`, kuzu.Health{Status: "healthy", Databases: 5}},
		"something else":      {`{"status":"healthy","databases":{"sec":{}},"database_count":5}`, kuzu.Health{Status: "healthy", Databases: 5}},
		"the status alone":    {`{"status":"degraded"}`, kuzu.Health{Status: "degraded"}},
		"fields of tomorrow":  {`{"status":"healthy","load":[1,2]}`, kuzu.Health{Status: "healthy"}},
		"nulls for all of it": {`{"status":"healthy","uptime_seconds":null,"database_count":null,"memory_percent":null}`, kuzu.Health{Status: "healthy"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := serve(t, says(200, asJSON, test.body)).client(t).Health(t.Context())
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestHealthFails(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		kind   kuzu.Kind
		want   string
	}{
		"unhealthy":       {503, `{"status":"unhealthy","error":"[Errno 5] Input/output error"}`, kuzu.KindUnavailable, "unavailable (503): [Errno 5] Input/output error"},
		"no key set":      {500, `Internal Server Error`, kuzu.KindServer, "server error (500)"},
		"no status":       {200, `{"database_count":5}`, kuzu.KindProtocol, "the answer has no status; check that the address"},
		"another type":    {200, `{"status":1}`, kuzu.KindProtocol, "not the JSON"},
		"not this server": {404, `404 page not found`, kuzu.KindUnsupported, "404 page not found"},
	} {
		t.Run(name, func(t *testing.T) {
			contentType := asJSON
			if test.body[0] != '{' {
				contentType = "text/plain"
			}
			got, err := serve(t, says(test.status, contentType, test.body)).client(t).Health(t.Context())
			wantError(t, err, test.kind, "getHealth at http://", test.want)
			if got != (kuzu.Health{}) {
				t.Errorf("got %+v with an error", got)
			}
		})
	}
}

// TestHealthNeedsNoGraph, and neither does the list of databases.
func TestHealthNeedsNoGraph(t *testing.T) {
	url, _ := mockWith(t, mockserver.Config{})
	c, err := kuzu.New(url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	health, err := c.Health(t.Context())
	if err != nil || health.Status != "healthy" || health.Databases != 0 || health.MemoryMB <= 0 {
		t.Errorf("got %+v, %v", health, err)
	}
	if list, err := c.Databases(t.Context()); err != nil || len(list.Databases) != 0 {
		t.Errorf("got %+v, %v", list, err)
	}
	_, err = c.Task(t.Context(), "t1")
	wantError(t, err, kuzu.KindNotFound, "getTask at "+url+":", "Task t1 not found")
}
