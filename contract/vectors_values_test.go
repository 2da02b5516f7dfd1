package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// value is what the vectors say of a value: its type, and a text, a list or
// members.
type value struct {
	Type  string
	Value any
}

// same compares a decoded value with what the vectors say of it.
func (v value) same(got any) bool {
	switch want := v.Value.(type) {
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i, item := range want {
			if !valueOf(item).same(list[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		members, ok := got.(map[string]any)
		if !ok || len(members) != len(want) {
			return false
		}
		for name, member := range want {
			if got, there := members[name]; !there || !valueOf(member).same(got) {
				return false
			}
		}
		return true
	case string:
		return sameValue(got, v.Type, want)
	default:
		return v.Type == "null" && got == nil
	}
}

func valueOf(decoded any) value {
	members, _ := decoded.(map[string]any)
	kind, _ := members["type"].(string)
	return value{kind, members["value"]}
}

// TestVectorValues reads each value from a plain result and from a stream.
func TestVectorValues(t *testing.T) {
	for _, vector := range loadVectors(t).Values {
		t.Run(vector.Name, func(t *testing.T) {
			if vector.Plain == nil && vector.Stream == nil {
				t.Fatal("it is neither in a plain result nor in a stream")
			}
			check := func(where string, row kuzu.Row) {
				got, err := row.Get("v")
				if err != nil || !vector.Becomes.same(got) {
					t.Errorf("%s: %#v (%v), want %v", where, got, err, vector.Becomes)
				}
			}
			c := vectorClient(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("streaming") == "true" {
					w.Header().Set("Content-Type", "application/x-ndjson")
					_, _ = fmt.Fprintf(w, `{"chunk_index": 0, "data": [{"v": %s}], "columns": ["v"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1, "execution_time_ms": 1, "database": "vectors"}`+"\n", *vector.Stream)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = fmt.Fprintf(w, `{"data":[{"v":%s}],"columns":["v"],"execution_time_ms":1,"row_count":1,"database":"vectors"}`, *vector.Plain)
			})
			if vector.Plain != nil {
				result, err := c.Query(t.Context(), "RETURN 1 AS v", nil)
				if err != nil || len(result.Rows) != 1 {
					t.Fatalf("%+v, %v", result, err)
				}
				check("plain", result.Rows[0])
			}
			if vector.Stream != nil {
				rows := c.Stream(t.Context(), "RETURN 1 AS v", nil)
				defer rows.Close()
				if !rows.Next() {
					t.Fatal(rows.Err())
				}
				check("stream", rows.Row())
			}
		})
	}
}

// TestVectorResponses reads answers whose status is that of a success.
func TestVectorResponses(t *testing.T) {
	calls := map[string]func(*testing.T, *kuzu.Client) error{
		"installSchema": func(t *testing.T, c *kuzu.Client) error {
			return c.InstallSchema(t.Context(), "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
		},
		"createDatabase": func(t *testing.T, c *kuzu.Client) error {
			return c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{DDL: "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))"})
		},
		"restoreDatabase": func(t *testing.T, c *kuzu.Client) error {
			_, err := c.Restore(t.Context(), kuzu.RestoreRequest{Path: "s3://b/a.zip"})
			return err
		},
	}
	for _, vector := range loadVectors(t).Responses {
		t.Run(vector.Name, func(t *testing.T) {
			c := vectorClient(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", vector.ContentType)
				w.WriteHeader(vector.Status)
				_, _ = io.WriteString(w, vector.Body)
			})
			call := calls[vector.Operation]
			if call == nil {
				t.Fatalf("there is no call of %s", vector.Operation)
			}
			err := call(t, c)
			if vector.Kind == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			e, ok := errors.AsType[*kuzu.Error](err)
			if !ok || !errors.Is(err, kinds[*vector.Kind]) {
				t.Fatalf("error %v, want kind %s", err, *vector.Kind)
			}
			if vector.Message != nil && e.Message != *vector.Message {
				t.Errorf("message %q, want %q", e.Message, *vector.Message)
			}
		})
	}
}

// TestVectorHealth reads the answers of old and new servers.
func TestVectorHealth(t *testing.T) {
	for _, vector := range loadVectors(t).Health {
		t.Run(vector.Name, func(t *testing.T) {
			c := vectorClient(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, vector.Body)
			})
			got, err := c.Health(t.Context())
			if err != nil || got.Status != "healthy" || got.Databases != vector.Databases || got.MemoryMB != vector.MemoryMB {
				t.Errorf("%+v, %v; want %d databases and %v MB", got, err, vector.Databases, vector.MemoryMB)
			}
		})
	}
}

// TestVectorIndex holds what a reader in any language relies on: names that tell
// the vectors of a section apart, and no file left out.
func TestVectorIndex(t *testing.T) {
	var sections map[string][]struct{ Name, File string }
	if err := json.Unmarshal(readVector(t, "index.json"), &sections); err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for section, list := range sections {
		seen := map[string]bool{}
		for _, vector := range list {
			if vector.Name == "" || seen[vector.Name] {
				t.Errorf("%s: the name %q is empty or there twice", section, vector.Name)
			}
			seen[vector.Name], named[vector.File] = true, true
		}
	}
	for _, file := range vectorFiles(t) {
		if !named[file] {
			t.Errorf("%s is in no section", file)
		}
	}
}
