package dynamo

import "strings"

// update returns what an update expression makes of an item, which it leaves as
// it is. Operands are read as they were before the update.
func update(text string, p *parameters, before Item) (Item, error) {
	e, err := newExpression(text, p, before)
	if err != nil {
		return nil, err
	}
	after := before.clone()
	for e.at < len(e.tokens) {
		var step func(Item) error
		switch clause := strings.ToUpper(e.next()); clause {
		case "SET":
			step = e.assign
		case "ADD":
			step = e.increase
		case "REMOVE":
			step = e.remove
		default:
			return nil, validation("UpdateExpression: %s is not known here; there are SET, ADD and REMOVE", clause)
		}
		for {
			if err := step(after); err != nil {
				return nil, err
			}
			if !e.word(",") {
				break
			}
		}
	}
	return after, nil
}

func (e *expression) assign(after Item) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	if !e.word("=") {
		return e.unexpected()
	}
	value, err := e.present()
	if err != nil {
		return err
	}
	for sign, operator := range map[int64]string{1: "+", -1: "-"} {
		if e.word(operator) {
			term, err := e.present()
			if err != nil {
				return err
			}
			if value, err = add(value, term, sign); err != nil {
				return err
			}
			break
		}
	}
	after[path] = value
	return nil
}

func (e *expression) increase(after Item) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	term, err := e.present()
	if err != nil {
		return err
	}
	old, there := e.item[path]
	if !there {
		old = Number(0)
	}
	after[path], err = add(old, term, 1)
	return err
}

func (e *expression) remove(after Item) error {
	path, err := e.path()
	delete(after, path)
	return err
}

// present is an operand that has a value.
func (e *expression) present() (Value, error) {
	value, there, err := e.operand()
	if err == nil && !there {
		err = validation("The provided expression refers to an attribute that does not exist in the item")
	}
	return value, err
}
