package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strconv"
	"strings"

	"github.com/robosystems/kuzuclient/kuzu"
)

// parameters puts together what --params and -p say; -p has the last word.
func parameters(file string, pairs []string) (kuzu.Params, error) {
	params := kuzu.Params{}
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		value, err := parseJSON(text)
		object, ok := value.(map[string]any)
		if err == nil && !ok {
			err = errors.New("it must be an object of names and values")
		}
		if err != nil {
			return nil, usagef("--params %s: %v", file, err)
		}
		params = object
	}
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		name, kind, _ := strings.Cut(name, ":")
		if !ok || name == "" {
			return nil, usagef("-p %.100q: it must be name=value or name:type=value", pair)
		}
		value, err := parameter(kind, text)
		if err != nil {
			return nil, usagef("-p %s: %v", name, err)
		}
		params[name] = value
	}
	return params, nil
}

// parameter reads a value of a type; without one, what is JSON is taken for that,
// and all else for a text.
func parameter(kind, text string) (any, error) {
	switch kind {
	case "":
		if value, err := parseJSON([]byte(text)); err == nil {
			return value, nil
		}
		return text, nil
	case "string":
		return text, nil
	case "int":
		return wholeNumber(text)
	case "float":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%.50q is no number", text)
		}
		return f, nil
	case "bool":
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("%.50q is neither true nor false", text)
		}
		return b, nil
	case "json":
		return parseJSON([]byte(text))
	}
	return nil, fmt.Errorf("there is no type %.50q; there are string, int, float, bool and json", kind)
}

// parseJSON reads one value and keeps all digits of whole numbers.
func parseJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more follows after the value")
	}
	return typed(value)
}

// typed makes numbers of the decoder's texts.
func typed(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return wholeNumber(v.String())
		}
		return v.Float64()
	case []any:
		for i := range v {
			if v[i], err = typed(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = typed(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

func wholeNumber(text string) (any, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, fmt.Errorf("%.50q is no whole number", text)
	}
	if n.IsUint64() {
		return n.Uint64(), nil
	}
	return nil, fmt.Errorf("%.50s has more digits than a parameter can; bind it as a text and cast it", text)
}
