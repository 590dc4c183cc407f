// train/step.c
//
// DESIGN. Four parallel loops, each over things of which every one has a single writer: bags
// (forward), blocks of queries (similarities, exponentials, gradients), blocks of bodies
// (gradients), terms (sums over the bags they are in, found by a counting sort; Adam). BLAS runs on
// one thread each time and is given blocks of fixed size.
#include "train/step.h"

#include <cblas.h>
#include <math.h>

#include "train/kernels.h"

enum { BLOCK = 64 };
static const float beta_mean = 0.9F, beta_square = 0.99F, tiny = 1e-8F;
static const float least_share = 1e-5F;  // what is below does not move the scale
static const float largest_scale = 3.7F; // ln 40: exp(-2 * 40) is still a float

typedef struct Side { // queries or bodies
    const Bags *bags;
    Fitted *weights;
    float *vectors, *gradient; // batch * dims; of the unit vectors, then of the sums
    float *lengths;
    uint32_t *starts; // term's place in `bag_of`: by the term's place in `touched`
    uint32_t *bag_of;
    float *count_of;
    size_t room;
} Side;

struct Stepper {
    Pool *pool;
    Table *table;
    uint32_t batch, blocks;
    Side query, body;
    float *similar;   // batch * batch: similarities, their exponentials, their gradient
    float *by_column; // 1 / column_sums
    double *row_sums, *column_sums, *losses, *scale_gradients;
    const uint64_t *targets;
    uint32_t *place, *touched; // term -> 1 + its place in `touched`
    uint32_t touched_count;
    StepRates rates;
    float scale, mean_fix, square_fix;
};

static Side side_new(Fitted *weights, uint32_t batch, uint32_t dims)
{
    size_t cells = (size_t)batch * dims;
    return (Side){.weights = weights,
                  .vectors = mem_alloc(cells * sizeof(float)),
                  .gradient = mem_alloc(cells * sizeof(float)),
                  .lengths = mem_alloc(batch * sizeof(float))};
}

static void side_fini(Side *side)
{
    void *all[] = {side->vectors, side->gradient, side->lengths,
                   side->starts,  side->bag_of,   side->count_of};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) mem_free(all[i]);
}

Stepper *stepper_new(Pool *pool, Table *table, uint32_t batch)
{
    Stepper *stepper = mem_alloc(sizeof *stepper);
    stepper->pool = pool;
    stepper->table = table;
    stepper->batch = batch;
    stepper->blocks = (batch + BLOCK - 1) / BLOCK;
    stepper->query = side_new(&table->query, batch, table->head.dims);
    stepper->body = side_new(&table->document, batch, table->head.dims);
    stepper->similar = mem_alloc((size_t)batch * batch * sizeof(float));
    stepper->row_sums = mem_alloc(4 * (size_t)batch * sizeof(double));
    stepper->column_sums = stepper->row_sums + batch;
    stepper->losses = stepper->column_sums + batch;
    stepper->scale_gradients = stepper->losses + batch;
    stepper->by_column = mem_alloc(batch * sizeof(float));
    stepper->place = mem_alloc((size_t)table->head.terms * sizeof(uint32_t));
    stepper->touched = mem_alloc((size_t)table->head.terms * sizeof(uint32_t));
    return stepper;
}

void stepper_free(Stepper *stepper)
{
    if (!stepper) return;
    side_fini(&stepper->query);
    side_fini(&stepper->body);
    mem_free(stepper->similar);
    mem_free(stepper->row_sums);
    mem_free(stepper->by_column);
    mem_free(stepper->place);
    mem_free(stepper->touched);
    mem_free(stepper);
}

// ---- forward

static void embed_bag(void *arg, size_t index, int slot)
{
    (void)slot;
    Stepper *stepper = arg;
    uint32_t bag = (uint32_t)(index / 2), dims = stepper->table->head.dims;
    Side *side = index % 2 ? &stepper->body : &stepper->query;
    side->lengths[bag] =
        table_embed(stepper->table, side->weights->value, bags_view(side->bags, bag),
                    side->vectors + (size_t)bag * dims);
}

// Similarities of a block of queries to all bodies, as exp(scale * cosine - scale).
static void compare_block(void *arg, size_t block, int slot)
{
    (void)slot;
    Stepper *stepper = arg;
    uint32_t n = stepper->batch, dims = stepper->table->head.dims;
    uint32_t from = (uint32_t)block * BLOCK, rows = MIN((uint32_t)BLOCK, n - from);
    float *out = stepper->similar + (size_t)from * n;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)n, (int)dims,
                stepper->scale, stepper->query.vectors + (size_t)from * dims, (int)dims,
                stepper->body.vectors, (int)dims, 0, out, (int)n);
    for (uint32_t i = 0; i < rows; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < n; j++) {
            bool other = from + i != j && stepper->targets[from + i] == stepper->targets[j];
            float *cell = &out[(size_t)i * n + j];
            *cell = other ? 0 : expf(*cell - stepper->scale);
            sum += (double)*cell;
        }
        stepper->row_sums[from + i] = sum;
    }
}

