// op/table.h - a Markdown table whose columns also line up for people.
//
// Threads: values. Memory: the buffer's arena.
#ifndef CQ_OP_TABLE_H
#define CQ_OP_TABLE_H

#include "base/str.h"

// `cells` holds rows * columns texts, row by row; control characters become spaces, "|" is
// escaped. The last column is not padded.
void table_write(Buf *out, const Str *heads, size_t columns, const Str *cells, size_t rows);

#endif
