package chunk

// maxDepth is how deep [encoding/json] lets values nest.
const maxDepth = 10_000

// Space returns the position of the first byte at or after i that is not blank.
func Space(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\t' || data[i] == '\r') {
		i++
	}
	return i
}

// Skip checks the value that begins at data[i], which is not blank, and returns
// the position after it.
func Skip(data []byte, i int) (end int, err error) { return skip(data, i, 0) }

func skip(data []byte, i, depth int) (int, error) {
	if i >= len(data) {
		return i, lacks("a value", i)
	}
	switch c := data[i]; c {
	case '"':
		end, _, err := Text(data, i)
		return end, err
	case '{', '[':
		if depth == maxDepth {
			return i, lacks("an end to its nesting", i)
		}
		return skipNested(data, i, depth+1)
	case 't':
		return Word(data, i, "true")
	case 'f':
		return Word(data, i, "false")
	case 'n':
		return Word(data, i, "null")
	default:
		return Number(data, i)
	}
}

// skipNested checks an array or an object.
func skipNested(data []byte, i, depth int) (int, error) {
	object := data[i] == '{'
	closing := data[i] + 2 // of [ and {
	if i = Space(data, i+1); i < len(data) && data[i] == closing {
		return i + 1, nil
	}
	for {
		var err error
		if object {
			if i, err = skipKey(data, i); err != nil {
				return i, err
			}
		}
		if i, err = skip(data, i, depth); err != nil {
			return i, err
		}
		i = Space(data, i)
		switch {
		case i < len(data) && data[i] == ',':
			i = Space(data, i+1)
		case i < len(data) && data[i] == closing:
			return i + 1, nil
		default:
			return i, lacks("a comma or the end of a list or object", i)
		}
	}
}

// skipKey checks a key with its colon and returns where its value begins.
func skipKey(data []byte, i int) (int, error) {
	_, value, err := Key(data, i)
	return value, err
}

// Key returns where the key that begins at data[i] ends, and where its value
// begins.
func Key(data []byte, i int) (end, value int, err error) {
	if i >= len(data) || data[i] != '"' {
		return i, i, lacks("a key", i)
	}
	if end, _, err = Text(data, i); err != nil {
		return end, end, err
	}
	i = Space(data, end)
	if i >= len(data) || data[i] != ':' {
		return end, i, lacks("a colon", i)
	}
	return end, Space(data, i+1), nil
}

// Word checks that data[i:] begins with a word, and returns the position after it.
func Word(data []byte, i int, word string) (end int, err error) {
	if end = i + len(word); end > len(data) || string(data[i:end]) != word {
		return i, lacks("a value", i)
	}
	return end, nil
}
