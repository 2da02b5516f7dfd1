package chunk

// ParseAnswer reads the answer to a plain query, which has the members of a
// chunk that make sense there. Its rows are still to be checked.
func ParseAnswer(body []byte) (Chunk, error) {
	if c, ok := parseInOrder(body); ok {
		return c, nil
	}
	return parseFromFront(body)
}

// parseInOrder reads an answer whose members are those that servers send, in
// their order.
func parseInOrder(body []byte) (c Chunk, ok bool) {
	in := cursor{data: body}
	if !in.have("{") || !in.key(`"data"`) {
		return c, false
	}
	start := Space(body, in.at)
	if at(body, start) != '[' {
		return c, false
	}
	end, err := Skip(body, start)
	if err != nil {
		return c, false
	}
	c.Rows, c.HasData, in.at = body[start+1:end-1], true, end
	ok = in.have(",") && in.key(`"columns"`) && in.texts(&c.Columns) &&
		in.have(",") && in.key(`"execution_time_ms"`) && in.float(&c.ExecutionTime) &&
		in.have(",") && in.count(`"row_count"`, &c.RowCount) &&
		in.have(",") && in.key(`"database"`) && in.text() &&
		in.have("}") && Space(body, in.at) == len(body)
	if c.Columns == nil {
		c.Columns = []string{} // it has them, and there are none
	}
	return c, ok
}
