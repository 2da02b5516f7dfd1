// The few C functions of this package: see bridge.c and cells.c.
#ifndef KUZUENGINE_BRIDGE_H
#define KUZUENGINE_BRIDGE_H

#include "capi.h"

// Outcome of a fenced call: 0, or the signal that the engine died of.
typedef int kz_signal;

// To be called once, before all else. The mark is a text that no value holds.
void kz_install_fence(void);
void kz_set_mark(const char *mark);

// state is only set if the signal is 0.
kz_signal kz_database_open(const char *path, uint64_t buffer_pool, uint64_t threads,
	uint64_t max_size, kuzu_database *out, kuzu_state *state);
kz_signal kz_database_close(kuzu_database *database);
kz_signal kz_connection_close(kuzu_connection *connection);

kz_signal kz_query(kuzu_connection *connection, const char *text, kuzu_query_result *out);
kz_signal kz_query_with(kuzu_connection *connection, const char *text, size_t size,
	uint64_t count, const char **names, kuzu_value **values, kuzu_query_result *out);

// One value as it comes out of the engine; type tells which fields are set.
typedef struct {
	int32_t type;   // KUZU_ANY: unknown type or failure
	int32_t null;
	int64_t i;      // integers, dates, timestamps, microseconds of an interval
	uint64_t u;     // unsigned integers, sizes, low half of INT128, offset
	int64_t high;   // high half of INT128, days and months, table
	double d;
	char *text;     // strings and what is written like one
	uint64_t size;  // bytes of text
	char *owned;    // what text lies in; to be freed with kuzu_destroy_string
} kz_cell;

// Reads a value. The type is looked up if hint is KUZU_ANY.
void kz_read(kuzu_value value, int32_t hint, kz_cell *out);

#endif
