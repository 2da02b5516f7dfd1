package dynamo

import "slices"

// parameters are those of all operations that the server knows.
type parameters struct {
	TableName                 string
	IndexName                 string
	Key, Item                 Item
	ConsistentRead            bool
	KeyConditionExpression    string
	FilterExpression          string
	ConditionExpression       string
	UpdateExpression          string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]Value
	ExclusiveStartKey         Item
	Limit                     *int
	TransactItems             []struct{ ConditionCheck, Put, Update, Delete *parameters }
	ClientRequestToken        string

	used map[string]bool
}

// tables names the tables that a request is about, each once.
func (p *parameters) tables() []string {
	if p.TransactItems == nil {
		return []string{p.TableName}
	}
	var names []string
	for _, item := range p.TransactItems {
		for _, part := range []*parameters{item.ConditionCheck, item.Put, item.Update, item.Delete} {
			if part != nil && !slices.Contains(names, part.TableName) {
				names = append(names, part.TableName)
			}
		}
	}
	return names
}

// unused refuses names and values that no expression used.
func (p *parameters) unused() error {
	for name := range p.ExpressionAttributeNames {
		if !p.used[name] {
			return validation("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", name)
		}
	}
	for name := range p.ExpressionAttributeValues {
		if !p.used[name] {
			return validation("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", name)
		}
	}
	return nil
}

func (s *Server) getItem(p *parameters) (any, error) {
	t := s.tables[p.TableName]
	key, err := t.keyOf(p.Key)
	if err != nil {
		return nil, err
	}
	if item, there := t.items[key]; there {
		return map[string]Item{"Item": item}, nil
	}
	return struct{}{}, nil
}

func (s *Server) putItem(p *parameters) (any, error)    { return s.single(p, put) }
func (s *Server) updateItem(p *parameters) (any, error) { return s.single(p, change) }
func (s *Server) deleteItem(p *parameters) (any, error) { return s.single(p, drop) }

func (s *Server) single(p *parameters, w write) (any, error) {
	commit, err := s.prepare(p, w)
	if err != nil {
		return nil, err
	}
	commit()
	return struct{}{}, nil
}

// write is a way of changing an item: from what there is, empty if nothing, to
// what there will be, nil if nothing.
type write func(p *parameters, before Item) (Item, error)

func put(p *parameters, _ Item) (Item, error)       { return p.Item.clone(), nil }
func drop(*parameters, Item) (Item, error)          { return nil, nil }
func keep(_ *parameters, before Item) (Item, error) { return before, nil }

func change(p *parameters, before Item) (Item, error) {
	if len(before) == 0 {
		before = p.Key
	}
	return update(p.UpdateExpression, p, before)
}

// prepare checks one write and returns what makes it happen.
func (s *Server) prepare(p *parameters, w write) (commit func(), err error) {
	t := s.tables[p.TableName]
	if p.used == nil {
		p.used = map[string]bool{}
	}
	from := p.Key
	if p.Item != nil {
		from = p.Item
	}
	key, err := t.keyOf(from)
	if err != nil {
		return nil, err
	}
	before := t.items[key]
	holds, err := condition(p.ConditionExpression, p, before)
	if err != nil {
		return nil, err
	}
	after, err := w(p, before)
	if err == nil {
		err = p.unused()
	}
	switch {
	case err != nil:
		return nil, err
	case !holds:
		return nil, conditionFailed()
	}
	return func() {
		if after == nil {
			delete(t.items, key)
		} else {
			t.items[key] = after
		}
	}, nil
}

func (s *Server) transact(p *parameters) (any, error) {
	if s.tokens[p.ClientRequestToken] {
		return struct{}{}, nil
	}
	reasons := make([]Reason, len(p.TransactItems))
	var commits []func()
	canceled := false
	for i, item := range p.TransactItems {
		var commit func()
		var err error
		switch {
		case item.Put != nil:
			commit, err = s.prepare(item.Put, put)
		case item.Update != nil:
			commit, err = s.prepare(item.Update, change)
		case item.Delete != nil:
			commit, err = s.prepare(item.Delete, drop)
		case item.ConditionCheck != nil:
			_, err = s.prepare(item.ConditionCheck, keep)
			commit = func() {}
		default:
			err = validation("TransactItems: an item does nothing")
		}
		reasons[i].Code = "None"
		commits = append(commits, commit)
		if err == nil {
			continue
		}
		fault := err.(*Fault) //nolint:errorlint // prepare returns no wrapped errors
		if fault.Type != conditionFailed().Type {
			return nil, err
		}
		canceled = true
		reasons[i] = Reason{Code: "ConditionalCheckFailed", Message: fault.Message}
	}
	if canceled {
		return nil, &Fault{Type: "TransactionCanceledException", Message: "Transaction cancelled, please refer cancellation reasons for specific reasons", Reasons: reasons}
	}
	for _, commit := range commits {
		commit()
	}
	if p.ClientRequestToken != "" {
		s.tokens[p.ClientRequestToken] = true
	}
	return struct{}{}, nil
}

func (s *Server) query(p *parameters) (any, error) {
	t := s.tables[p.TableName]
	at := slices.IndexFunc(t.Indexes, func(i Index) bool { return i.Name == p.IndexName })
	switch {
	case p.IndexName == "":
		return nil, validation("this stand-in queries indexes only; ask for an item by its key with GetItem")
	case at < 0:
		return nil, validation("The table does not have the specified index: %s", p.IndexName)
	case p.ConsistentRead:
		return nil, validation("Consistent reads are not supported on global secondary indexes")
	case p.KeyConditionExpression == "":
		return nil, validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	index := t.Indexes[at]
	var fault error
	return s.read(p, func(item Item) bool {
		_, hashed := item[index.Hash]
		_, sorted := item[index.Sort]
		if !hashed || index.Sort != "" && !sorted {
			return false // an item without the attributes is not in the index
		}
		holds, err := condition(p.KeyConditionExpression, p, item)
		if err != nil {
			fault = err
		}
		return holds || err != nil
	}, &fault)
}

func (s *Server) scan(p *parameters) (any, error) {
	var fault error
	return s.read(p, func(Item) bool { return true }, &fault)
}

// pageItems stands in for the megabyte that bounds a page of the real one.
const pageItems = 1000

func (s *Server) read(p *parameters, in func(Item) bool, fault *error) (any, error) {
	limit := pageItems
	if p.Limit != nil {
		limit = *p.Limit
	}
	// An expression that no item is held against is checked all the same.
	for _, text := range []string{p.KeyConditionExpression, p.FilterExpression} {
		if _, err := condition(text, p, Item{}); err != nil {
			return nil, err
		}
	}
	if err := p.unused(); err != nil {
		return nil, err
	}
	items, read, last, err := s.tables[p.TableName].page(p.ExclusiveStartKey, limit, in, func(item Item) (bool, error) {
		if *fault != nil {
			return false, *fault
		}
		return condition(p.FilterExpression, p, item)
	})
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"Items": items, "Count": len(items), "ScannedCount": read}
	if last != nil {
		answer["LastEvaluatedKey"] = last
	}
	return answer, nil
}
