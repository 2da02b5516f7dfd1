package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

func TestDoctor(t *testing.T) {
	w, f := newFleetWorld(t)
	if r := w.run("", "doctor", "-o", "csv"); r.code != 0 || strings.Contains(r.stdout, "wrong") || strings.Count(r.stdout, "healthy at http://") != 8 {
		t.Errorf("all is well: %+v", r)
	}
	f.Writers("premium")[0].Kill()
	if err := f.SetStatus(f.Writers("enterprise")[0].ID, "terminating"); err != nil {
		t.Fatal(err)
	}
	f.StopRedis()
	r := w.run("", "doctor", "-o", "csv")
	for _, want := range []string{
		"wrong,redis,", "check VALKEY_URL",
		"wrong,instance " + f.Writers("premium")[0].ID + ",", "check that the server runs",
		"wrong,instance " + f.Writers("enterprise")[0].ID + ",the registry has it as terminating,",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("there is no %q in\n%s", want, r.stdout)
		}
	}
	if r.code != 1 || strings.Count(r.stdout, "\nwrong,") != 3 || !strings.Contains(r.stderr, "3 checks of ") {
		t.Errorf("exit code %d, stderr %q, stdout\n%s", r.code, r.stderr, r.stdout)
	}
	f.FailRegistry()
	if r := w.run("", "doctor", "-o", "csv"); r.code != 1 || !strings.Contains(r.stdout, "mend the registry first") {
		t.Errorf("without a registry: %+v", r)
	}
	w.vars["KUZU_CACHE_TTL"] = "long"
	if r := w.run("", "doctor"); r.code != 1 || !strings.Contains(r.stdout, "KUZU_CACHE_TTL") {
		t.Errorf("with a wrong variable: %+v", r)
	}
}

func TestDoctorOfOneServer(t *testing.T) {
	w := newWorld(t, func(cfg *mockserver.Config) { cfg.APIKey = "kuzu_test_0123456789abcdef" })
	if r := w.run("", "doctor", "-o", "csv"); r.code != 1 || !strings.Contains(r.stdout, "check KUZU_API_KEY") {
		t.Errorf("without the key: %+v", r)
	}
	w.vars["KUZU_API_KEY"] = "kuzu_test_0123456789abcdef"
	if r := w.run("", "doctor", "-o", "csv"); r.code != 0 || !strings.Contains(r.stdout, "ok,key,accepted by instance dev,") {
		t.Errorf("with the key: %+v", r)
	}
	web := httptest.NewTLSServer(w.server)
	defer web.Close()
	for url, want := range map[string]string{
		web.URL:                       "renew the certificate",
		"http://no-such-host.invalid": "check the name",
	} {
		if r := w.run("", "doctor", "--url", url); r.code != 1 || !strings.Contains(r.stdout, want) {
			t.Errorf("%s: %+v", url, r)
		}
	}
	w.vars["KUZU_CLIENT_VERIFY_SSL"] = "false"
	if r := w.run("", "doctor", "--url", web.URL); r.code != 0 {
		t.Errorf("without looking at certificates: %+v", r)
	}
}
