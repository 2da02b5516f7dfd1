package factory_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/factory"
)

// TestVectorCached reads the entries of Redis that all services share, from
// contract/vectors. What counts as none sends the factory to the registry.
func TestVectorCached(t *testing.T) {
	text, err := os.ReadFile("../contract/vectors/index.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Cached []struct {
			Name, Key, Value, Graph string
			Endpoint, Instance      *string
		}
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors.Cached) == 0 {
		t.Fatal("the index has no cached entries")
	}
	for _, vector := range vectors.Cached {
		t.Run(vector.Name, func(t *testing.T) {
			w := newWorld(t)
			const registered = "http://10.0.1.200:8001"
			w.register("i-1", registered, "standard", "writer")
			w.place(parent, "i-1")
			w.register("i-m", registered, "shared", "shared_master")
			now := strconv.FormatInt(time.Now().Unix()-1, 10)
			_ = w.redis.Set(vector.Key, strings.ReplaceAll(vector.Value, "$NOW", now))
			got := w.factory().Explain(t.Context(), vector.Graph, factory.Write)
			want := registered
			if vector.Endpoint != nil {
				want = *vector.Endpoint
			}
			if got.Err != nil || got.Endpoint != want {
				t.Errorf("%v, want %s", got, want)
			}
			if vector.Instance != nil && got.Instance != *vector.Instance {
				t.Errorf("instance %s, want %s", got.Instance, *vector.Instance)
			}
			if asked := w.spy.count("GetItem", graphs)+w.spy.count("Query", instances)+w.spy.count("Scan", instances) > 0; asked != (vector.Endpoint == nil) {
				t.Errorf("the registry was asked: %t", asked)
			}
		})
	}
}
