package mockserver_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
)

func TestNewNamesEveryWrongSetting(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const (
		engine    = "Engine is nil; give NewScripted() or an engine of the kuzuengine package"
		databases = "MaxDatabases is -1; it must not be negative"
		node      = `NodeType is "reader"; it must be writer, shared_master or shared_replica`
	)
	for name, tt := range map[string]struct {
		cfg  mockserver.Config
		want []string
	}{
		"nothing":        {mockserver.Config{}, []string{engine}},
		"engine only":    {mockserver.Config{Engine: scripted(t)}, nil},
		"all good":       {mockserver.Config{Engine: scripted(t), DataRoot: dir, APIKey: "k", NodeType: server.NodeTypeSharedReplica, ReadOnly: true, MaxDatabases: 1}, nil},
		"all bad":        {mockserver.Config{DataRoot: file, NodeType: "reader", MaxDatabases: -1}, []string{engine, databases, node, "DataRoot " + file + " is not a directory"}},
		"root not there": {mockserver.Config{Engine: scripted(t), DataRoot: filepath.Join(dir, "none")}, []string{"DataRoot: stat " + filepath.Join(dir, "none") + ": no such file or directory"}},
	} {
		t.Run(name, func(t *testing.T) {
			srv, err := mockserver.New(tt.cfg)
			if tt.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				if err := srv.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			if srv != nil || err == nil {
				t.Fatalf("got %v, %v", srv, err)
			}
			if want := "mockserver: " + strings.Join(tt.want, "\n"); err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestNodeTypes(t *testing.T) {
	for given, want := range map[server.NodeType]string{"": "writer", "writer": "writer", "shared_master": "shared_master", "shared_replica": "shared_replica"} {
		a := start(t, scripted(t), func(cfg *mockserver.Config) { cfg.NodeType = given })
		info := into[server.NodeInfo](a.get("/info"))
		if string(info.NodeType) != want || !strings.HasPrefix(info.NodeID, "kuzu-"+want+"-") {
			t.Errorf("%q: got %s, %s", given, info.NodeType, info.NodeID)
		}
	}
}
