package factory

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// outcome is what became of a write to the registry.
type outcome uint8

const (
	written       outcome = iota
	graphRefused          // the graph's record is not as the condition has it
	countRefused          // the instance's record is not as the condition has it
	writeFailed           // it did not happen, or nobody knows
	writeConflict         // others wrote at the same time, or AWS throttles: it did not happen
)

// write changes a graph's record and, in the same transaction, an instance's
// count; either may be nil. Conflicts with others are tried again until ctx ends
// or there were too many.
func (r *registry) write(ctx context.Context, graph, count *types.TransactWriteItem) (outcome, error) {
	const attempts = 40
	var what outcome
	var err error
	for attempt := range attempts {
		if attempt > 0 {
			pause := min(time.Second, 5*time.Millisecond<<min(attempt, 10))
			wait(ctx, time.Duration(rand.Float64()*float64(pause)))
		}
		if what, err = r.writeOnce(ctx, graph, count); what != writeConflict || ctx.Err() != nil {
			break
		}
	}
	if what == writeConflict {
		what = writeFailed
	}
	if err != nil {
		err = awsError(ctx, "registry table "+r.graphs, err)
	}
	return what, err
}

func (r *registry) writeOnce(ctx context.Context, graph, count *types.TransactWriteItem) (outcome, error) {
	input := &dynamodb.TransactWriteItemsInput{}
	var refusals []outcome // what a failed condition of each item means
	if graph != nil {
		input.TransactItems = append(input.TransactItems, *graph)
		refusals = append(refusals, graphRefused)
	}
	if count != nil {
		input.TransactItems = append(input.TransactItems, *count)
		refusals = append(refusals, countRefused)
	}
	_, err := r.db.TransactWriteItems(ctx, input)
	if err == nil {
		return written, nil
	}
	canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return writeOutcome(err), err
	}
	what := writeFailed
	for i, reason := range canceled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "ConditionalCheckFailed":
			return refusals[min(i, len(refusals)-1)], err
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			what = writeConflict
		}
	}
	return what, err
}

// writeOutcome tells the errors after which a write has not happened.
func writeOutcome(err error) outcome {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return writeFailed
	}
	switch api.ErrorCode() {
	case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "TransactionInProgressException", "TransactionConflictException":
		return writeConflict
	}
	return writeFailed
}

// putGraph writes a graph's record over what old says is there, nil for nothing.
func (r *registry) putGraph(record item, old *graphRecord) *types.TransactWriteItem {
	put := &types.Put{TableName: &r.graphs, Item: record, ConditionExpression: aws.String("attribute_not_exists(graph_id)")}
	if old != nil {
		put.ConditionExpression = aws.String("#status = :old AND instance_id = :instance")
		put.ExpressionAttributeNames = statusName
		put.ExpressionAttributeValues = item{":old": text(old.status), ":instance": text(old.instance)}
	}
	return &types.TransactWriteItem{Put: put}
}

// undoGraph takes back what putGraph wrote, if it is still ours and unfinished.
func (r *registry) undoGraph(id, lock string, old *graphRecord) *types.TransactWriteItem {
	condition := aws.String("#status = :creating AND allocation_lock = :lock")
	values := item{":creating": text(statusCreating), ":lock": text(lock)}
	if old != nil {
		return &types.TransactWriteItem{Put: &types.Put{TableName: &r.graphs, Item: old.item, ConditionExpression: condition,
			ExpressionAttributeNames: statusName, ExpressionAttributeValues: values}}
	}
	return &types.TransactWriteItem{Delete: &types.Delete{TableName: &r.graphs, Key: item{"graph_id": text(id)}, ConditionExpression: condition,
		ExpressionAttributeNames: statusName, ExpressionAttributeValues: values}}
}

// setGraph changes a graph's record by an update expression.
func (r *registry) setGraph(id, update, condition string, values item) *types.TransactWriteItem {
	return &types.TransactWriteItem{Update: &types.Update{TableName: &r.graphs, Key: item{"graph_id": text(id)}, UpdateExpression: &update,
		ConditionExpression: &condition, ExpressionAttributeNames: statusName, ExpressionAttributeValues: values}}
}

// countUp counts a database on an instance that is healthy and has room. The
// record's own limit decides, and the tier's if it has none.
func (r *registry) countUp(instance string, capacity int, now time.Time) *types.TransactWriteItem {
	return &types.TransactWriteItem{Update: &types.Update{
		TableName:        &r.instances,
		Key:              item{"instance_id": text(instance)},
		UpdateExpression: aws.String("ADD database_count :one SET last_allocation = :now"),
		ConditionExpression: aws.String("#status = :healthy AND (attribute_not_exists(database_count) OR database_count < max_databases" +
			" OR attribute_not_exists(max_databases) AND database_count < :capacity)"),
		ExpressionAttributeNames: statusName,
		ExpressionAttributeValues: item{
			":one": num(1), ":now": text(stamp(now)), ":healthy": text(statusHealthy), ":capacity": num(capacity),
		},
	}}
}

// countDown takes a database off an instance's count.
func (r *registry) countDown(instance string, now time.Time) *types.TransactWriteItem {
	return &types.TransactWriteItem{Update: &types.Update{
		TableName:                 &r.instances,
		Key:                       item{"instance_id": text(instance)},
		UpdateExpression:          aws.String("ADD database_count :one SET last_deallocation = :now"),
		ConditionExpression:       aws.String("database_count > :zero"),
		ExpressionAttributeValues: item{":one": num(-1), ":zero": num(0), ":now": text(stamp(now))},
	}}
}

// stamp is a time as the other writers of the registry have it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
