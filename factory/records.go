package factory

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Values in the registry.
const (
	statusHealthy     = "healthy"
	statusTerminating = "terminating"
	statusTerminated  = "terminated"
	statusActive      = "active"
	statusCreating    = "creating"
	statusFailed      = "failed"
	statusDeleted     = "deleted"
	nodeSharedMaster  = "shared_master"
	nodeWriter        = "writer"
	defaultPort       = "8001" // of an instance whose record says nothing else
)

// graphRecord is what the registry says of a graph. Everything but the id may be
// missing.
type graphRecord struct {
	id, status, instance, privateIP, lock, deletedAt string

	item item
}

func newGraphRecord(id string, i item) *graphRecord {
	return &graphRecord{
		id: id, status: str(i, "status"), instance: str(i, "instance_id"), privateIP: str(i, "private_ip"),
		lock: str(i, "allocation_lock"), deletedAt: str(i, "deleted_at"), item: i,
	}
}

// instanceRecord is what the registry says of an instance. Different writers
// replace the item, so that everything but the id may be missing.
type instanceRecord struct {
	id, status, tier, nodeType, privateIP, endpointURL, zone, checked string

	databases, maxDatabases int // -1 if missing or no number
}

func newInstanceRecord(i item) *instanceRecord {
	tier := str(i, "cluster_tier")
	if tier == "" {
		tier = str(i, "tier")
	}
	return &instanceRecord{
		id: str(i, "instance_id"), status: str(i, "status"), tier: tier, nodeType: str(i, "node_type"),
		privateIP: str(i, "private_ip"), endpointURL: str(i, "endpoint_url"), zone: str(i, "availability_zone"),
		checked: str(i, "last_health_check"), databases: number(i, "database_count"), maxDatabases: number(i, "max_databases"),
	}
}

func (i *instanceRecord) String() string {
	return fmt.Sprintf("instance %s, %s, tier %s, status %s, address %s %s", i.id, orNone(i.nodeType), orNone(i.tier), orNone(i.status), orNone(i.privateIP), i.endpointURL)
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func str(i item, name string) string {
	if s, ok := i[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func number(i item, name string) int {
	if n, ok := i[name].(*types.AttributeValueMemberN); ok {
		if x, err := strconv.Atoi(n.Value); err == nil && x >= 0 {
			return x
		}
	}
	return -1
}

func num(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
}
