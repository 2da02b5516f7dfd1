package fleet

import (
	"context"
	"errors"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
)

// Instance is one server of a fleet. It is safe for concurrent use.
type Instance struct {
	ID       string             // in the registry, such as i-00000001
	Tier     string             // standard, enterprise, premium or shared
	NodeType server.NodeType    // writer, shared_master or shared_replica
	URL      string             // scheme://host:port, the same after a restart
	Engine   mockserver.Engine  // holds the databases, also while the instance is killed
	Server   *mockserver.Server // for rules, quirks and loads; a restart makes no new one

	host *host
}

// Kill closes all connections, and the address refuses new ones from then on.
func (i *Instance) Kill() { i.host.stop() }

// Freeze makes the instance take connections and requests and answer none.
func (i *Instance) Freeze() { i.host.freeze() }

// Waiting is how many requests a freeze holds up now.
func (i *Instance) Waiting() int { return int(i.host.waiting.Load()) }

// Restart ends what Kill or Freeze did. Requests that a freeze held up are
// answered. It fails if another program has taken the address meanwhile.
func (i *Instance) Restart(ctx context.Context) error {
	i.host.unfreeze()
	return i.host.start(ctx)
}

// Spoil has connections of the instance go wrong from now on, those that stand
// too. The zero Wire mends them; connections that are silent by then stay so.
func (i *Instance) Spoil(w Wire) error { return i.host.wire.spoil(w) }

// newInstance starts a server.
func (f *Fleet) newInstance(ctx context.Context, id, tier string, kind server.NodeType) (*Instance, error) {
	engine, err := f.cfg.Engine(id)
	if err != nil {
		return nil, err
	}
	srv, err := mockserver.New(mockserver.Config{
		Engine: engine, DataRoot: f.cfg.DataRoot, APIKey: f.cfg.APIKey, NodeType: kind, Logger: f.cfg.Logger,
		ReadOnly: kind == server.NodeTypeSharedReplica,
	})
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	i := &Instance{ID: id, Tier: tier, NodeType: kind, Engine: engine, Server: srv, host: &host{handler: srv}}
	if f.cfg.TLS != nil && kind != server.NodeTypeSharedReplica {
		i.host.tls = f.cfg.TLS(id)
	}
	f.ends = append(f.ends, i.close)
	if err := i.host.start(ctx); err != nil {
		return nil, err
	}
	i.URL = i.host.url()
	return i, nil
}

func (i *Instance) close() error {
	err := i.Server.Close() // ends event streams
	i.host.stop()
	i.host.wait()
	return errors.Join(err, i.Engine.Close())
}

// copyDatabase makes what to holds of a database equal to what from holds.
func copyDatabase(ctx context.Context, name string, from, to mockserver.Engine) error {
	snapshot, err := from.Backup(ctx, name)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	return to.Restore(ctx, name, snapshot, true)
}
