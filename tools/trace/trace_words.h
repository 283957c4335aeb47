/* The words for a trace's numbers. */
#ifndef TRACE_TRACE_WORDS_H
#define TRACE_TRACE_WORDS_H

#include <abi/trace.h>

#define TRACE_DETAIL_BYTES 128u

/* Name of an enum trace_kind; "?" if there is none. */
const char *trace_kind_name(unsigned kind);
/* Object, argument and bytes in words, as the record's kind has them. Without names of threads. */
void trace_detail(const struct trace_record *record, char detail[TRACE_DETAIL_BYTES]);

#endif
