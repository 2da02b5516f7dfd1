package factory_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/transport"
)

// mentioned returns all texts and numbers in a JSON value, wherever they are. A
// text that is none is itself.
func mentioned(value string) (texts []string, numbers []float64) {
	var whole any
	if json.Unmarshal([]byte(value), &whole) != nil {
		return []string{strings.TrimSpace(value)}, nil
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case float64:
			numbers = append(numbers, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(whole)
	return texts, numbers
}

// checkPrivate fails unless an endpoint can be called and is in a private network.
func checkPrivate(t *testing.T, endpoint string) {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Path != "" || u.RawQuery != "" {
		t.Fatalf("the endpoint is %q", endpoint)
	}
	if port, err := strconv.Atoi(u.Port()); err != nil || port < 1 || port > math.MaxUint16 {
		t.Errorf("the endpoint %q has no port that can be called", endpoint)
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if ip = ip.Unmap(); u.Hostname() != "localhost" && (err != nil || !ip.IsPrivate() && !ip.IsLoopback() || ip.Zone() != "") {
		t.Errorf("the endpoint %q is not in a private network", endpoint)
	}
}

// checkMentioned fails unless an endpoint is one of the addresses in a text.
func checkMentioned(t *testing.T, endpoint, text string) {
	t.Helper()
	u, _ := url.Parse(endpoint)
	texts, _ := mentioned(text)
	for _, said := range texts {
		if strings.Trim(said, "[]") == u.Hostname() && u.Port() == "8001" {
			return // an address alone has the default port
		}
		if s, err := url.Parse(said); err == nil && s.Scheme == u.Scheme && s.Hostname() == u.Hostname() {
			if port := s.Port(); port == u.Port() || port == "" && (u.Port() == "8001" || u.Port() == "443") {
				return
			}
		}
	}
	t.Errorf("%q mentions no %s", text, endpoint)
}

// FuzzCached: what Redis holds is an entry or it is none. It never fails a call
// whose graph the registry knows, and never leads to what it does not say itself.
func FuzzCached(f *testing.F) {
	for _, seed := range []string{
		`{"location": {"instance_id": "i-7", "private_ip": "10.0.1.100", "database_name": "kg0123456789abcdef"}, "timestamp": $NOW.25}`,
		`{"location":{"instance_id":"i-7","private_ip":"10.0.1.100","endpoint_url":"https://10.0.1.100:9001","status":"healthy"},"timestamp":$NOW}`,
		`{"location": {"private_ip": "fd00::1"}, "timestamp": $NOW}`, `{"location": {"private_ip": "8.8.8.8"}, "timestamp": $NOW}`,
		`{"location": {"private_ip": "10.0.1.1", "endpoint_url": "http://10.0.1.1:0/x?y#z"}, "timestamp": $NOW}`, `{"location": {"private_ip": "10.0.1.1"}, "timestamp": 1e300}`,
		`{"location": {"private_ip": "10.0.1.1"}, "timestamp": -$NOW}`, `{"location": null, "timestamp": $NOW}`, `[]`, `null`, "", "\x80\x04\x95", "http://10.0.1.5:8001", " https://[::1]:9/ \n",
		"http://user:secret@10.0.1.5:8001", "http://169.254.169.254/latest", "http://10.0.1.5:8001@evil.example:80", "10.0.1.5:8001", "http://[fe80::1%25eth0]:8001",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	w := newWorld(f)
	const registered = "http://10.0.1.200:8001"
	w.register("i-1", registered, "standard", "writer")
	w.place(parent, "i-1")
	w.register("i-m", registered, "shared", "shared_master")
	w.cfg.Logger = slog.New(slog.DiscardHandler)
	finder := w.factory()
	f.Fuzz(func(t *testing.T, entry string, master bool) {
		entry = strings.ReplaceAll(entry, "$NOW", strconv.FormatInt(time.Now().Unix()-1, 10))
		key, graph := "kuzu:test:location:"+parent, parent
		if master {
			key, graph = "kuzu:test:shared_master:url", "sec"
		}
		_ = w.redis.Set(key, entry)
		d := finder.Explain(t.Context(), graph, factory.Write)
		if d.Err != nil {
			t.Fatalf("%q: %v", entry, d)
		}
		if d.Endpoint == registered {
			return
		}
		checkPrivate(t, d.Endpoint)
		checkMentioned(t, d.Endpoint, entry)
		if master {
			return
		}
		oldest, newest := float64(time.Now().Add(-w.cfg.CacheTTL).Unix()-1), float64(time.Now().Add(time.Minute).Unix()+1)
		said, numbers := mentioned(entry)
		fresh := false
		for _, n := range numbers {
			fresh = fresh || n >= oldest && n <= newest
		}
		if !fresh || d.Instance != "" && !strings.Contains(fmt.Sprint(said), d.Instance) {
			t.Errorf("%q: %v", entry, d)
		}
	})
}

// fuzzedRegistry answers in the place of DynamoDB with items as they are on the
// wire.
type fuzzedRegistry struct{ graph, instance string }

func (r *fuzzedRegistry) Do(req *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(req.Body)
	answer := `{"Item":` + r.graph + `}`
	if bytes.Contains(body, []byte(instances)) {
		answer = `{"Item":` + r.instance + `}`
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

// texts returns the texts of an item on the wire. It is nil if DynamoDB would not
// send such a one: of which the SDK makes what it likes.
func texts(item string) map[string]string {
	var attributes map[string]map[string]any
	if json.Unmarshal([]byte(item), &attributes) != nil {
		return nil
	}
	found := map[string]string{}
	for name, value := range attributes {
		for kind, v := range value {
			if name == "" || len(value) != 1 || !slices.Contains([]string{"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"}, kind) {
				return nil
			}
			if text, ok := v.(string); ok && kind == "S" {
				found[name] = text
			}
		}
	}
	return found
}

// FuzzRecords: whatever the registry's items hold, a graph is at an address that
// they name, or nowhere, for a reason. What is deleted or gone has no address.
func FuzzRecords(f *testing.F) {
	const graph, instance = `{"graph_id":{"S":"kg0123456789abcdef"},"instance_id":{"S":"i-1"},"status":{"S":"active"}}`,
		`{"instance_id":{"S":"i-1"},"status":{"S":"healthy"},"private_ip":{"S":"10.0.1.100"},"endpoint_url":{"S":"http://10.0.1.100:9001"},"database_count":{"N":"3"},"max_databases":{"N":"10"}}`
	f.Add(graph, instance)
	f.Add(strings.Replace(graph, "active", "deleted", 1), instance)
	f.Add(strings.Replace(graph, `"i-1"`, `""`, 1), instance)
	f.Add(strings.Replace(graph, `{"S":"i-1"}`, `{"SS":["i-1"]}`, 1), instance)
	f.Add(`{"instance_id":{"S":"i-1"},"private_ip":{"S":"10.0.9.9"}}`, `{}`)
	f.Add(`{"instance_id":{"S":"i-1"},"private_ip":{"S":"10.0.9.9"}}`, `{"status":{"S":"unhealthy"}}`)
	for _, odd := range [][2]string{
		{"healthy", "terminating"}, {`{"S":"healthy"}`, `{"NULL":true}`}, {`{"S":"10.0.1.100"}`, `{"N":"10"}`}, {"10.0.1.100", "8.8.8.8"}, {"http://10.0.1.100:9001", "http://[fd00::1]:9001"},
		{`{"S":"10.0.1.100"}`, `{"M":{"S":{"S":"10.0.1.100"}}}`}, {`{"N":"3"}`, `{"N":"1e999"}`}, {`{"N":"3"}`, `{"B":"AAAA"}`}, {`{"N":"10"}`, `{"L":[{"BOOL":true},{"NS":["1"]},{"BS":["AA=="]}]}`}, {`"S"`, `"X"`},
	} {
		f.Add(graph, strings.Replace(instance, odd[0], odd[1], 1))
	}
	f.Add(`null`, `null`)
	f.Add(graph, `{"instance_id":"i-1"}`)
	w := newWorld(f)
	wire := &fuzzedRegistry{}
	w.cfg.AWS.HTTPClient = wire
	w.cfg.RedisCache, w.cfg.HealthChecks = false, false
	w.cfg.Logger = slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, graph, instance string) {
		wire.graph, wire.instance = graph, instance
		finder, err := factory.New(t.Context(), w.cfg) // whose breakers know of no other answers
		if err != nil {
			t.Fatal(err)
		}
		defer finder.Close()
		d := finder.Explain(t.Context(), parent, factory.Read)
		if d.Err != nil {
			if e, ok := errors.AsType[*transport.Error](d.Err); !ok || e.Kind == 0 || d.Endpoint != "" {
				t.Errorf("%v", d)
			}
			return
		}
		checkPrivate(t, d.Endpoint)
		g, i := texts(graph), texts(instance)
		if g == nil || i == nil {
			return
		}
		checkMentioned(t, d.Endpoint, "["+graph+","+instance+"]")
		if g["status"] == "deleted" || g["instance_id"] == "" || i["status"] == "terminating" || i["status"] == "terminated" {
			t.Errorf("the records are %s and %s: %v", graph, instance, d)
		}
	})
}
