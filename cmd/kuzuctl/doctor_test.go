package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/resilience/page"
)

// findings are what is wrong in a doctor's table, each with how to mend it.
var findings = regexp.MustCompile(`(?m)^wrong .*\n +mend: .*`)

// staging is an environment whose key comes from Secrets Manager.
func staging(cfg *fleet.Config) { cfg.Environment = "staging" }

// overTLS has the premium writer speak TLS with a certificate that nobody trusts.
func overTLS(cfg *fleet.Config) {
	cfg.TLS = func(instance string) *tls.Config {
		if instance != "i-00000004" {
			return nil
		}
		web := httptest.NewTLSServer(nil)
		defer web.Close()
		return &tls.Config{Certificates: web.TLS.Certificates}
	}
}

// TestDoctor shows each thing that can be wrong, alone.
func TestDoctor(t *testing.T) {
	runFleetCases(t, []fleetCase{
		{name: "doctor-configuration", line: `doctor`, before: func(w *fleetWorld) { w.vars["KUZU_CACHE_TTL"] = "long" }},
		{name: "doctor-key", line: `doctor`, before: func(w *fleetWorld) { w.vars["KUZU_API_KEY"] = "kuzu_test_of_another_fleet" }},
		{name: "doctor-locked-out", line: `doctor --url $URL`, before: (*fleetWorld).lockOut},
		{name: "doctor-key-old", line: `doctor`, config: staging, before: func(w *fleetWorld) { w.secret(time.Now().Add(-100 * 24 * time.Hour)) }},
		{name: "doctor-secret", line: `doctor --timeout 20s`, config: staging, before: func(w *fleetWorld) { w.secret(time.Time{}) }},
		{name: "doctor-redis", line: `doctor`, before: func(w *fleetWorld) { w.fleet.StopRedis() }},
		{name: "doctor-redis-off", line: `doctor`, before: func(w *fleetWorld) { w.vars["KUZU_REDIS_CACHE_ENABLED"] = "false" }},
		{name: "doctor-redis-name", line: `doctor`, before: func(w *fleetWorld) { w.noNames(); w.vars["VALKEY_URL"] = "redis://valkey.internal:6379" }},
		{name: "doctor-redis-tls", line: `doctor`, before: func(w *fleetWorld) { w.vars["VALKEY_URL"] = "rediss://" + w.tlsAddress() }},
		{name: "doctor-redis-garbage", line: `doctor`, before: func(w *fleetWorld) {
			w.do(w.fleet.SetRedisKey("kuzu:test:location:"+userGraph, "\x80\x04garbage"))
			w.do(w.fleet.SetRedisKey("kuzu:test:shared_master:url", "http://127.0.0.1:8001"))
		}},
		{name: "doctor-registry", line: `doctor`, before: func(w *fleetWorld) { w.fleet.FailRegistry() }},
		{name: "doctor-tables", line: `doctor`, before: func(w *fleetWorld) { w.vars["KUZU_GRAPH_REGISTRY_TABLE"] = "elsewhere" }},
		{name: "doctor-index", line: `doctor`, before: func(w *fleetWorld) { w.registry(nil) }},
		{name: "doctor-nobody", line: `doctor`, before: func(w *fleetWorld) { w.registry(func(dynamo.Item) bool { return false }) }},
		{name: "doctor-no-master", line: `doctor`, before: func(w *fleetWorld) { w.do(w.fleet.SetStatus(w.fleet.Master().ID, "initializing")) }},
		{name: "doctor-no-address", line: `doctor`, before: func(w *fleetWorld) { w.moveAddress("http://192.0.2.1:8001", "192.0.2.1") }},
		{name: "doctor-refused", line: `doctor`, before: func(w *fleetWorld) { w.fleet.Writers("premium")[0].Kill() }},
		{name: "doctor-silent", line: `doctor --timeout 4s`, before: func(w *fleetWorld) { w.fleet.Writers("premium")[0].Freeze() }},
		{name: "doctor-reset", line: `doctor`, before: func(w *fleetWorld) {
			w.do(w.fleet.Writers("premium")[0].Server.AddRules(mockserver.Rule{Match: mockserver.Match{Operation: "getHealth"}, Fault: &mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders}}))
		}},
		{name: "doctor-ill-health", line: `doctor`, before: func(w *fleetWorld) {
			w.do(w.fleet.Writers("premium")[0].Server.AddRules(mockserver.Rule{Match: mockserver.Match{Operation: "getHealth"}, Fault: &mockserver.Fault{Kind: mockserver.FaultStatus, Status: 500}}))
		}},
		{name: "doctor-name", line: `doctor`, before: func(w *fleetWorld) { w.noNames(); w.vars["KUZU_REPLICA_ALB_URL"] = "http://replicas.internal" }},
		{name: "doctor-certificate", line: `doctor`, config: overTLS},
		{name: "doctor-certificate-name", line: `doctor --url https://$TLS`, before: func(w *fleetWorld) { w.names["TLS"] = w.tlsAddress() }},
		{name: "doctor-clock-ahead", line: `doctor`, before: func(w *fleetWorld) { w.clock(time.Hour) }},
		{name: "doctor-clock-behind", line: `doctor`, before: func(w *fleetWorld) { w.clock(-time.Minute) }},
		{name: "doctor-breaker", line: `doctor --from $PAGE`, before: (*fleetWorld).openBreaker},
		{name: "doctor-no-page", line: `doctor --from $URL`},
	}, func(c *fleetCase) { c.code, c.only = 1, findings })
	runFleetCases(t, []fleetCase{
		{name: "doctor-key-young", line: `doctor`, config: staging, before: func(w *fleetWorld) { w.secret(time.Now().Add(-24 * time.Hour)) }},
		{name: "doctor-breakers", line: `doctor --from $PAGE`, before: (*fleetWorld).statusPage},
		{name: "doctor-untrusted", line: `doctor`, config: overTLS, before: func(w *fleetWorld) { w.vars["KUZU_CLIENT_VERIFY_SSL"] = "false" }},
		{name: "doctor-clock-close", line: `doctor`, before: func(w *fleetWorld) { w.clock(2 * time.Second) }},
	})
}

