package dynamo

import (
	"maps"
	"slices"
)

// Table describes a table whose key is one attribute, a text.
type Table struct {
	Name    string  // such as robosystems-kuzu-test-graph-registry
	Key     string  // name of the key attribute
	Indexes []Index // what Query may be asked of
}

// Index describes a global secondary index that projects all attributes.
type Index struct {
	Name string // as in IndexName of a Query
	Hash string // name of the attribute that a Query must fix
	Sort string // "" for none
}

// Registry returns the two tables of an environment's fleet, as deployed: the
// instances and the graphs.
func Registry(environment string) []Table {
	return []Table{
		{
			Name: "robosystems-kuzu-" + environment + "-instance-registry", Key: "instance_id",
			Indexes: []Index{
				{Name: "status-database-count-index", Hash: "status", Sort: "database_count"},
				{Name: "tier-status-index", Hash: "cluster_tier", Sort: "status"},
			},
		},
		{
			Name: "robosystems-kuzu-" + environment + "-graph-registry", Key: "graph_id",
			Indexes: []Index{{Name: "instance-index", Hash: "instance_id"}, {Name: "entity-index", Hash: "entity_id"}},
		},
	}
}

type tableState struct {
	Table
	items map[string]Item // by key
}

// keyOf returns the key of an item, or of a request's Key.
func (t *tableState) keyOf(item Item) (string, error) {
	key, there := item[t.Key]
	if !there || key.S == nil {
		return "", validation("One or more parameter values were invalid: Missing the key %s in the item", t.Key)
	}
	return *key.S, nil
}

// page returns the items that matches admits among those of one page, and the
// key to go on from, nil at the end. As in the real one, the limit counts items
// before they are filtered.
func (t *tableState) page(start Item, limit int, in func(Item) bool, matches func(Item) (bool, error)) (items []Item, read int, last Item, err error) {
	after := ""
	if start != nil {
		if after, err = t.keyOf(start); err != nil {
			return nil, 0, nil, err
		}
	}
	items = []Item{}
	for _, key := range slices.Sorted(maps.Keys(t.items)) {
		item := t.items[key]
		if start != nil && key <= after || !in(item) {
			continue
		}
		if read == limit {
			return items, read, last, nil
		}
		read++
		last = Item{t.Key: String(key)}
		ok, err := matches(item)
		if err != nil {
			return nil, 0, nil, err
		}
		if ok {
			items = append(items, item)
		}
	}
	return items, read, nil, nil
}
