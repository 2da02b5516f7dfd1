package factory

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/robosystems/kuzuclient/transport"
)

// fromRedis returns what other processes know, nil if that is nothing of use.
func (f *fleet) fromRedis(ctx context.Context, id string, doubtful bool, d *Decision) *location {
	began := time.Now()
	switch {
	case f.store == nil:
		d.step("redis", "switched off", 0, began)
		return nil
	case doubtful:
		d.step("redis", "not asked: the location that was known is in doubt", 0, began)
		return nil
	case f.cfg.CacheTTL == 0:
		d.step("redis", "not asked: nothing is cached", 0, began)
		return nil
	}
	key := f.locationKey(id)
	text, found, err := f.store.get(ctx, key)
	switch {
	case err != nil:
		f.metrics.redis(ctx, d, redisError)
		d.step("redis", "no answer: "+err.Error(), 0, began)
		return nil
	case !found:
		f.metrics.redis(ctx, d, redisMiss)
		d.step("redis", "no "+key, 0, began)
		return nil
	}
	l, err := f.readLocation(id, text)
	if err != nil {
		f.metrics.redis(ctx, d, redisUnreadable)
		f.log.Warn("an entry in Redis cannot be used", "key", key, "error", err)
		d.step("redis", fmt.Sprintf("%s cannot be used: %v", key, err), 0, began)
		return nil
	}
	d.step("redis", key+": "+l.ep.url.String(), age(l.read), began)
	if now := clock(); now >= l.expires || l.doubtful(now) {
		f.metrics.redis(ctx, d, redisMiss)
		return nil
	}
	f.metrics.redis(ctx, d, redisHit)
	return l
}

func (f *fleet) readLocation(id, text string) (*location, error) {
	u, instance, read, err := f.parseLocation(id, text)
	if err != nil {
		return nil, err
	}
	ttl := f.cfg.CacheTTL
	if id == masterKey {
		ttl = ingestionTTL
	}
	return f.cached(u, instance, read, ttl), nil
}

// parseLocation reads what Redis holds of a graph, or of the shared master.
func (f *fleet) parseLocation(id, text string) (u *url.URL, instance string, read time.Time, err error) {
	if id == masterKey { // a plain URL; how old it is nobody says
		now := time.Now()
		u, err = checkEndpoint(strings.TrimSpace(text), f.cfg.AllowPublicAddresses)
		return u, "", now, err
	}
	stored, read, err := decodeLocation(text)
	if err != nil {
		return nil, "", read, err
	}
	u, _, err = addressOf(stored.Location.EndpointURL, stored.Location.PrivateIP, f.cfg.AllowPublicAddresses)
	return u, stored.Location.InstanceID, read, err
}

func (f *fleet) cached(u *url.URL, instance string, read time.Time, ttl time.Duration) *location {
	at := fromWall(read)
	return &location{
		ep: f.endpoints.get(u), instance: instance, source: "redis",
		read: at, expires: at + int64(jittered(ttl)),
	}
}

// remember tells other processes what the registry said.
func (f *fleet) remember(id string, l *location) {
	ttl := time.Duration(l.expires - clock()).Round(time.Second)
	if f.store == nil || l.err != nil || ttl < time.Second {
		return
	}
	value := l.ep.url.String()
	if id != masterKey {
		var s storedLocation
		s.Location.InstanceID, s.Location.DatabaseName = l.instance, id
		s.Location.PrivateIP, s.Location.EndpointURL = l.ep.url.Hostname(), value
		s.Location.Status = statusHealthy
		s.Timestamp = toEpoch(toWall(l.read))
		value = encode(s)
	}
	key := f.locationKey(id)
	f.background.later(func(ctx context.Context) {
		if err := f.store.set(ctx, key, value, ttl); err != nil {
			f.log.Debug("Redis did not take a location", "key", key, "error", err)
		}
	})
}

// doubt is called when an attempt says that a location is wrong. The next call
// asks the registry, in every process. A server that was merely silent is probably
// busy, which is nothing to tell others; but the graph may have moved from it.
func (f *fleet) doubt(id string, ep *endpoint, outcome transport.Outcome) {
	if outcome != transport.OutcomeDead {
		f.local.ComputeIfPresent(id, func(l *location) (*location, otter.ComputeOp) {
			// A server that the registry confirmed a moment ago has the last word.
			if l.ep != ep || l.suspect || l.settledLately(clock()) {
				return l, otter.CancelOp
			}
			return l.with(func(l *location) { l.suspect = true }), otter.WriteOp
		})
	}
	if outcome != transport.OutcomeSlow {
		f.announce(id)
	}
}

// forget drops what is known of a graph, everywhere. It waits for Redis, or the
// next call would find there what was just dropped.
func (f *fleet) forget(id string) {
	if f.store == nil {
		f.local.Invalidate(id)
		return
	}
	if err := f.store.delete(f.ctx, f.locationKey(id)); err != nil {
		f.log.Debug("Redis did not drop a location", "graph", id, "error", err)
	}
	f.local.Invalidate(id)
	f.announce(id)
	// What was on its way to Redis before is deleted by now, and must not have
	// been read from there in between.
	f.background.later(func(context.Context) { f.local.Invalidate(id) })
}

// announce tells other processes to ask again where a graph is.
func (f *fleet) announce(id string) {
	if f.store == nil {
		return
	}
	f.background.later(func(ctx context.Context) {
		err := f.store.delete(ctx, f.locationKey(id))
		if err == nil {
			err = f.store.publish(ctx, f.channel(), f.origin+" "+id)
		}
		if err != nil {
			f.log.Debug("Redis did not take an invalidation", "graph", id, "error", err)
		}
	})
}

// hear is called with what other processes announce.
func (f *fleet) hear(message string) {
	origin, id, ok := strings.Cut(message, " ")
	if !ok || origin == f.origin {
		return
	}
	f.local.ComputeIfPresent(id, func(l *location) (*location, otter.ComputeOp) {
		return l.with(func(l *location) { l.expires = 0 }), otter.WriteOp
	})
}

// keepIf changes a cached location if it is still the one that is known.
func keepIf(known *location, change func(*location)) func(*location) (*location, otter.ComputeOp) {
	return func(l *location) (*location, otter.ComputeOp) {
		if l != known {
			return l, otter.CancelOp
		}
		return l.with(change), otter.WriteOp
	}
}
