//go:build cgo && (linux || darwin)

#include "bridge.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

// The fence. The engine has faults that a statement can reach while it is
// compiled (keys(NULL), 1 IN NULL): a signal in the calling thread. C++
// exceptions that its C interface does not expect (a damaged catalog that asks
// for a petabyte) are one, too: they end in abort. Inside a fence the signal
// ends the call instead of the process. Whatever the call held stays held, so
// the database must not be used again. Signals anywhere else go to the handler
// that was there before, the Go runtime's.

static const int fenced_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static struct sigaction previous[64];
static _Thread_local sigjmp_buf *volatile fence;

static void on_fault(int sig, siginfo_t *info, void *context) {
	sigjmp_buf *inside = fence;
	if (inside != NULL) {
		fence = NULL;
		siglongjmp(*inside, sig);
	}
	struct sigaction *old = &previous[sig];
	if (old->sa_flags & SA_SIGINFO) {
		old->sa_sigaction(sig, info, context);
	} else if (old->sa_handler == SIG_DFL) {
		sigaction(sig, old, NULL); // the instruction faults again, for good
	} else if (old->sa_handler != SIG_IGN) {
		old->sa_handler(sig);
	}
}

void kz_install_fence(void) {
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof fenced_signals / sizeof *fenced_signals; i++) {
		sigaction(fenced_signals[i], NULL, &previous[fenced_signals[i]]);
		sigaction(fenced_signals[i], &action, NULL);
	}
}

#define FENCED(signal, call)                     \
	do {                                         \
		sigjmp_buf here;                         \
		(signal) = sigsetjmp(here, 1);           \
		if ((signal) == 0) {                     \
			fence = &here;                       \
			call;                                \
			fence = NULL;                        \
		}                                        \
	} while (0)

kz_signal kz_database_open(const char *path, uint64_t buffer_pool, uint64_t threads,
	uint64_t max_size, kuzu_database *out, kuzu_state *state) {
	kuzu_system_config config = kuzu_default_system_config();
	config.buffer_pool_size = buffer_pool;
	config.max_num_threads = threads;
	config.max_db_size = max_size;
	volatile kz_signal got;
	FENCED(got, *state = kuzu_database_init(path, config, out));
	return got;
}

kz_signal kz_database_close(kuzu_database *database) {
	volatile kz_signal got;
	FENCED(got, kuzu_database_destroy(database));
	return got;
}

kz_signal kz_connection_close(kuzu_connection *connection) {
	volatile kz_signal got;
	FENCED(got, kuzu_connection_destroy(connection));
	return got;
}

kz_signal kz_query(kuzu_connection *connection, const char *text, kuzu_query_result *out) {
	volatile kz_signal got;
	FENCED(got, kuzu_connection_query(connection, text, out));
	return got;
}

// The C API prepares a statement without its parameters. All expressions that
// hold one are then NULL of no type, and the binder refuses or dies of
// UNWIND $l AS x RETURN sum(x), of WITH $l AS y ... WHERE n.id IN y, and more.
// The other bindings prepare with the parameters, through a C++ method that
// the library exports; so does this one. In C terms of the Itanium C++ ABI:
// a smart pointer is returned through memory, like a struct too large for
// registers, and a map passed by value is a pointer to the caller's copy.

typedef struct { void *statement; void *unused[3]; } returned_statement;

#if defined(__APPLE__)
typedef struct { const char *data; size_t size; } string_view;
#define PREPARE_WITH_PARAMS "__ZN4kuzu4main10Connection17prepareWithParamsE" \
	"NSt3__117basic_string_viewIcNS2_11char_traitsIcEEEENS2_13unordered_mapI" \
	"NS2_12basic_stringIcS5_NS2_9allocatorIcEEEENS2_10unique_ptrINS_6common5ValueE" \
	"NS2_14default_deleteISE_EEEENS2_4hashISB_EENS2_8equal_toISB_EE" \
	"NS9_INS2_4pairIKSB_SH_EEEEEE"
#else
typedef struct { size_t size; const char *data; } string_view;
#define PREPARE_WITH_PARAMS "_ZN4kuzu4main10Connection17prepareWithParamsE" \
	"St17basic_string_viewIcSt11char_traitsIcEESt13unordered_mapI" \
	"NSt7__cxx1112basic_stringIcS4_SaIcEEESt10unique_ptrINS_6common5ValueE" \
	"St14default_deleteISD_EESt4hashISA_ESt8equal_toISA_ESaISt4pairIKSA_SG_EEE"
#endif

extern returned_statement prepare_with_params(void *connection, string_view text,
	void *parameters) __asm__(PREPARE_WITH_PARAMS);

// An empty statement fails to prepare but comes with the map that its
// parameters are bound into, which is all that is wanted of it.
static void bind_all(kuzu_connection *connection, uint64_t count, const char **names,
	kuzu_value **values, kuzu_prepared_statement *out) {
	kuzu_connection_prepare(connection, "", out);
	for (uint64_t i = 0; i < count; i++) {
		kuzu_prepared_statement_bind_value(out, names[i], values[i]);
	}
}

static void prepare_and_execute(kuzu_connection *connection, const char *text, size_t size,
	uint64_t count, const char **names, kuzu_value **values, kuzu_query_result *out) {
	kuzu_prepared_statement first = {NULL, NULL}, second = {NULL, NULL};
	bind_all(connection, count, names, values, &first);
	bind_all(connection, count, names, values, &second);

	string_view view;
	view.data = text;
	view.size = size;
	returned_statement returned = prepare_with_params(connection->_connection, view, first._bound_values);

	kuzu_prepared_statement typed = {returned.statement, second._bound_values};
	// A statement that failed to prepare yields its error as the result.
	kuzu_connection_execute(connection, &typed, out);
	second._bound_values = NULL;
	kuzu_prepared_statement_destroy(&typed);
	kuzu_prepared_statement_destroy(&second);
	kuzu_prepared_statement_destroy(&first);
}

kz_signal kz_query_with(kuzu_connection *connection, const char *text, size_t size,
	uint64_t count, const char **names, kuzu_value **values, kuzu_query_result *out) {
	volatile kz_signal got;
	FENCED(got, prepare_and_execute(connection, text, size, count, names, values, out));
	return got;
}