// secret has the key come from Secrets Manager, which says when it was made; the
// zero time means that there is no such secret.
func (w *fleetWorld) secret(made time.Time) {
	w.Helper()
	key := w.vars["KUZU_API_KEY"]
	delete(w.vars, "KUZU_API_KEY")
	registry, err := url.Parse(w.vars["AWS_ENDPOINT_URL"])
	w.do(err)
	tables := httputil.NewSingleHostReverseProxy(registry)
	w.aws(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case !strings.HasPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager."):
			tables.ServeHTTP(rw, r)
		case made.IsZero():
			rw.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(rw, `{"__type":"ResourceNotFoundException","message":"Secrets Manager can't find the specified secret."}`)
		default:
			fmt.Fprintf(rw, `{"SecretString":%q}`, fmt.Sprintf(`{"KUZU_API_KEY":%q,"GENERATED_AT":%q}`, key, made.Format(time.RFC3339)))
		}
	}))
}

// aws has the commands find this in the place of AWS.
func (w *fleetWorld) aws(h http.Handler) {
	web := httptest.NewServer(h)
	w.Cleanup(web.Close)
	w.vars["AWS_ENDPOINT_URL"] = web.URL
}

// registry is one without indexes, that holds some of the instances; nil for all.
func (w *fleetWorld) registry(holds func(dynamo.Item) bool) {
	tables := dynamo.Registry("test")
	for i := range tables {
		if holds == nil {
			tables[i].Indexes = nil
		}
	}
	db := dynamo.New(tables...)
	for n := range 7 {
		item := w.fleet.Registry().Get(tables[0].Name, fmt.Sprintf("i-%08x", n+1))
		if holds == nil || holds(item) {
			db.Put(tables[0].Name, item)
		}
	}
	w.aws(db)
}

// noNames has a resolver on loopback know no name.
func (w *fleetWorld) noNames() {
	w.Helper()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	w.do(err)
	go func() {
		query := make([]byte, 512)
		for {
			n, from, err := socket.ReadFrom(query)
			if err != nil {
				return
			}
			answer := bytes.Clone(query[:n])
			answer[2], answer[3] = 0x81, 0x83 // a response, recursion, no such name
			_, _ = socket.WriteTo(answer, from)
		}
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
	w.Cleanup(func() { net.DefaultResolver = before; socket.Close() })
}

// tlsAddress is where somebody speaks TLS with a certificate that nobody trusts.
func (w *fleetWorld) tlsAddress() string {
	web := httptest.NewUnstartedServer(w.writer().Server)
	web.Config.ErrorLog = log.New(io.Discard, "", 0) // who refuses the certificate is told by the command
	web.StartTLS()
	w.Cleanup(web.Close)
	return web.Listener.Addr().String()
}

// moveAddress changes where the registry says that the premium writer is.
func (w *fleetWorld) moveAddress(endpoint, ip string) {
	table, _ := w.fleet.Tables()
	item := w.fleet.Registry().Get(table, w.fleet.Writers("premium")[0].ID)
	item["endpoint_url"], item["private_ip"] = dynamo.String(endpoint), dynamo.String(ip)
	w.fleet.Registry().Put(table, item)
}

// clock sets that of the premium writer.
func (w *fleetWorld) clock(ahead time.Duration) {
	server := w.fleet.Writers("premium")[0].Server
	web := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		server.ServeHTTP(rw, r)
	}))
	w.Cleanup(web.Close)
	w.moveAddress(web.URL, "127.0.0.1")
}

// openBreaker serves at PAGE what a service has seen that gave up on a server.
func (w *fleetWorld) openBreaker() {
	w.Helper()
	tracker := resilience.NewTracker()
	w.Cleanup(tracker.Close)
	breaker := resilience.Breaker("dead", resilience.MiddlewareBreaker())
	breaker.ForceOpen()
	settings := resilience.MiddlewareHealth(func(context.Context) error { return nil })
	settings.Breakers = []*resilience.CircuitBreaker{breaker}
	w.do(tracker.Register(w.writer().ID, settings))
	web := httptest.NewServer(page.Handler(tracker))
	w.Cleanup(web.Close)
	w.names["PAGE"] = web.URL
}
