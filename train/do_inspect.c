// train/do_inspect.c - cq-train inspect: what is in a table; the nearest neighbours of tokens.
#include <math.h>
#include <stdio.h>

#include "index/terms.h"
#include "retrieve/model.h"
#include "train/commands.h"
#include "train/pairfile.h"

enum { NEIGHBOURS = 10 };

typedef struct Neighbour {
    uint32_t token;
    double cosine;
} Neighbour;

static double cosine(const int8_t *a, const int8_t *b, uint32_t dims)
{
    int64_t ab = 0, aa = 0, bb = 0;
    for (uint32_t k = 0; k < dims; k++) {
        ab += a[k] * b[k];
        aa += a[k] * a[k];
        bb += b[k] * b[k];
    }
    return aa && bb ? (double)ab / sqrt((double)aa * (double)bb) : 0;
}

static void keep(Neighbour *best, Neighbour found)
{
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        if (best[i].cosine >= found.cosine) continue;
        Neighbour kept = best[i];
        best[i] = found;
        found = kept;
    }
}

static void show_token(const Model *model, uint32_t token)
{
    Neighbour best[NEIGHBOURS] = {0};
    const int8_t *row = model_row(model, token);
    uint32_t dims = model_dims(model);
    for (uint32_t other = 0; row && other < model_tokens(model); other++) {
        const int8_t *theirs = model_row(model, other);
        if (theirs && other != token) keep(best, (Neighbour){other, cosine(row, theirs, dims)});
    }
    printf("%-16.*s", STR_ARG(model_text(model, token)));
    for (size_t i = 0; i < NEIGHBOURS && best[i].cosine > 0; i++)
        printf(" %.*s %.2f", STR_ARG(model_text(model, best[i].token)), best[i].cosine);
    putchar('\n');
}

// A word as a person writes it: its terms, or the term itself.
static void show_word(const Model *model, Str word)
{
    WordTerms terms;
    uint32_t token = model_token(model, word);
    if (token != MODEL_NONE) {
        show_token(model, token);
        return;
    }
    terms_of_word(word, &terms);
    for (size_t i = 0; i < terms.count; i++) {
        token = model_token(model, terms.items[i]);
        if (token != MODEL_NONE) show_token(model, token);
        else printf("%-16.*s is not in the table\n", STR_ARG(terms.items[i]));
    }
}

static void show_summary(const Model *model)
{
    uint32_t tokens = model_tokens(model), joined = 0, silent = 0;
    double document = 0, query = 0;
    for (uint32_t t = 0; t < tokens; t++) {
        joined += str_starts(model_text(model, t), STR("="));
        silent += !model_document(model, t) && !model_query(model, t);
        document += model_document(model, t);
        query += model_query(model, t);
    }
    double count = tokens ? tokens : 1;
    printf("%u tokens (%u joined, %u without weight), %u dims\n", tokens, joined, silent,
           model_dims(model));
    printf("mean weights: document %.0f, query %.0f of 65535\n", document / count, query / count);
    Str about = model_provenance(model);
    printf("%.*s\n", (int)MIN(about.len, (size_t)400), about.ptr ? about.ptr : "");
}

static void show_pair(const PairFile *file, uint32_t pair)
{
    enum { MOST_SHOWN = 16 };
    static const char *const kinds[PAIR_KINDS] = {"doc", "name", "commit", "file"};
    PairBags bags;
    pair_read(file, pair, &bags);
    printf("%-6s", kinds[file->pairs[pair].kind]);
    for (uint32_t i = 0; i < bags.query_len; i++)
        printf(" %.*s", STR_ARG(pairfile_term(file, bags.query[i])));
    printf("  ->");
    uint32_t from = bags.body_len > MOST_SHOWN ? bags.body_len - MOST_SHOWN : 0;
    for (uint32_t i = from; i < bags.body_len; i++) // the rare ones
        printf(" %.*s", STR_ARG(pairfile_term(file, bags.body[i].term)));
    putchar('\n');
}

// So many pairs, evenly from all of the file.
static Fail show_pairs(Ctx *cx, Str path, int64_t count)
{
    PairFile file;
    TRY(pairfile_open(cx, path.ptr, &file));
    uint32_t step = MAX(file.pair_count / (uint32_t)MAX(count, 1), 1U);
    for (uint32_t pair = step / 2; pair < file.pair_count; pair += step) show_pair(&file, pair);
    pairfile_close(&file);
    return NULL;
}

Fail do_inspect(Ctx *cx, TrainArgs *args)
{
    Model *model = NULL;
    Str path = args_take(args, "--model"), pairs = args_take(args, "--pairs");
    int64_t count = args_int(args, "--count", 20);
    if (pairs.ptr) return show_pairs(cx, pairs, count);
    if (!path.ptr) return FAIL(cx->arena, BAD_REQUEST, "--model FILE is needed");
    TRY(model_open(cx, OS_CWD, path.ptr, &model));
    Fail fail = model_verify(cx, model);
    if (!fail && !args->count) show_summary(model);
    for (int i = 0; !fail && i < args->count; i++) show_word(model, str_from(args->items[i]));
    model_close(model);
    return fail;
}
