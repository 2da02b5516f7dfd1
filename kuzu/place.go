package kuzu

import (
	"reflect"
	"unsafe"
)

// place is where in a struct a field is. Embedded pointers lie on the way to some.
type place struct {
	offset uintptr // within the struct, or within what the last pointer points to
	steps  []step
}

// step leads through an embedded pointer.
type step struct {
	offset uintptr
	elem   reflect.Type
}

func newPlace(t reflect.Type, field reflect.StructField) place {
	var p place
	for i, index := range field.Index {
		f := t.Field(index)
		p.offset += f.Offset
		t = f.Type
		if i < len(field.Index)-1 && t.Kind() == reflect.Pointer {
			t = t.Elem()
			p.steps = append(p.steps, step{p.offset, t})
			p.offset = 0
		}
	}
	return p
}

// in returns the field's address in the struct at base, and fills in embedded
// pointers that are nil.
func (p *place) in(base unsafe.Pointer) unsafe.Pointer {
	for _, step := range p.steps {
		pointer := (*unsafe.Pointer)(unsafe.Add(base, step.offset))
		if *pointer == nil {
			*pointer = reflect.New(step.elem).UnsafePointer()
		}
		base = *pointer
	}
	return unsafe.Add(base, p.offset)
}
