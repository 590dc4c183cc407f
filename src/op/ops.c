// op/ops.c - the table of operations.
#include "op/op.h"

#include "base/nearest.h"
#include "runtime/policy.h"

static const OpSpec *const table[] = {
#define OP(name) &op_##name,
#include "op/ops.def"
#undef OP
    NULL,
};

const OpSpec *const *op_all(void)
{
    return table;
}

const char *const *op_names(void)
{
    static const char *const names[] = {
#define OP(name) #name,
#include "op/ops.def"
#undef OP
        NULL,
    };
    return names;
}

const OpSpec *op_named(Str name)
{
    for (const OpSpec *const *op = table; *op; op++)
        if (str_eq(str_from((*op)->name), name) ||
            ((*op)->alias && str_eq(str_from((*op)->alias), name)))
            return *op;
    return NULL;
}

Str op_nearest(Str name)
{
    Nearest nearest = nearest_to(name);
    for (const OpSpec *const *op = table; *op; op++) nearest_offer(&nearest, str_from((*op)->name));
    return nearest.name;
}

bool op_isolates(const Env *env, bool asked)
{
    return asked || (env->policy && env->policy->parallelism.enable_process_pool);
}
