package dynamo

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
)

// Item is the attributes of an item by name.
type Item map[string]Value

// Value is the value of an attribute in the form of the protocol: exactly one
// field is set.
type Value struct {
	S    *string          `json:"S,omitempty"`    // a text
	N    *string          `json:"N,omitempty"`    // a number, in decimal
	BOOL *bool            `json:"BOOL,omitempty"` // a truth value
	NULL *bool            `json:"NULL,omitempty"` // true, for nothing
	SS   []string         `json:"SS,omitempty"`   // a set of texts
	L    []Value          `json:"L,omitempty"`    // a list
	M    map[string]Value `json:"M,omitempty"`    // a map
}

// String returns the value of a text.
func String(s string) Value { return Value{S: &s} }

// Number returns the value of a whole number.
func Number(n int) Value { s := strconv.Itoa(n); return Value{N: &s} }

// Strings returns the value of a set of texts.
func Strings(s ...string) Value { return Value{SS: s} }

// Text returns what a text or number holds, and otherwise the value's JSON.
func (v Value) Text() string {
	switch {
	case v.S != nil:
		return *v.S
	case v.N != nil:
		return *v.N
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// clone copies an item as deeply as it is ever changed.
func (i Item) clone() Item { return maps.Clone(i) }

func (v Value) number() (*big.Rat, bool) {
	if v.N == nil {
		return nil, false
	}
	return new(big.Rat).SetString(*v.N)
}

// compare orders two values, and reports whether they can be ordered.
func compare(a, b Value) (order int, ok bool) {
	if x, isNumber := a.number(); isNumber {
		y, isNumber := b.number()
		if !isNumber {
			return 0, false
		}
		return x.Cmp(y), true
	}
	if a.S == nil || b.S == nil {
		return 0, false
	}
	switch {
	case *a.S < *b.S:
		return -1, true
	case *a.S > *b.S:
		return 1, true
	}
	return 0, true
}

func equal(a, b Value) bool {
	if order, ok := compare(a, b); ok {
		return order == 0
	}
	if a.SS != nil && b.SS != nil {
		return slices.Equal(slices.Sorted(slices.Values(a.SS)), slices.Sorted(slices.Values(b.SS)))
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// add sums two numbers in the protocol's decimal notation.
func add(a, b Value, sign int64) (Value, error) {
	x, ok := a.number()
	y, also := b.number()
	if !ok || !also {
		return Value{}, validation("An operand in the update expression has an incorrect data type")
	}
	sum := new(big.Rat).Add(x, y.Mul(y, big.NewRat(sign, 1)))
	text := sum.FloatString(10)
	if sum.IsInt() {
		text = sum.Num().String()
	}
	return Value{N: &text}, nil
}
