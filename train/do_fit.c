// train/do_fit.c - cq-train fit: from training pairs to vectors.
//
//   random signs -> measured: the hashed baseline
//   SVD          -> measured -> epochs of steps, measured four times each -> the best is written
//
// The checkpoint (--out) is written at each measurement and at the end, and a run that finds one of
// its own goes on from there; FILE.best is what measured best on the held-out repositories.
#include <cblas.h>
#include <math.h>

#include "base/clock.h"
#include "base/os.h"
#include "runtime/pool.h"
#include "train/commands.h"
#include "train/measure.h"
#include "train/random.h"
#include "train/step.h"
#include "train/svd.h"

enum { MEASURES = 4, SVD_PAIRS = 150000, LEAST_HELD_OUT = 200, MEASURE_PAIRS = 1000 };

typedef struct FitSpec {
    const char *pairs, *out;
    uint32_t dims, epochs, held_out, warm_up, stop_after, patience;
    float query_dropout, body_dropout;
    double rate, weight_rate;
    int threads;
    bool random_init;
    BatchSpec batch;
} FitSpec;

typedef struct Fit {
    FitSpec spec;
    PairFile file;
    Pool *pool;
    Table table;
    float *idf;
    bool *held_out;
    uint64_t steps; // of all epochs
    bool stopped;
    int64_t start_ns;
} Fit;

static Fail read_spec(Ctx *cx, TrainArgs *args, FitSpec *out)
{
    Str pairs = args_take(args, "--pairs"), path = args_take(args, "--out");
    Str init = args_take(args, "--init");
    *out = (FitSpec){
        .pairs = str_cstr(cx->arena, pairs),
        .out = str_cstr(cx->arena, path),
        .dims = (uint32_t)args_int(args, "--dims", 128),
        .epochs = (uint32_t)args_int(args, "--epochs", 2),
        .held_out = (uint32_t)args_int(args, "--held-out", 10),
        .warm_up = (uint32_t)args_int(args, "--warm-up", 200),
        .stop_after = (uint32_t)args_int(args, "--stop-after", 0),
        .patience = (uint32_t)args_int(args, "--patience", 3),
        .query_dropout = (float)args_real(args, "--query-dropout", 0.15),
        .body_dropout = (float)args_real(args, "--body-dropout", 0.25),
        .rate = args_real(args, "--rate", 1.2e-3),
        .weight_rate = args_real(args, "--weight-rate", 5e-3),
        .threads = (int)args_int(args, "--threads", os_cpu_count()),
        .random_init = str_eq(init, STR("random")),
        .batch = {.batch = (uint32_t)args_int(args, "--batch", 512),
                  .group = (uint32_t)args_int(args, "--group", 128),
                  .near = (uint32_t)args_int(args, "--near", 1),
                  .most_pairs = (uint32_t)args_int(args, "--most-pairs", 0),
                  .seed = (uint64_t)args_int(args, "--seed", 1)},
    };
    TRY(args_end(cx, args));
    if (!pairs.len || !path.len)
        return FAIL(cx->arena, BAD_REQUEST, "--pairs FILE and --out FILE are needed");
    if (!out->dims || out->dims % 16 || out->dims > 1024)
        return FAIL(cx->arena, BAD_REQUEST, "--dims must be a multiple of 16 up to 1024");
    if (out->batch.group < 2 || out->batch.batch % out->batch.group || !out->batch.batch ||
        out->batch.batch > 8192)
        return FAIL(cx->arena, BAD_REQUEST, "--batch must be a multiple of --group up to 8192");
    return NULL;
}

// ---- setting up

// Repositories large enough to say something, by chance.
static void hold_out(Ctx *cx, Fit *fit)
{
    Random random = {fit->spec.batch.seed + 77};
    uint32_t able = 0, need = fit->spec.held_out;
    fit->held_out = ARENA_ARRAY(cx->arena, bool, fit->file.repo_count);
    for (uint32_t r = 0; r < fit->file.repo_count; r++)
        able += fit->file.repos[r].count >= LEAST_HELD_OUT;
    need = MIN(need, able / 2);
    for (uint32_t r = 0; r < fit->file.repo_count; r++) {
        if (fit->file.repos[r].count < LEAST_HELD_OUT) continue;
        if (random_below(&random, able--) >= need) continue;
        need--;
        fit->held_out[r] = true;
    }
    fit->spec.batch.held_out = fit->held_out;
}

static void set_weights(Fit *fit, float power)
{
    for (uint32_t t = 0; t < fit->file.term_count; t++)
        fit->table.document.value[t] = fit->table.query.value[t] = powf(fit->idf[t], power);
}

