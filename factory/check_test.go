package factory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

func TestCheck(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		name string
		set  func(*factory.Config)
		ill  []string // what is wrong, in order
	}{
		{"well", func(*factory.Config) {}, nil},
		{"development", func(c *factory.Config) { c.Environment = "dev" }, nil},
		{"Redis away", func(c *factory.Config) { c.RedisURL = "redis://127.0.0.1:1" }, []string{"redis"}},
		{"Redis off", func(c *factory.Config) { c.RedisCache = false }, []string{"redis"}},
		{"other tables", func(c *factory.Config) { c.GraphTable = "missing" }, []string{"table missing"}},
	} {
		var ill []string
		for _, finding := range w.factory(test.set).Check(t.Context()) {
			if finding.Found == "" {
				t.Errorf("%s: %+v says nothing", test.name, finding)
			}
			if finding.Mend != "" {
				ill = append(ill, finding.Subject)
			}
		}
		if fmt.Sprint(ill) != fmt.Sprint(test.ill) {
			t.Errorf("%s: wrong are %v, want %v", test.name, ill, test.ill)
		}
	}
	for key, value := range map[string]string{
		"kuzu:test:shared_master:url":       "http://127.0.0.1:8001",
		"kuzu:test:location:" + parent:      `{"location":{"instance_id":"i-1","private_ip":"127.0.0.1"},"timestamp":` + epoch() + `}`,
		"kuzu:test:location:kg1a2b3c4d5e6f": "\x00garbage",
		"kuzu:test:location:kg1a2b3c4d5e70": `{"location":{"private_ip":"8.8.8.8"},"timestamp":` + epoch() + `}`,
	} {
		if err := w.redis.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	if entries := w.factory().Check(t.Context())[2]; entries.Mend == "" || !strings.HasPrefix(entries.Found, "2 of 4 cannot be used, such as kuzu:test:location:kg1a2b3c4d5e") {
		t.Errorf("with garbage in Redis: %+v", entries)
	}
	tables := dynamo.Registry("test")
	for i := range tables {
		tables[i].Indexes = nil
	}
	w.useTables(tables)
	findings := w.factory().Check(t.Context())
	if last := findings[len(findings)-1]; !strings.Contains(last.Mend, "create it") {
		t.Errorf("without the index: %+v", last)
	}
}

func TestCheckKeyAge(t *testing.T) {
	w := newWorld(t)
	s := newSecrets(t)
	for generated, ill := range map[string]bool{
		time.Now().Add(-24 * time.Hour).Format(time.RFC3339):                            false,
		time.Now().Add(-91 * 24 * time.Hour).UTC().Format("2006-01-02T15:04:05.999999"): true,
		"lately": true,
	} {
		s.put("robosystems/staging/kuzu", `{"KUZU_API_KEY":"k","GENERATED_AT":"`+generated+`"}`)
		f := w.factory(func(c *factory.Config) { c.Environment, c.APIKey, c.AWS = "staging", "", s.cfg })
		if key := f.Check(t.Context())[0]; (key.Mend != "") != ill || key.Subject != "key" {
			t.Errorf("made %s: %+v", generated, key)
		}
	}
}
