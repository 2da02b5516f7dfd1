package chunk

// cursor goes through a text of a known form. Its methods pass over blanks
// first, and report whether they found what they were told to.
type cursor struct {
	data []byte
	at   int
}

func (c *cursor) have(token string) bool {
	i := Space(c.data, c.at)
	end := i + len(token)
	if end > len(c.data) || string(c.data[i:end]) != token {
		return false
	}
	c.at = end
	return true
}

// key takes a name with its quotes.
func (c *cursor) key(quoted string) bool { return c.have(quoted) && c.have(":") }

func (c *cursor) count(quoted string, value *int64) bool {
	if !c.key(quoted) {
		return false
	}
	n, end, ok := Int(c.data, Space(c.data, c.at))
	*value, c.at = n, end
	return ok
}

func (c *cursor) truth(value *bool) bool {
	*value = c.have("true")
	return *value || c.have("false")
}

func (c *cursor) float(value *float64) bool {
	f, end, ok := Float(c.data, Space(c.data, c.at))
	*value, c.at = f, end
	return ok
}

// text passes over a string.
func (c *cursor) text() bool {
	i := Space(c.data, c.at)
	if at(c.data, i) != '"' {
		return false
	}
	end, _, err := Text(c.data, i)
	c.at = end
	return err == nil
}

// texts reads a list of strings.
func (c *cursor) texts(list *[]string) bool {
	if !c.have("[") {
		return false
	}
	if c.have("]") {
		return true
	}
	for {
		start := Space(c.data, c.at)
		if !c.text() {
			return false
		}
		*list = append(*list, string(AppendText(nil, c.data[start+1:c.at-1])))
		if !c.have(",") {
			return c.have("]")
		}
	}
}
