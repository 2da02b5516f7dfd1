package mockserver

import (
	"slices"
	"strings"
)

// fault checks a fault by itself.
func (c *ruleFaults) fault(f *Fault, at []any) {
	fields, ok := faultFields[f.Kind]
	if !ok {
		c.add(append(at, "kind"), "there is no fault %q; the faults are %s", f.Kind, join(FaultKinds()))
		return
	}
	given := f.given()
	for _, name := range given {
		if !slices.Contains(slices.Concat(fields.must, fields.oneOf, fields.may), name) {
			c.add(append(at, name), "means nothing to the fault %s", f.Kind)
		}
	}
	for _, name := range fields.must {
		if !slices.Contains(given, name) {
			c.add(append(at, name), "the fault %s needs it", f.Kind)
		}
	}
	if len(fields.oneOf) > 0 {
		missing := slices.DeleteFunc(slices.Clone(fields.oneOf), func(name string) bool { return slices.Contains(given, name) })
		if len(missing) != len(fields.oneOf)-1 {
			c.add(at, "the fault %s needs exactly one of %s", f.Kind, strings.Join(fields.oneOf, ", "))
		}
	}
	c.faultValues(f, at)
}

func (c *ruleFaults) faultValues(f *Fault, at []any) {
	for name, d := range map[string]Duration{"delay": f.Delay, "min": f.Min, "max": f.Max, "mean": f.Mean, "deviation": f.Deviation, "interval": f.Interval} {
		if d < 0 {
			c.add(append(at, name), "%s must not be negative", d)
		}
	}
	for name, n := range map[string]int{"after_bytes": f.AfterBytes, "after_lines": f.AfterLines, "bytes": f.Bytes} {
		if n < 0 {
			c.add(append(at, name), "%d must not be negative", n)
		}
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599 || !bodyAllowed(f.Status)) {
		c.add(append(at, "status"), "%d is not from 200 to 599, 204 and 304 left out", f.Status)
	}
	if f.AfterBytes != 0 && f.AfterLines != 0 {
		c.add(at, "after_bytes and after_lines contradict each other; give one")
	}
	if f.Min > f.Max {
		c.add(append(at, "min"), "%s is more than max, which is %s", f.Min, f.Max)
	}
	if f.Deviation != 0 && f.Mean == 0 {
		c.add(append(at, "deviation"), "needs mean")
	}
	if !headerText.MatchString(f.ContentType) {
		c.add(append(at, "content_type"), "%q is not a value of a header", f.ContentType)
	}
}

// given lists the fields that are set.
func (f *Fault) given() []string {
	var names []string
	for _, field := range []struct {
		name string
		set  bool
	}{
		{"delay", f.Delay != 0}, {"min", f.Min != 0}, {"max", f.Max != 0}, {"mean", f.Mean != 0}, {"deviation", f.Deviation != 0},
		{"status", f.Status != 0}, {"carry", f.Carry}, {"after_bytes", f.AfterBytes != 0}, {"after_lines", f.AfterLines != 0},
		{"bytes", f.Bytes != 0}, {"interval", f.Interval != 0}, {"content_type", f.ContentType != ""},
	} {
		if field.set {
			names = append(names, field.name)
		}
	}
	return names
}

// against checks a rule, good by itself, against one that stands before it.
func (c *ruleFaults) against(r, earlier *rule, at []any) {
	if !earlier.endless() {
		return
	}
	covered := earlier.wider(r)
	same := covered && r.wider(earlier) && r.endless()
	replies, earlierReplies := len(r.Replies) > 0, len(earlier.Replies) > 0
	switch {
	case replies && earlierReplies && covered:
		c.add(at, "can never match: rule %s before it answers every request that it would match, without end", earlier.Name)
	case !replies && !earlierReplies && covered && earlier.Fault.terminal():
		c.add(at, "can never be seen: the fault %s of rule %s before it strikes every request that it would match, without end", earlier.Fault.Kind, earlier.Name)
	case !replies && !earlierReplies && same && r.Fault.Kind == earlier.Fault.Kind:
		c.add(at, "contradicts rule %s, which puts the same fault on the same requests, without end", earlier.Name)
	case same && replies && !earlierReplies && earlier.Fault.terminal():
		c.add(at, "contradicts rule %s, whose fault %s strikes the same requests before their answer, without end", earlier.Name, earlier.Fault.Kind)
	case same && !replies && earlierReplies && r.Fault.terminal():
		c.add(at, "contradicts rule %s, which answers the same requests without end: with the fault %s nobody would see an answer", earlier.Name, r.Fault.Kind)
	}
}