static void sum_columns(Stepper *stepper)
{
    uint32_t n = stepper->batch;
    memset(stepper->column_sums, 0, n * sizeof *stepper->column_sums);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            stepper->column_sums[j] += (double)stepper->similar[(size_t)i * n + j];
    for (uint32_t j = 0; j < n; j++) stepper->by_column[j] = (float)(1 / stepper->column_sums[j]);
}

// ---- backward

// From exponentials to the gradient of the loss in the scaled similarities, and the loss.
static void differ_row(Stepper *stepper, uint32_t i)
{
    uint32_t n = stepper->batch;
    float *row = stepper->similar + (size_t)i * n;
    double own = MAX((double)row[i], 1e-38), row_sum = stepper->row_sums[i], scale_gradient = 0;
    float by_row = (float)(1 / row_sum), half = 0.5F / (float)n;
    stepper->losses[i] = -(2 * log(own) - log(row_sum) - log(stepper->column_sums[i])) / 2;
    for (uint32_t j = 0; j < n; j++) {
        float share = row[j] * (by_row + stepper->by_column[j]) - (i == j ? 2 : 0);
        if (fabsf(share) > least_share)
            scale_gradient += (double)(share * (logf(MAX(row[j], 1e-38F)) + stepper->scale));
        row[j] = share * half;
    }
    stepper->scale_gradients[i] = scale_gradient / (2 * n);
}

// Of a unit vector's gradient makes that of the sum before it was scaled to length 1.
static void through_length(const Side *side, uint32_t bag, uint32_t dims)
{
    float *gradient = side->gradient + (size_t)bag * dims;
    const float *vector = side->vectors + (size_t)bag * dims;
    float length = side->lengths[bag], along = row_dot(gradient, vector, dims);
    for (uint32_t k = 0; k < dims; k++)
        gradient[k] = length > 0 ? (gradient[k] - along * vector[k]) / length : 0;
}

static void differ_queries(void *arg, size_t block, int slot)
{
    (void)slot;
    Stepper *stepper = arg;
    uint32_t n = stepper->batch, dims = stepper->table->head.dims;
    uint32_t from = (uint32_t)block * BLOCK, rows = MIN((uint32_t)BLOCK, n - from);
    for (uint32_t i = 0; i < rows; i++) differ_row(stepper, from + i);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)dims, (int)n,
                stepper->scale, stepper->similar + (size_t)from * n, (int)n, stepper->body.vectors,
                (int)dims, 0, stepper->query.gradient + (size_t)from * dims, (int)dims);
    for (uint32_t i = 0; i < rows; i++) through_length(&stepper->query, from + i, dims);
}

static void differ_bodies(void *arg, size_t block, int slot)
{
    (void)slot;
    Stepper *stepper = arg;
    uint32_t n = stepper->batch, dims = stepper->table->head.dims;
    uint32_t from = (uint32_t)block * BLOCK, rows = MIN((uint32_t)BLOCK, n - from);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)rows, (int)dims, (int)n,
                stepper->scale, stepper->similar + from, (int)n, stepper->query.vectors, (int)dims,
                0, stepper->body.gradient + (size_t)from * dims, (int)dims);
    for (uint32_t i = 0; i < rows; i++) through_length(&stepper->body, from + i, dims);
}

// ---- terms

static void touch(Stepper *stepper, const Bags *bags)
{
    for (uint32_t i = 0; i < bags->starts[bags->count]; i++) {
        uint32_t *place = &stepper->place[bags->terms[i]];
        if (*place) continue;
        stepper->touched[stepper->touched_count++] = bags->terms[i];
        *place = stepper->touched_count;
    }
}

static void side_reserve(Side *side, size_t room)
{
    if (room <= side->room) return;
    side->room = room;
    side->starts = mem_resize(side->starts, room * sizeof *side->starts);
    side->bag_of = mem_resize(side->bag_of, room * sizeof *side->bag_of);
    side->count_of = mem_resize(side->count_of, room * sizeof *side->count_of);
}

// For each touched term, the bags it is in: a counting sort.
static void turn_around(Stepper *stepper, Side *side)
{
    const Bags *bags = side->bags;
    uint32_t total = bags->starts[bags->count];
    side_reserve(side, (size_t)total + stepper->touched_count + 2);
    memset(side->starts, 0, (stepper->touched_count + 2) * sizeof *side->starts);
    for (uint32_t i = 0; i < total; i++) side->starts[stepper->place[bags->terms[i]] + 1]++;
    for (uint32_t i = 0; i <= stepper->touched_count; i++) side->starts[i + 1] += side->starts[i];
    for (uint32_t bag = 0; bag < bags->count; bag++)
        for (uint32_t i = bags->starts[bag]; i < bags->starts[bag + 1]; i++) {
            uint32_t at = side->starts[stepper->place[bags->terms[i]]]++;
            side->bag_of[at] = bag;
            side->count_of[at] = bags->counts[i];
        }
}

