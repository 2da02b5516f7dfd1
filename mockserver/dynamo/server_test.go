package dynamo_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// TestRefusals are by name: what the stand-in does not know must not pass for
// something that it does.
func TestRefusals(t *testing.T) {
	const table = `"TableName":"robosystems-kuzu-test-graph-registry"`
	for _, test := range []struct{ operation, body, status, says string }{
		{"BatchGetItem", `{}`, "400", "BatchGetItem"},
		{"GetItem", `{"TableName":"other","Key":{}}`, "400", "ResourceNotFoundException"},
		{"GetItem", `{` + table + `,"Key":{}}`, "400", "Missing the key graph_id"},
		{"GetItem", `{` + table + `,"ProjectionExpression":"a"}`, "400", "ProjectionExpression"},
		{"Scan", `{` + table + `,"FilterExpression":"status = :s","ExpressionAttributeValues":{":s":{"S":"x"}}}`, "400", "reserved keyword"},
		{"Scan", `{` + table + `,"FilterExpression":"a = :s"}`, "400", "not defined; attribute value: :s"},
		{"Scan", `{` + table + `,"ExpressionAttributeValues":{":s":{"S":"x"}}}`, "400", "unused in expressions"},
		{"Scan", `{` + table + `,"FilterExpression":"begins_with(a, :s)","ExpressionAttributeValues":{":s":{"S":"x"}}}`, "400", "Syntax error"},
		{"Query", `{` + table + `,"IndexName":"none","KeyConditionExpression":"a = :s"}`, "400", "does not have the specified index"},
		{"Query", `{` + table + `,"IndexName":"instance-index","ConsistentRead":true}`, "400", "Consistent reads are not supported"},
		{"PutItem", `{` + table + `,"Item":{"graph_id":{"S":"g"}},"ConditionExpression":"attribute_exists(graph_id)"}`, "400", "ConditionalCheckFailedException"},
		{"UpdateItem", `{` + table + `,"Key":{"graph_id":{"S":"g"}},"UpdateExpression":"DELETE a :s"}`, "400", "DELETE is not known"},
		{"GetItem", `{` + table + `,"Key":{"graph_id":{"S":"g"}}}`, "200", "{}"},
	} {
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+test.operation)
		answer := httptest.NewRecorder()
		dynamo.New(dynamo.Registry("test")...).ServeHTTP(answer, req)
		if !strings.HasPrefix(answer.Result().Status, test.status) || !strings.Contains(answer.Body.String(), test.says) {
			t.Errorf("%s %s: %s %s", test.operation, test.body, answer.Result().Status, answer.Body)
		}
	}
}