static void measure(Ctx *cx, Fit *fit, const char *what)
{
    Recall recall;
    measure_recall(cx, fit->pool, &fit->file, &fit->table, fit->held_out, MEASURE_PAIRS, 5,
                   &recall);
    fit->table.head.last = (float)recall.mrr;
    say("%-22s mrr %.4f  recall@1 %.4f  @10 %.4f  docs %.3f names %.3f commits %.3f files %.3f",
        what, recall.mrr, recall.at_1, recall.at_10, recall.of_kind[PAIR_DOC],
        recall.of_kind[PAIR_NAME], recall.of_kind[PAIR_COMMIT], recall.of_kind[PAIR_FILE]);
}

// Places of +1 and -1 that a term's number picks: what vectors without a model can do.
static void measure_hashed(Ctx *cx, Fit *fit)
{
    Random random = {fit->spec.batch.seed + 3};
    size_t cells = (size_t)fit->file.term_count * fit->spec.dims;
    for (size_t i = 0; i < cells; i++)
        fit->table.rows.value[i] = random_next(&random) >> 63 ? 1.0F : -1.0F;
    set_weights(fit, 1);
    measure(cx, fit, "hashed");
}

static void initialise(Ctx *cx, Fit *fit)
{
    BatchPlan plan;
    size_t cells = (size_t)fit->file.term_count * fit->spec.dims;
    float *rows = fit->table.rows.value;
    if (fit->spec.random_init) {
        random_rows(fit->spec.batch.seed, cells, rows);
        for (size_t i = 0; i < cells; i++) rows[i] /= sqrtf((float)fit->spec.dims);
    } else {
        Arena arena = {0};
        uint32_t batch = fit->spec.batch.batch;
        batch_plan(&arena, &fit->file, &fit->spec.batch, UINT32_MAX, &plan);
        say_progress("SVD");
        svd_rows(cx, fit->pool, &fit->file, plan.pairs,
                 MIN(plan.batches * batch, (uint32_t)SVD_PAIRS), fit->idf, fit->spec.dims,
                 fit->spec.batch.seed, rows);
        arena_fini(&arena);
    }
    set_weights(fit, 0.7F);
    fit->table.head.scale[0] = logf(15);
    measure(cx, fit, fit->spec.random_init ? "random" : "SVD");
}

// True when the checkpoint is one of this very run.
static bool take_up(Ctx *cx, Fit *fit)
{
    Table found;
    if (table_read(cx, fit->spec.out, &found)) return false; // none, or not readable
    TableHead want = fit->table.head, have = found.head;
    bool same = have.terms == want.terms && have.dims == want.dims && have.seed == want.seed &&
                have.batch == want.batch && have.group == want.group && have.near == want.near &&
                have.epochs == want.epochs && have.pairs_id == want.pairs_id &&
                have.steps == want.steps && have.rate <= want.rate && have.rate >= want.rate;
    if (!same) {
        table_fini(&found);
        return false;
    }
    table_fini(&fit->table);
    fit->table = found;
    say("going on from step %llu", (unsigned long long)found.head.step);
    return true;
}

// ---- steps

static StepRates rates_at(const Fit *fit, uint64_t step)
{
    double up = fit->spec.warm_up ? (double)(step + 1) / fit->spec.warm_up : 1;
    double down = (double)(fit->steps - step) / (double)fit->steps;
    double share = MIN(MIN(up, 1.0), down);
    return (StepRates){(float)(fit->spec.rate * share), (float)(fit->spec.weight_rate * share),
                       (float)(fit->spec.weight_rate * share)};
}

static double one_step(Ctx *cx, Fit *fit, Stepper *stepper, const uint32_t *pairs)
{
    Arena arena = {0};
    Bags queries, bodies;
    uint32_t count = fit->spec.batch.batch, repo = 0;
    uint64_t step = fit->table.head.step, *targets = ARENA_ARRAY(&arena, uint64_t, count);
    BatchDropout dropout = {fit->spec.query_dropout, fit->spec.body_dropout,
                            (fit->spec.batch.seed << 32) + step};
    batch_read(&arena, &fit->file, pairs, count, dropout, &queries, &bodies);
    for (uint32_t i = 0; i < count; i++) {
        const PairRepo *row = &fit->file.repos[repo];
        if (pairs[i] < row->first || pairs[i] >= row->first + row->count)
            for (repo = 0; row = &fit->file.repos[repo], pairs[i] >= row->first + row->count;)
                repo++;
        targets[i] = (uint64_t)repo << 32 | fit->file.pairs[pairs[i]].target;
    }
    double loss = stepper_run(cx, stepper, &queries, &bodies, targets, rates_at(fit, step));
    arena_fini(&arena);
    return loss;
}

