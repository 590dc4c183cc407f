// op/result_json.h - a Result as bytes and back, so that it can be kept and compared.
//
// Equal results give equal bytes. A result read back has no `data` of its operation: it can be
// listed and written as JSON, but not by the operation's own text function.
#ifndef CQ_OP_RESULT_JSON_H
#define CQ_OP_RESULT_JSON_H

#include "op/op.h"

Str result_encode(Arena *arena, const OpSpec *op, const Result *result);
// Fails: BAD_REQUEST when the bytes are not what result_encode makes.
MUST_CHECK Fail result_decode(Arena *arena, const OpSpec *op, Str bytes, Result *out);
// The summary alone, as a value.
const Json *result_summary_json(Arena *arena, const OpSpec *op, const Result *result);

#endif
