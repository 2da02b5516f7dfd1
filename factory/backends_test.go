package factory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/redis/go-redis/v9"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// The tests run against stand-ins, and under make integration against the real
// things, whose addresses these variables hold.
const (
	dynamoVariable = "KUZU_TEST_DYNAMODB" // such as http://127.0.0.1:8000
	redisVariable  = "KUZU_TEST_REDIS"    // such as 127.0.0.1:6379
)

// database is what a test does to a registry behind the client's back.
type database interface {
	Put(table string, item dynamo.Item)
	Get(table, key string) dynamo.Item
	Delete(table, key string)
}

func newDatabase(t testing.TB, tables []dynamo.Table, cfg *factory.Config) (database, string) {
	t.Helper()
	if url := os.Getenv(dynamoVariable); url != "" {
		db := &realDatabase{t: t, prefix: "t" + strconv.FormatUint(rand.Uint64(), 36) + ".", keys: map[string]string{}}
		db.client = dynamodb.NewFromConfig(*awsFor(url))
		for _, table := range tables {
			db.create(table)
		}
		cfg.InstanceTable, cfg.GraphTable = db.prefix+instances, db.prefix+graphs
		return db, url
	}
	db := dynamo.New(tables...)
	web := httptest.NewServer(db)
	t.Cleanup(web.Close)
	return db, web.URL
}

// realDatabase is a server that keeps the tables of many tests apart by a prefix.
type realDatabase struct {
	t      testing.TB
	client *dynamodb.Client
	prefix string
	keys   map[string]string
}

func (r *realDatabase) create(table dynamo.Table) {
	r.keys[table.Name] = table.Key
	kinds := map[string]types.ScalarAttributeType{table.Key: types.ScalarAttributeTypeS}
	input := &dynamodb.CreateTableInput{
		TableName: aws.String(r.prefix + table.Name), BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{{AttributeName: &table.Key, KeyType: types.KeyTypeHash}},
	}
	for _, index := range table.Indexes {
		schema := []types.KeySchemaElement{{AttributeName: aws.String(index.Hash), KeyType: types.KeyTypeHash}}
		kinds[index.Hash] = types.ScalarAttributeTypeS
		if index.Sort != "" {
			schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(index.Sort), KeyType: types.KeyTypeRange})
			if kinds[index.Sort] = types.ScalarAttributeTypeS; index.Sort == "database_count" {
				kinds[index.Sort] = types.ScalarAttributeTypeN
			}
		}
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.Name), KeySchema: schema, Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		})
	}
	for name, kind := range kinds {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: kind})
	}
	if _, err := r.client.CreateTable(r.t.Context(), input); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		_, _ = r.client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: input.TableName})
	})
}

func (r *realDatabase) Put(table string, item dynamo.Item) {
	attributes := map[string]types.AttributeValue{}
	for name, value := range item {
		switch {
		case value.N != nil:
			attributes[name] = &types.AttributeValueMemberN{Value: *value.N}
		default:
			attributes[name] = &types.AttributeValueMemberS{Value: value.Text()}
		}
	}
	if _, err := r.client.PutItem(r.t.Context(), &dynamodb.PutItemInput{TableName: aws.String(r.prefix + table), Item: attributes}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *realDatabase) Get(table, key string) dynamo.Item {
	answer, err := r.client.GetItem(r.t.Context(), &dynamodb.GetItemInput{TableName: aws.String(r.prefix + table), ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{r.keys[table]: &types.AttributeValueMemberS{Value: key}}})
	if err != nil {
		r.t.Fatal(err)
	}
	if answer.Item == nil {
		return nil
	}
	item := dynamo.Item{}
	for name, value := range answer.Item {
		switch value := value.(type) {
		case *types.AttributeValueMemberS:
			item[name] = dynamo.String(value.Value)
		case *types.AttributeValueMemberN:
			item[name] = dynamo.Value{N: &value.Value}
		}
	}
	return item
}

func (r *realDatabase) Delete(table, key string) {
	_, err := r.client.DeleteItem(r.t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(r.prefix + table),
		Key: map[string]types.AttributeValue{r.keys[table]: &types.AttributeValueMemberS{Value: key}}})
	if err != nil {
		r.t.Fatal(err)
	}
}

// cache is what a test does to Redis behind the client's back, in database 8.
type cache interface {
	Set(key, value string) error
	Get(key string) (string, error)
	Away(cfg *factory.Config) // makes Redis refuse connections
}

func newCache(t testing.TB, cfg *factory.Config) cache {
	t.Helper()
	if address := os.Getenv(redisVariable); address != "" {
		client := redis.NewClient(&redis.Options{Addr: address, DB: 8})
		t.Cleanup(func() { client.Close() })
		if err := client.FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		cfg.RedisURL = factory.Secret("redis://" + address)
		return realCache{client}
	}
	server := miniredis.RunT(t)
	server.Select(8)
	cfg.RedisURL = factory.Secret("redis://" + server.Addr())
	return standInCache{server}
}

type realCache struct{ *redis.Client }

func (r realCache) Set(key, value string) error {
	return r.Client.Set(context.Background(), key, value, 0).Err()
}
func (r realCache) Get(key string) (string, error) {
	return r.Client.Get(context.Background(), key).Result()
}
func (r realCache) Away(cfg *factory.Config) { cfg.RedisURL = "redis://127.0.0.1:1" }

type standInCache struct{ *miniredis.Miniredis }

func (s standInCache) Away(*factory.Config) { s.Close() }

// spy counts the requests to DynamoDB and can answer in its place.
type spy struct {
	next *http.Client

	mu     sync.Mutex
	counts map[string]int
	before func(operation string) *http.Response // nil, or an answer in the place of the real one
	after  func(operation string) *http.Response // the same, for what has happened
}

func (s *spy) Do(req *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	var about struct{ TableName string }
	_ = json.Unmarshal(body, &about)
	s.mu.Lock()
	s.counts[operation+" "+about.TableName]++
	before, after := s.before, s.after
	s.mu.Unlock()
	if before != nil {
		if resp := before(operation); resp != nil {
			return resp, nil
		}
	}
	resp, err := s.next.Do(req)
	if err == nil && after != nil {
		if other := after(operation); other != nil {
			resp.Body.Close()
			return other, nil
		}
	}
	return resp, err
}

// count returns how often an operation was asked of a table, whatever its prefix.
func (s *spy) count(operation, table string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for key, count := range s.counts {
		if strings.HasPrefix(key, operation+" ") && strings.HasSuffix(key, table) {
			n += count
		}
	}
	return n
}

// intercept sets what answers in the place of DynamoDB, before or after it acts.
func (s *spy) intercept(before, after func(operation string) *http.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before, s.after = before, after
}

// fault is an error of DynamoDB's protocol.
func fault(status int, kind string, reasons ...string) *http.Response {
	fields := map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + kind, "message": "injected"}
	var list []map[string]string
	for _, reason := range reasons {
		list = append(list, map[string]string{"Code": reason})
	}
	if list != nil {
		fields["CancellationReasons"] = list
	}
	text, _ := json.Marshal(fields)
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(bytes.NewReader(text))}
}

// direct asks a stand-in without a network.
type direct struct{ http.Handler }

func (d direct) Do(req *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, req)
	return answer.Result(), nil
}