static Fail keep_best(Ctx *cx, Fit *fit, const char *what)
{
    measure(cx, fit, what);
    TableHead *head = &fit->table.head;
    if (head->last > head->best) {
        head->best = head->last;
        head->worse = 0;
        TRY(table_write(cx, str_format(cx->arena, "%s.best", fit->spec.out).ptr, &fit->table,
                        true));
    } else {
        fit->stopped = ++head->worse >= fit->spec.patience;
    }
    return table_write(cx, fit->spec.out, &fit->table, false);
}

static Fail run_epoch(Ctx *cx, Fit *fit, Stepper *stepper, uint32_t epoch, uint64_t first)
{
    Arena arena = {0};
    Fail fail = NULL;
    BatchPlan plan;
    double loss = 0;
    uint32_t counted = 0;
    batch_plan(&arena, &fit->file, &fit->spec.batch, epoch, &plan);
    uint32_t every = MAX(plan.batches / MEASURES, 1U);
    for (uint32_t b = 0; !fail && !fit->stopped && b < plan.batches; b++) {
        if (first + b < fit->table.head.step) continue; // done before the checkpoint
        loss += one_step(cx, fit, stepper, plan.pairs + (size_t)b * fit->spec.batch.batch);
        counted++;
        uint64_t step = fit->table.head.step;
        double seconds = (double)(clock_now_ns() - fit->start_ns) / 1e9;
        if (step % 10 == 0)
            say_progress("step %llu of %llu  loss %.4f  %.0f s", (unsigned long long)step,
                         (unsigned long long)fit->steps, loss / counted, seconds);
        bool asked = fit->spec.stop_after && step >= fit->spec.stop_after;
        if ((b + 1) % every == 0) {
            Str what =
                str_format(&arena, "%.2f loss %.3f x%.1f", epoch + (double)(b + 1) / plan.batches,
                           loss / counted, (double)expf(fit->table.head.scale[0]));
            loss = counted = 0;
            fail = keep_best(cx, fit, what.ptr);
        }
        if (asked) fit->stopped = true;
    }
    arena_fini(&arena);
    return fail;
}

static Fail fit_all(Ctx *cx, Fit *fit)
{
    Arena arena = {0};
    BatchPlan plan;
    TableHead *head = &fit->table.head;
    batch_plan(&arena, &fit->file, &fit->spec.batch, 0, &plan);
    arena_fini(&arena);
    if (!plan.batches) return FAIL(cx->arena, BAD_REQUEST, "there are too few pairs for a batch");
    uint64_t batches = plan.batches;
    fit->steps = batches * fit->spec.epochs;
    head->seed = (uint32_t)fit->spec.batch.seed;
    head->batch = fit->spec.batch.batch;
    head->group = fit->spec.batch.group;
    head->near = fit->spec.batch.near;
    head->epochs = fit->spec.epochs;
    head->steps = fit->steps;
    head->rate = fit->spec.rate;
    head->pairs_id = pairfile_id(&fit->file).low;
    if (!take_up(cx, fit)) {
        measure_hashed(cx, fit);
        initialise(cx, fit);
        fit->table.head.best = 0;
    }
    Fail fail = NULL;
    Stepper *stepper = stepper_new(fit->pool, &fit->table, fit->spec.batch.batch);
    for (uint32_t epoch = 0; !fail && !fit->stopped && epoch < fit->spec.epochs; epoch++)
        fail = run_epoch(cx, fit, stepper, epoch, epoch * batches);
    stepper_free(stepper);
    if (!fail) fail = table_write(cx, fit->spec.out, &fit->table, false);
    return fail;
}

static void fill_idf(Ctx *cx, Fit *fit)
{
    fit->idf = ARENA_ARRAY(cx->arena, float, fit->file.term_count);
    for (uint32_t t = 0; t < fit->file.term_count; t++)
        fit->idf[t] = logf(1 + (float)fit->file.pair_count / (float)fit->file.frequency[t]);
}

Fail do_fit(Ctx *cx, TrainArgs *args)
{
    Fit fit = {.start_ns = clock_now_ns()};
    TRY(read_spec(cx, args, &fit.spec));
    TRY(pairfile_open(cx, fit.spec.pairs, &fit.file));
    openblas_set_num_threads(1);
    fit.pool = pool_new((PoolSpec){.cpu_workers = MAX(fit.spec.threads, 1) - 1});
    fit.table = table_new(fit.file.term_count, fit.spec.dims);
    hold_out(cx, &fit);
    fill_idf(cx, &fit);
    Fail fail = fit_all(cx, &fit);
    if (!fail)
        say("best mrr %.4f; %llu steps; %.1f s, %.0f MB of memory", (double)fit.table.head.best,
            (unsigned long long)fit.table.head.step, (double)(clock_now_ns() - fit.start_ns) / 1e9,
            (double)os_peak_rss_bytes() / 1e6);
    table_fini(&fit.table);
    pool_free(fit.pool);
    pairfile_close(&fit.file);
    return fail;
}
