package factory

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// registry reads the two DynamoDB tables that say which graph is where.
type registry struct {
	db                *dynamodb.Client
	instances, graphs string // tables
	noTierIndex       atomic.Bool
}

// item is a record as the SDK gives it.
type item = map[string]types.AttributeValue

const tierIndex = "tier-status-index"

// graph returns a graph's record, nil if there is none. A miss is read again
// consistently, for a graph that was registered a moment ago.
func (r *registry) graph(ctx context.Context, id string, consistent bool) (*graphRecord, error) {
	found, err := r.get(ctx, r.graphs, "graph_id", id, consistent)
	if err == nil && found == nil && !consistent {
		found, err = r.get(ctx, r.graphs, "graph_id", id, true)
	}
	if found == nil || err != nil {
		return nil, err
	}
	return newGraphRecord(id, found), nil
}

// instance returns an instance's record, nil if there is none.
func (r *registry) instance(ctx context.Context, id string, consistent bool) (*instanceRecord, error) {
	found, err := r.get(ctx, r.instances, "instance_id", id, consistent)
	if err == nil && found == nil && !consistent {
		found, err = r.get(ctx, r.instances, "instance_id", id, true)
	}
	if found == nil || err != nil {
		return nil, err
	}
	return newInstanceRecord(found), nil
}

func (r *registry) get(ctx context.Context, table, key, id string, consistent bool) (item, error) {
	answer, err := r.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &table,
		Key:            item{key: text(id)},
		ConsistentRead: aws.Bool(consistent),
	})
	if err != nil {
		return nil, awsError(ctx, "registry table "+table, err)
	}
	return answer.Item, nil
}

// healthy returns the healthy instances of a tier: by the index where it exists,
// else by a scan of all pages.
func (r *registry) healthy(ctx context.Context, tier string) ([]*instanceRecord, error) {
	if !r.noTierIndex.Load() {
		found, err := r.query(ctx, tier)
		if !missingIndex(err) {
			return found, r.wrap(ctx, err)
		}
		r.noTierIndex.Store(true)
	}
	return r.healthyNow(ctx, tier)
}

// healthyNow returns the same from the table itself, which the index lags behind.
func (r *registry) healthyNow(ctx context.Context, tier string) ([]*instanceRecord, error) {
	found, err := r.scan(ctx, "#status = :status AND cluster_tier = :kind", tier, statusHealthy)
	return found, r.wrap(ctx, err)
}

// masters returns the healthy shared masters. An item may lack what the index
// goes by, so that a scan has the last word.
func (r *registry) masters(ctx context.Context) ([]*instanceRecord, error) {
	byTier, err := r.healthy(ctx, "shared")
	if err != nil {
		return nil, err
	}
	var masters []*instanceRecord
	for _, i := range byTier {
		if i.nodeType == nodeSharedMaster {
			masters = append(masters, i)
		}
	}
	if masters != nil {
		return masters, nil
	}
	masters, err = r.scan(ctx, "#status = :status AND node_type = :kind", nodeSharedMaster, statusHealthy)
	return masters, r.wrap(ctx, err)
}

func (r *registry) query(ctx context.Context, tier string) ([]*instanceRecord, error) {
	pages := dynamodb.NewQueryPaginator(r.db, &dynamodb.QueryInput{
		TableName:                 &r.instances,
		IndexName:                 aws.String(tierIndex),
		KeyConditionExpression:    aws.String("cluster_tier = :tier AND #status = :status"),
		ExpressionAttributeNames:  statusName,
		ExpressionAttributeValues: item{":tier": text(tier), ":status": text(statusHealthy)},
	})
	var found []*instanceRecord
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, i := range page.Items {
			found = append(found, newInstanceRecord(i))
		}
	}
	return found, nil
}

// scan reads the whole table, of which pages may be empty.
func (r *registry) scan(ctx context.Context, filter, kind, status string) ([]*instanceRecord, error) {
	pages := dynamodb.NewScanPaginator(r.db, &dynamodb.ScanInput{
		TableName:                 &r.instances,
		FilterExpression:          &filter,
		ExpressionAttributeNames:  statusName,
		ExpressionAttributeValues: item{":kind": text(kind), ":status": text(status)},
		Limit:                     aws.Int32(100),
		ConsistentRead:            aws.Bool(true), // it is the last word
	})
	var found []*instanceRecord
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, i := range page.Items {
			found = append(found, newInstanceRecord(i))
		}
	}
	return found, nil
}

func (r *registry) wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return awsError(ctx, "registry table "+r.instances, err)
}

// missingIndex tells the answer to a query of an index that the table lacks, as
// in development.
func missingIndex(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorCode() == "ValidationException" && strings.Contains(api.ErrorMessage(), "index")
}

var statusName = map[string]string{"#status": "status"} // a reserved word

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
