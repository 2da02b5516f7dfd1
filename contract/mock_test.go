package contract

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

const testKey = planted.Key

// deployed is what the mock can do with all quirks.
const deployed = ShowsExamples | LocksOut

func TestMock(t *testing.T) {
	for _, engine := range []struct {
		name string
		make func(*testing.T) mockserver.Engine
	}{{"scripted", scriptedEngine}, {"kuzu", embeddedEngine}} {
		for _, mode := range []struct {
			name   string
			quirks mockserver.Quirks
			can    Capabilities
		}{{"clean", 0, Everything}, {"deployed", mockserver.QuirksDeployed, deployed}} {
			t.Run(engine.name+"/"+mode.name, func(t *testing.T) {
				target := startMock(t, engine.make(t), mode.quirks)
				target.Can = mode.can
				startOthers(t, &target)
				if mode.quirks.Has(mockserver.QuirkNoIngest) {
					target.Bucket = ""
				}
				Run(t, target, 1)
			})
		}
	}
}

// startMock serves a mock until the test ends.
func startMock(t *testing.T, engine mockserver.Engine, quirks mockserver.Quirks) Target {
	t.Helper()
	data := t.TempDir()
	if err := os.Mkdir(filepath.Join(data, "bucket"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "bucket", ingestFile), []byte("id,name\n1,Ada\n2,Grace\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	srv, err := mockserver.New(mockserver.Config{Engine: engine, APIKey: testKey, DataRoot: data, Quirks: quirks})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(srv.Close(), engine.Close()); err != nil {
			t.Error(err)
		}
	})
	web := httptest.NewServer(srv)
	t.Cleanup(web.Close)
	return Target{URL: web.URL, Key: testKey, Bucket: "bucket"}
}

// startOthers serves what a target has beside it: a replica, a server without
// room, and one that is too busy.
func startOthers(t *testing.T, target *Target) {
	t.Helper()
	for _, other := range []struct {
		url  *string
		cfg  mockserver.Config
		load mockserver.Load
	}{
		{&target.ReadOnly, mockserver.Config{ReadOnly: true, NodeType: "shared_replica"}, mockserver.Load{}},
		{&target.Full, mockserver.Config{MaxDatabases: 1}, mockserver.Load{}},
		{&target.Busy, mockserver.Config{}, mockserver.Load{MemoryPercent: 97}},
	} {
		engine := mockserver.NewScripted()
		if err := engine.Create(t.Context(), "mine"); err != nil {
			t.Fatal(err)
		}
		other.cfg.Engine, other.cfg.APIKey = engine, testKey
		srv, err := mockserver.New(other.cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := srv.SetLoad(other.load); err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(srv)
		t.Cleanup(func() { web.Close(); _ = srv.Close() })
		*other.url = web.URL
	}
}

func embeddedEngine(t *testing.T) mockserver.Engine {
	t.Helper()
	engine, err := kuzuengine.New(kuzuengine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// scriptedEngine knows the answers to the suite's statements.
func scriptedEngine(*testing.T) mockserver.Engine {
	engine := mockserver.NewScripted()
	engine.Answer(returnDigits, []string{"n"}, []any{int64(9223372036854775807)})
	engine.Handle(returnParam, func(c mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{Columns: []string{"name"}, Rows: [][]any{{c.Parameters["name"]}}}, nil
	})
	engine.Answer(returnDate, []string{"day"}, []any{mockserver.Date{Time: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)}})
	late := make([][]any, 1001)
	for i := range late {
		late[i] = []any{nil}
	}
	late[1000][0] = []byte{0xff}
	engine.Answer(lateFailure, []string{"v"}, late...)
	for statement, text := range map[string]string{
		wrongTable:    "Binder exception: Table Nowhere does not exist.",
		wrongSyntax:   "Parser exception: Invalid input <MATCHE>: expected rule oC_SingleQuery (line: 1, offset: 0)",
		wrongFunction: "Catalog exception: function NOSUCHFUNCTION does not exist.",
		wrongCast:     "Conversion exception: Cast failed. Could not convert \"a\" to INT64.",
	} {
		engine.Handle(statement, func(mockserver.Call) (mockserver.Answer, error) {
			return mockserver.Answer{}, errors.New(text)
		})
	}
	for _, n := range []int{0, 1, 999, 1000, 1001, 2000, 2500} {
		rows := make([][]any, n)
		for i := range rows {
			rows[i] = []any{int64(i + 1)}
		}
		engine.Answer(manyRows(n), []string{"n"}, rows...)
	}
	return engine
}

// TestReach holds servers that show no examples: the suite sees all that it says
// it can.
func TestReach(t *testing.T) {
	for _, c := range []struct {
		name   string
		can    Capabilities
		change func(*Target)
	}{
		{"all but examples", Everything &^ ShowsExamples, func(*Target) {}},
		{"without wrong keys", Everything &^ (ShowsExamples | LocksOut), func(*Target) {}},
		{"without a bucket", Everything &^ ShowsExamples, func(target *Target) { target.Bucket = "" }},
		{"without further servers", Everything &^ ShowsExamples, func(target *Target) { target.ReadOnly, target.Full, target.Busy = "", "", "" }},
		{"without loading", BacksUp, func(*Target) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := startMock(t, scriptedEngine(t), 0)
			startOthers(t, &target)
			target.Can = c.can
			c.change(&target)
			Run(t, target, 1)
		})
	}
}

func TestTargetThatIsNone(t *testing.T) {
	for _, url := range []string{"", "localhost", "http://localhost/path", "http://127.0.0.1:1"} {
		if _, err := Check(t.Context(), Target{URL: url}); err == nil || !strings.Contains(err.Error(), "contract: ") {
			t.Errorf("%q: error %v", url, err)
		}
	}
}
