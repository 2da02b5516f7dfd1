package factory

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// maxChecked bounds how many entries of Redis are looked at.
const maxChecked = 1000

// checkRedis looks whether Redis answers, and whether what it holds can be read.
func (f *fleet) checkRedis(ctx context.Context) []Finding {
	if f.store == nil {
		return []Finding{{Subject: "redis", Found: "switched off, so that processes share no locations", Mend: "set KUZU_REDIS_CACHE_ENABLED=true"}}
	}
	const reach = "check VALKEY_URL and VALKEY_AUTH_TOKEN, and that this machine may reach it"
	answers := finding("redis", "answers", reach, f.store.client.Ping(ctx).Err())
	if answers.Mend != "" {
		return []Finding{answers}
	}
	keys, err := f.locationKeys(ctx)
	if err != nil {
		return []Finding{answers, finding("redis entries", "", reach, err)}
	}
	bad, first := 0, ""
	for _, key := range keys {
		text, err := f.store.client.Get(ctx, key).Result()
		if errors.Is(err, redis.Nil) {
			continue // it has just expired
		}
		if _, refused := errors.AsType[redis.Error](err); err != nil && !refused {
			return []Finding{answers, finding("redis entries", "", reach, err)}
		}
		if err == nil {
			_, _, _, err = f.parseLocation(f.locationID(key), text)
		}
		if err == nil {
			continue
		}
		if bad++; first == "" {
			first = fmt.Sprintf("%s: %v", key, err)
		}
	}
	entries := Finding{Subject: "redis entries", Found: fmt.Sprintf("%d read, all can be used", len(keys))}
	if bad > 0 {
		entries.Found = fmt.Sprintf("%d of %d cannot be used, such as %s", bad, len(keys), first)
		entries.Mend = "delete them, by kuzuctl route invalidate GRAPH or DEL, and find who writes them; until then those graphs are asked of the registry"
	}
	return []Finding{answers, entries}
}

// locationKeys returns those of the locations that Redis holds, some if there are
// very many.
func (f *fleet) locationKeys(ctx context.Context) ([]string, error) {
	var keys []string
	if master := f.locationKey(masterKey); f.store.client.Exists(ctx, master).Val() > 0 {
		keys = append(keys, master)
	}
	for cursor := uint64(0); ; {
		page, next, err := f.store.client.Scan(ctx, cursor, f.locationKey("*"), maxChecked).Result()
		if err != nil {
			return nil, err
		}
		keys = append(keys, page...)
		if cursor = next; cursor == 0 || len(keys) >= maxChecked {
			return keys[:min(len(keys), maxChecked)], nil
		}
	}
}

// locationID undoes locationKey.
func (f *fleet) locationID(key string) string {
	if key == f.locationKey(masterKey) {
		return masterKey
	}
	return strings.TrimPrefix(key, f.locationKey(""))
}
