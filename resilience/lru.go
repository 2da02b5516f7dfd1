package resilience

import (
	"container/list"
	"iter"
)

// lru is a map of at most size entries that drops the one used least recently.
// It requires external locking.
type lru[K comparable, V any] struct {
	size  int
	byKey map[K]*list.Element
	order list.List // of entry[K, V], most recently used first
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](size int) *lru[K, V] {
	return &lru[K, V]{size: size, byKey: make(map[K]*list.Element)}
}

func (l *lru[K, V]) len() int { return len(l.byKey) }

func (l *lru[K, V]) get(key K) (V, bool) {
	e := l.byKey[key]
	if e == nil {
		var zero V
		return zero, false
	}
	l.order.MoveToFront(e)
	return e.Value.(entry[K, V]).value, true
}

func (l *lru[K, V]) put(key K, value V) {
	if e := l.byKey[key]; e != nil {
		e.Value = entry[K, V]{key, value}
		l.order.MoveToFront(e)
		return
	}
	if len(l.byKey) >= l.size {
		oldest := l.order.Back()
		l.order.Remove(oldest)
		delete(l.byKey, oldest.Value.(entry[K, V]).key)
	}
	l.byKey[key] = l.order.PushFront(entry[K, V]{key, value})
}

// values yields all values in no useful order and does not count as a use.
func (l *lru[K, V]) values() iter.Seq[V] {
	return func(yield func(V) bool) {
		for e := l.order.Front(); e != nil; e = e.Next() {
			if !yield(e.Value.(entry[K, V]).value) {
				return
			}
		}
	}
}
