package factory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/robosystems/kuzuclient/transport"
)

// Instance is a server as the registry has it. What a record does not say is "".
type Instance struct {
	// ID is such as i-0123456789abcdef0. Tier is standard, enterprise, premium or
	// shared. NodeType is writer, shared_master or shared_replica. Status is
	// initializing, healthy, unhealthy, terminating or terminated. Zone is an
	// availability zone such as us-east-1a.
	ID, Tier, NodeType, Status, Zone string
	Endpoint                         string // scheme://host:port, "" if the record has no address that can be used
	Problem                          string // why there is no Endpoint
	Databases, MaxDatabases          int    // -1 if the record does not say
}

// Instances lists all instances of the registry, of every status, by tier and id,
// and the load balancer of the replicas if one is set up. In development it is the
// one server. It reads the whole table, so ask seldom.
func (f *Factory) Instances(ctx context.Context) ([]Instance, error) {
	in := f.home
	if in.registry == nil {
		return []Instance{{ID: in.environment, Endpoint: f.cfg.APIURL, Databases: -1, MaxDatabases: -1}}, nil
	}
	pages := dynamodb.NewScanPaginator(in.registry.db, &dynamodb.ScanInput{
		TableName: &in.registry.instances, Limit: aws.Int32(100), ConsistentRead: aws.Bool(true),
	})
	var list []Instance
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, in.registry.wrap(ctx, err)
		}
		for _, i := range page.Items {
			list = append(list, newInstance(newInstanceRecord(i), f.cfg.AllowPublicAddresses))
		}
	}
	slices.SortFunc(list, func(a, b Instance) int { return cmp.Or(cmp.Compare(a.Tier, b.Tier), cmp.Compare(a.ID, b.ID)) })
	if in.replicaEndpoint != nil {
		list = append(list, Instance{ID: "replicas", Tier: "shared", NodeType: "load_balancer", Endpoint: in.replicaEndpoint.url.String(), Databases: -1, MaxDatabases: -1})
	}
	return list, nil
}

func newInstance(r *instanceRecord, allowPublic bool) Instance {
	i := Instance{ID: r.id, Tier: r.tier, NodeType: r.nodeType, Status: r.status, Zone: r.zone, Databases: r.databases, MaxDatabases: r.maxDatabases}
	u, _, err := addressOf(r.endpointURL, r.privateIP, allowPublic)
	if err != nil {
		i.Problem = err.Error()
		return i
	}
	i.Endpoint = u.String()
	return i
}

// invalidatePatience is how long Redis may take where somebody waits for it.
const invalidatePatience = 2 * time.Second

// Invalidate makes this process and, through Redis, all others ask the registry
// where a graph is when they need it next. For a shared repository that is where
// the shared master is. The error says that other processes were not told.
func (f *Factory) Invalidate(ctx context.Context, graphID string) error {
	r, _, err := f.resolver(graphID, Read, nil)
	if err != nil {
		return err
	}
	in, id := f.home, r.graph.parent
	if r.graph.shared {
		id = masterKey
	}
	in.local.Invalidate(id)
	switch {
	case in.registry == nil:
		return transport.Errorf(transport.KindConfiguration, "in %s there is nothing to forget: everything goes to %s", in.environment, f.cfg.APIURL)
	case in.store == nil:
		return transport.Errorf(transport.KindConfiguration, "other processes cannot be told: KUZU_REDIS_CACHE_ENABLED is false")
	}
	ctx, cancel := context.WithTimeout(ctx, invalidatePatience)
	defer cancel()
	if err = in.store.client.Del(ctx, in.locationKey(id)).Err(); err == nil {
		err = in.store.client.Publish(ctx, in.channel(), in.origin+" "+id).Err()
	}
	if err != nil {
		return &transport.Error{Kind: transport.KindUnavailable, Message: "other processes were not told: Redis does not take it", Graph: graphID, Err: err}
	}
	return nil
}
