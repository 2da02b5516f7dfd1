//go:build cgo && (linux || darwin)

#include "bridge.h"

#include <stdlib.h>
#include <string.h>

static kuzu_value *mark;
static char *mark_ending; // what ends the notation of a list that ends with the mark
static size_t mark_ending_size;

void kz_set_mark(const char *text) {
	mark = kuzu_value_create_string(text);
	mark_ending_size = strlen(text) + 2;
	mark_ending = malloc(mark_ending_size + 1);
	mark_ending[0] = ',';
	strcpy(mark_ending + 1, text);
	strcpy(mark_ending + mark_ending_size - 1, "]");
}

// The C API returns strings without their length, though with all their bytes:
// one that contains NUL seems to end there. The list of the string and the mark
// is written as [string,mark], in which the mark shows the end.
static kuzu_state read_string(kuzu_value *value, kz_cell *out) {
	kuzu_value *pair[2] = {value, mark}, *list = NULL;
	if (kuzu_value_create_list(2, pair, &list) != 0) {
		return 1;
	}
	out->owned = kuzu_value_to_string(list);
	kuzu_value_destroy(list);
	out->text = out->owned + 1;
	const char *end = out->text;
	while (*end != ',' || memcmp(end, mark_ending, mark_ending_size) != 0) {
		end++;
	}
	out->size = (uint64_t)(end - out->text);
	return 0;
}

static int32_t type_of(kuzu_value *value) {
	kuzu_logical_type type = {NULL};
	kuzu_value_get_data_type(value, &type);
	int32_t id = kuzu_data_type_get_id(&type);
	kuzu_data_type_destroy(&type);
	return id;
}

static uint64_t array_size(kuzu_value *value) {
	kuzu_logical_type type = {NULL};
	uint64_t size = 0;
	kuzu_value_get_data_type(value, &type);
	kuzu_data_type_get_num_elements_in_array(&type, &size);
	kuzu_data_type_destroy(&type);
	return size;
}

#define SIGNED(suffix, ctype)                                \
	do {                                                     \
		ctype x = 0;                                         \
		failed = kuzu_value_get_##suffix(&value, &x);        \
		out->i = x;                                          \
	} while (0)
#define UNSIGNED(suffix, ctype)                              \
	do {                                                     \
		ctype x = 0;                                         \
		failed = kuzu_value_get_##suffix(&value, &x);        \
		out->u = x;                                          \
	} while (0)
#define TIME(suffix)                                         \
	do {                                                     \
		kuzu_timestamp_t x = {0};                            \
		failed = kuzu_value_get_##suffix(&value, &x);        \
		out->i = x.value;                                    \
	} while (0)

void kz_read(kuzu_value value, int32_t hint, kz_cell *out) {
	memset(out, 0, sizeof *out);
	if (value._value == NULL || kuzu_value_is_null(&value)) {
		out->null = 1;
		return;
	}
	out->type = hint != KUZU_ANY ? hint : type_of(&value);
	kuzu_state failed = 0;
	switch (out->type) {
	case KUZU_BOOL: UNSIGNED(bool, bool); break;
	case KUZU_INT8: SIGNED(int8, int8_t); break;
	case KUZU_INT16: SIGNED(int16, int16_t); break;
	case KUZU_INT32: SIGNED(int32, int32_t); break;
	case KUZU_INT64: case KUZU_SERIAL: SIGNED(int64, int64_t); break;
	case KUZU_UINT8: UNSIGNED(uint8, uint8_t); break;
	case KUZU_UINT16: UNSIGNED(uint16, uint16_t); break;
	case KUZU_UINT32: UNSIGNED(uint32, uint32_t); break;
	case KUZU_UINT64: UNSIGNED(uint64, uint64_t); break;
	case KUZU_INT128: {
		kuzu_int128_t x = {0, 0};
		failed = kuzu_value_get_int128(&value, &x);
		out->u = x.low;
		out->high = x.high;
		break;
	}
	case KUZU_FLOAT: {
		float x = 0;
		failed = kuzu_value_get_float(&value, &x);
		out->d = x;
		break;
	}
	case KUZU_DOUBLE: failed = kuzu_value_get_double(&value, &out->d); break;
	case KUZU_DATE: {
		kuzu_date_t x = {0};
		failed = kuzu_value_get_date(&value, &x);
		out->i = x.days;
		break;
	}
	case KUZU_TIMESTAMP: TIME(timestamp); break;
	case KUZU_TIMESTAMP_SEC: TIME(timestamp_sec); break;
	case KUZU_TIMESTAMP_MS: TIME(timestamp_ms); break;
	case KUZU_TIMESTAMP_NS: TIME(timestamp_ns); break;
	case KUZU_TIMESTAMP_TZ: TIME(timestamp_tz); break;
	case KUZU_INTERVAL: {
		kuzu_interval_t x = {0, 0, 0};
		failed = kuzu_value_get_interval(&value, &x);
		out->i = x.micros;
		out->high = (int64_t)x.months * 30 + x.days;
		break;
	}
	case KUZU_INTERNAL_ID: {
		kuzu_internal_id_t x = {0, 0};
		failed = kuzu_value_get_internal_id(&value, &x);
		out->u = x.offset;
		out->high = (int64_t)x.table_id;
		break;
	}
	case KUZU_STRING: failed = read_string(&value, out); break;
	case KUZU_UUID: failed = kuzu_value_get_uuid(&value, &out->owned); break;
	case KUZU_DECIMAL: failed = kuzu_value_get_decimal_as_string(&value, &out->owned); break;
	case KUZU_BLOB: out->owned = kuzu_value_to_string(&value); break;
	case KUZU_LIST: failed = kuzu_value_get_list_size(&value, &out->u); break;
	case KUZU_ARRAY: out->u = array_size(&value); break;
	case KUZU_MAP: failed = kuzu_value_get_map_size(&value, &out->u); break;
	case KUZU_STRUCT: failed = kuzu_value_get_struct_num_fields(&value, &out->u); break;
	case KUZU_NODE: failed = kuzu_node_val_get_property_size(&value, &out->u); break;
	case KUZU_REL: failed = kuzu_rel_val_get_property_size(&value, &out->u); break;
	case KUZU_UNION: case KUZU_RECURSIVE_REL: break;
	default: failed = 1;
	}
	if (out->owned != NULL && out->text == NULL) {
		out->text = out->owned;
		out->size = strlen(out->owned);
	}
	if (failed != 0) {
		out->type = KUZU_ANY;
	}
}
