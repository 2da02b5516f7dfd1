package main

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
)

// jsonRows writes an array with an object a row.
type jsonRows struct {
	w       io.Writer
	columns []string
	line    []byte
	rows    int
}

func (j *jsonRows) head(columns []string) error {
	j.columns = columns
	_, err := io.WriteString(j.w, "[")
	return err
}

func (j *jsonRows) row(values []any) error {
	j.line = append(j.line[:0], "\n  "...)
	if j.rows++; j.rows > 1 {
		j.line = append(j.line[:0], ",\n  "...)
	}
	j.line = appendObject(j.line, j.columns, values)
	_, err := j.w.Write(j.line)
	return err
}

func (j *jsonRows) end() error {
	closing := "]\n"
	if j.rows > 0 {
		closing = "\n]\n"
	}
	_, err := io.WriteString(j.w, closing)
	return err
}

// ndjsonRows writes an object a line.
type ndjsonRows struct {
	w       io.Writer
	columns []string
	line    []byte
}

func (n *ndjsonRows) head(columns []string) error { n.columns = columns; return nil }

func (n *ndjsonRows) row(values []any) error {
	n.line = append(appendObject(n.line[:0], n.columns, values), '\n')
	_, err := n.w.Write(n.line)
	return err
}

func (n *ndjsonRows) end() error { return nil }

// appendObject writes an object whose members keep their order.
func appendObject(b []byte, names []string, values []any) []byte {
	b = append(b, '{')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, name), ':')
		b = appendJSON(b, values[i])
	}
	return append(b, '}')
}

// appendJSON writes a value as encoding/json does, and what JSON has no number
// for, NaN and the infinities, as text. Digits of integers stay.
func appendJSON(b []byte, value any) []byte {
	switch v := value.(type) {
	case float64:
		switch {
		case math.IsNaN(v):
			return append(b, `"NaN"`...)
		case math.IsInf(v, 1):
			return append(b, `"Infinity"`...)
		case math.IsInf(v, -1):
			return append(b, `"-Infinity"`...)
		}
	case int64:
		return strconv.AppendInt(b, v, 10)
	case []any:
		b = append(b, '[')
		for i, element := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, element)
		}
		return append(b, ']')
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		values := make([]any, len(names))
		for i, name := range names {
			values[i] = v[name]
		}
		return appendObject(b, names, values)
	}
	text, err := marshal(value)
	if err != nil { // rows hold no other types
		return strconv.AppendQuote(b, err.Error())
	}
	return append(b, text...)
}

// marshal leaves <, > and & as they are.
func marshal(value any) ([]byte, error) {
	var text jsonText
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return text.line(), err
}

type jsonText []byte

func (t *jsonText) Write(p []byte) (int, error) { *t = append(*t, p...); return len(p), nil }

// line is the text without the end of line that encoders put.
func (t *jsonText) line() []byte { return (*t)[:max(len(*t)-1, 0)] }
