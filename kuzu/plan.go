package kuzu

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// plan is how rows with certain columns go into values of a type. It does not
// change once it is made, and is shared.
type plan struct {
	of      reflect.Type
	columns []string
	fields  []boundField // by column
	clear   []uintptr    // embedded pointers, which rows must not share

	// The way for rows that are written as the first one was: what stands before
	// a value, and how to read it into its field, in the order of the text. It is
	// nil until a row was seen.
	steps []boundStep
}

// plans has the last plan of each type: programs ask the same again and again,
// and servers write what they answer alike.
var plans sync.Map // of reflect.Type to *plan

// newBinder makes a binder for a type and the columns of a layout.
func newBinder(t reflect.Type, l *layout) (*binder, error) {
	if last, ok := plans.Load(t); ok && slices.Equal(last.(*plan).columns, l.columns) {
		return &binder{last.(*plan), l}, nil
	}
	p, err := newPlan(t, l.columns)
	if err != nil {
		return nil, err
	}
	plans.Store(t, p)
	return &binder{p, l}, nil
}

// learn takes over what the layout knows of how rows are written. The first that
// learns it tells the binders to come.
func (b *binder) learn() {
	if b.layout.order == nil {
		return
	}
	known := *b.plan
	known.steps = make([]boundStep, 0, len(b.layout.order))
	for k, column := range b.layout.order {
		known.steps = append(known.steps, boundStep{b.layout.leads[k], &known.fields[column]})
	}
	if b.steps == nil {
		plans.Store(b.of, &known)
	}
	b.plan = &known
}

// newPlan finds a field for each column and a column for each field. Nothing may
// be left over on either side: a typing error must not read as no data.
func newPlan(t reflect.Type, columns []string) (*plan, error) {
	b := &plan{of: t, columns: columns, fields: make([]boundField, len(columns))}
	if !isRecord(t) {
		if len(columns) != 1 {
			return nil, fmt.Errorf("%s holds one column and the result has %s; return one, or use a struct", t, quoted(columns))
		}
		b.fields[0] = boundField{decode: decoderOf(t), quick: quickOf(t)}
		return b, nil
	}
	for _, field := range columnFields(t) {
		name, tagged := field.Tag.Lookup("kuzu")
		if name == "-" {
			continue
		}
		if !tagged {
			name = field.Name
		}
		i := slices.Index(columns, name)
		if i < 0 && !tagged {
			i = slices.IndexFunc(columns, func(column string) bool { return strings.EqualFold(column, name) })
		}
		switch {
		case i < 0:
			return nil, fmt.Errorf("there is no column for field %s of %s; the result has %s. Return it AS %s, or tag the field `kuzu:\"column\"` or `kuzu:\"-\"`", field.Name, t, quoted(columns), name)
		case b.fields[i].decode != nil:
			return nil, fmt.Errorf("column %q has two fields in %s; tag one of them `kuzu:\"-\"`", columns[i], t)
		}
		if err := settable(t, field); err != nil {
			return nil, fmt.Errorf("field %s of %s: %w", field.Name, t, err)
		}
		bound := boundField{newPlace(t, field), decoderOf(field.Type), quickOf(field.Type)}
		if steps := bound.place.steps; len(steps) > 0 {
			bound.quick = quickNone
			if !slices.Contains(b.clear, steps[0].offset) {
				b.clear = append(b.clear, steps[0].offset)
			}
		}
		b.fields[i] = bound
	}
	for i, field := range b.fields {
		if field.decode == nil {
			return nil, fmt.Errorf("column %q has no field in %s; add one with the tag `kuzu:%q`, or do not return it", columns[i], t, columns[i])
		}
	}
	return b, nil
}