// The sum of the gradients of the bags that a term is in.
static bool gather(const Side *side, uint32_t place, uint32_t dims, float *out)
{
    uint32_t from = side->starts[place - 1], to = side->starts[place];
    memset(out, 0, dims * sizeof *out);
    for (uint32_t i = from; i < to; i++)
        row_add(out, side->gradient + (size_t)side->bag_of[i] * dims, side->count_of[i], dims);
    return from < to;
}

static void adam(const Stepper *stepper, Fitted *fitted, size_t at, float gradient, float rate)
{
    float mean = beta_mean * fitted->mean[at] + (1 - beta_mean) * gradient;
    float square = beta_square * fitted->square[at] + (1 - beta_square) * gradient * gradient;
    fitted->mean[at] = mean;
    fitted->square[at] = square;
    fitted->value[at] -=
        rate * mean * stepper->mean_fix / (sqrtf(square * stepper->square_fix) + tiny);
}

static void move_weight(const Stepper *stepper, Fitted *weights, uint32_t term, float gradient)
{
    adam(stepper, weights, term, gradient, stepper->rates.weights);
    if (weights->value[term] < 0) weights->value[term] = 0;
}

static void move_term(void *arg, size_t index, int slot)
{
    (void)slot;
    enum { MOST_DIMS = 1024 };
    float from_queries[MOST_DIMS], from_bodies[MOST_DIMS], gradient[MOST_DIMS];
    Stepper *stepper = arg;
    Table *table = stepper->table;
    uint32_t term = stepper->touched[index], dims = table->head.dims;
    const float *row = table->rows.value + (size_t)term * dims;
    bool asked = gather(&stepper->query, (uint32_t)index + 1, dims, from_queries);
    bool found = gather(&stepper->body, (uint32_t)index + 1, dims, from_bodies);
    float of_query = row_dot(row, from_queries, dims), of_body = row_dot(row, from_bodies, dims);
    for (uint32_t k = 0; k < dims; k++)
        gradient[k] = table->query.value[term] * from_queries[k] +
                      table->document.value[term] * from_bodies[k];
    for (uint32_t k = 0; k < dims; k++)
        adam(stepper, &table->rows, (size_t)term * dims + k, gradient[k], stepper->rates.rows);
    if (asked) move_weight(stepper, &table->query, term, of_query);
    if (found) move_weight(stepper, &table->document, term, of_body);
}

static void move_scale(Stepper *stepper)
{
    float *scale = stepper->table->head.scale;
    double gradient = 0;
    for (uint32_t i = 0; i < stepper->batch; i++) gradient += stepper->scale_gradients[i];
    Fitted fitted = {&scale[0], &scale[1], &scale[2]};
    adam(stepper, &fitted, 0, (float)gradient, stepper->rates.scale);
    if (scale[0] > largest_scale) scale[0] = largest_scale;
}

static void move_all(Ctx *cx, Stepper *stepper)
{
    stepper->touched_count = 0;
    touch(stepper, stepper->query.bags);
    touch(stepper, stepper->body.bags);
    turn_around(stepper, &stepper->query);
    turn_around(stepper, &stepper->body);
    pool_each(stepper->pool, cx, stepper->touched_count, 64, move_term, stepper);
    for (uint32_t i = 0; i < stepper->touched_count; i++) stepper->place[stepper->touched[i]] = 0;
    move_scale(stepper);
}

double stepper_run(Ctx *cx, Stepper *stepper, const Bags *queries, const Bags *bodies,
                   const uint64_t *targets, StepRates rates)
{
    double loss = 0, step = (double)++stepper->table->head.step;
    stepper->query.bags = queries;
    stepper->body.bags = bodies;
    stepper->targets = targets;
    stepper->rates = rates;
    stepper->scale = expf(stepper->table->head.scale[0]);
    stepper->mean_fix = (float)(1 / (1 - pow((double)beta_mean, step)));
    stepper->square_fix = (float)(1 / (1 - pow((double)beta_square, step)));
    pool_each(stepper->pool, cx, 2 * (size_t)stepper->batch, 16, embed_bag, stepper);
    pool_each(stepper->pool, cx, stepper->blocks, 1, compare_block, stepper);
    sum_columns(stepper);
    pool_each(stepper->pool, cx, stepper->blocks, 1, differ_queries, stepper);
    pool_each(stepper->pool, cx, stepper->blocks, 1, differ_bodies, stepper);
    move_all(cx, stepper);
    for (uint32_t i = 0; i < stepper->batch; i++) loss += stepper->losses[i];
    return loss / stepper->batch;
}
