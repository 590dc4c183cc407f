// train/svd.c
#include "train/svd.h"

#include <cblas.h>
#include <math.h>

#include "train/kernels.h"
#include "train/random.h"

enum { ITERATIONS = 3, MORE = 16 }; // dimensions above those that are wanted

void random_rows(uint64_t seed, size_t count, float *rows)
{
    Random random = {seed};
    for (size_t i = 0; i < count; i++) { // Box and Muller
        float u = 1 - random_unit(&random), v = random_unit(&random);
        rows[i] = sqrtf(-2 * logf(u)) * cosf(6.2831853F * v);
    }
}

// ---- eigenvectors: Jacobi's rotations

static void rotate(double *matrix, double *vectors, uint32_t n, uint32_t p, uint32_t q)
{
    double apq = matrix[p * n + q];
    double theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * apq);
    double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (uint32_t k = 0; k < n; k++) {
        double a = matrix[k * n + p], b = matrix[k * n + q];
        matrix[k * n + p] = c * a - s * b;
        matrix[k * n + q] = s * a + c * b;
    }
    for (uint32_t k = 0; k < n; k++) {
        double a = matrix[p * n + k], b = matrix[q * n + k];
        matrix[p * n + k] = c * a - s * b;
        matrix[q * n + k] = s * a + c * b;
        a = vectors[p * n + k], b = vectors[q * n + k];
        vectors[p * n + k] = c * a - s * b;
        vectors[q * n + k] = s * a + c * b;
    }
}

static double off_diagonal(const double *matrix, uint32_t n)
{
    double sum = 0;
    for (uint32_t p = 0; p < n; p++)
        for (uint32_t q = p + 1; q < n; q++) sum += matrix[p * n + q] * matrix[p * n + q];
    return sum;
}

// Rows of `vectors` by the values, the largest first; then as columns.
static void sort_and_turn(double *values, double *vectors, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t best = i;
        for (uint32_t j = i + 1; j < n; j++)
            if (values[j] > values[best]) best = j;
        double kept = values[i];
        values[i] = values[best];
        values[best] = kept;
        for (uint32_t k = 0; best != i && k < n; k++) {
            kept = vectors[i * n + k];
            vectors[i * n + k] = vectors[best * n + k];
            vectors[best * n + k] = kept;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = i + 1; k < n; k++) {
            double kept = vectors[i * n + k];
            vectors[i * n + k] = vectors[k * n + i];
            vectors[k * n + i] = kept;
        }
}

void symmetric_eigen(double *matrix, uint32_t n, double *values, double *vectors)
{
    enum { SWEEPS = 30 };
    double all = 0;
    memset(vectors, 0, (size_t)n * n * sizeof *vectors);
    for (uint32_t i = 0; i < n; i++) vectors[i * n + i] = 1;
    for (uint32_t i = 0; i < n * n; i++) all += matrix[i] * matrix[i];
    for (int sweep = 0; sweep < SWEEPS && off_diagonal(matrix, n) > 1e-18 * all; sweep++)
        for (uint32_t p = 0; p < n; p++)
            for (uint32_t q = p + 1; q < n; q++)
                if (fabs(matrix[p * n + q]) > 1e-300) rotate(matrix, vectors, n, p, q);
    for (uint32_t i = 0; i < n; i++) values[i] = matrix[i * n + i];
    sort_and_turn(values, vectors, n);
}

// ---- the sparse matrix, by pairs and by terms

typedef struct Sparse {
    uint32_t rows, columns;
    uint32_t *starts, *columns_of; // by row
    float *values;
    uint32_t *turned_starts, *rows_of; // by column
    float *turned_values;
} Sparse;

typedef struct Product {
    const Sparse *matrix;
    const float *from;
    float *to;
    uint32_t wide;
} Product;

static void fill_row(Sparse *matrix, uint32_t row, BagView query, BagView body, const float *idf)
{
    uint32_t at = matrix->starts[row], first = at, q = 0, b = 0;
    double squares = 0;
    while (q < query.len || b < body.len) { // both are sorted
        uint32_t term = UINT32_MAX;
        float count = 0;
        if (q < query.len) term = query.terms[q];
        if (b < body.len) term = MIN(term, body.terms[b]);
        if (q < query.len && query.terms[q] == term) count += query.counts[q++];
        if (b < body.len && body.terms[b] == term) count += body.counts[b++];
        matrix->columns_of[at] = term;
        matrix->values[at] = count * idf[term];
        squares += (double)matrix->values[at] * (double)matrix->values[at];
        at++;
    }
    float by = squares > 0 ? (float)(1 / sqrt(squares)) : 0;
    for (uint32_t i = first; i < at; i++) matrix->values[i] *= by;
    matrix->starts[row + 1] = at;
}

static void turn(Arena *arena, Sparse *matrix)
{
    uint32_t cells = matrix->starts[matrix->rows];
    matrix->turned_starts = ARENA_ARRAY(arena, uint32_t, (size_t)matrix->columns + 2);
    matrix->rows_of = ARENA_ARRAY(arena, uint32_t, cells);
    matrix->turned_values = ARENA_ARRAY(arena, float, cells);
    uint32_t *starts = matrix->turned_starts;
    for (uint32_t i = 0; i < cells; i++) starts[matrix->columns_of[i] + 2]++;
    for (uint32_t i = 0; i <= matrix->columns; i++) starts[i + 1] += starts[i];
    for (uint32_t row = 0; row < matrix->rows; row++)
        for (uint32_t i = matrix->starts[row]; i < matrix->starts[row + 1]; i++) {
            uint32_t at = starts[matrix->columns_of[i] + 1]++;
            matrix->rows_of[at] = row;
            matrix->turned_values[at] = matrix->values[i];
        }
}

static Sparse sparse_make(Arena *arena, const PairFile *file, const uint32_t *pairs, uint32_t count,
                          const float *idf)
{
    Bags queries, bodies;
    batch_read(arena, file, pairs, count, (BatchDropout){0}, &queries, &bodies);
    size_t room = (size_t)queries.starts[count] + bodies.starts[count];
    Sparse matrix = {.rows = count,
                     .columns = file->term_count,
                     .starts = ARENA_ARRAY(arena, uint32_t, (size_t)count + 1),
                     .columns_of = ARENA_ARRAY(arena, uint32_t, room),
                     .values = ARENA_ARRAY(arena, float, room)};
    for (uint32_t i = 0; i < count; i++)
        fill_row(&matrix, i, bags_view(&queries, i), bags_view(&bodies, i), idf);
    turn(arena, &matrix);
    return matrix;
}

static void multiply_row(void *arg, size_t row, int slot)
{
    (void)slot;
    const Product *product = arg;
    const Sparse *matrix = product->matrix;
    float *to = product->to + row * product->wide;
    memset(to, 0, product->wide * sizeof *to);
    for (uint32_t i = matrix->starts[row]; i < matrix->starts[row + 1]; i++)
        row_add(to, product->from + (size_t)matrix->columns_of[i] * product->wide,
                matrix->values[i], product->wide);
}

static void multiply_column(void *arg, size_t column, int slot)
{
    (void)slot;
    const Product *product = arg;
    const Sparse *matrix = product->matrix;
    float *to = product->to + column * product->wide;
    memset(to, 0, product->wide * sizeof *to);
    for (uint32_t i = matrix->turned_starts[column]; i < matrix->turned_starts[column + 1]; i++)
        row_add(to, product->from + (size_t)matrix->rows_of[i] * product->wide,
                matrix->turned_values[i], product->wide);
}

// ---- the iteration

typedef struct Span { // a basis that is being improved
    uint32_t wide;
    double *gram, *values, *vectors;
    float *change, *room; // wide * wide; as the largest matrix
} Span;

// Eigenvectors of the columns' products with each other.
static void take_gram(Span *span, const float *matrix, uint32_t rows)
{
    int n = (int)span->wide;
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, n, (int)rows, 1, matrix, n, matrix, n,
                0, span->change, n);
    for (int i = 0; i < n * n; i++) span->gram[i] = (double)span->change[i];
    symmetric_eigen(span->gram, span->wide, span->values, span->vectors);
}

// matrix := matrix * vectors * diagonal
static void turn_columns(Span *span, float *matrix, uint32_t rows, const double *diagonal)
{
    int n = (int)span->wide;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            span->change[i * n + k] = (float)(span->vectors[i * n + k] * diagonal[k]);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, n, n, 1, matrix, n,
                span->change, n, 0, span->room, n);
    memcpy(matrix, span->room, (size_t)rows * span->wide * sizeof *matrix);
}

static void make_orthonormal(Span *span, float *matrix, uint32_t rows, double *diagonal)
{
    take_gram(span, matrix, rows);
    for (uint32_t i = 0; i < span->wide; i++)
        diagonal[i] = 1 / sqrt(MAX(span->values[i], 1e-10 * span->values[0] + 1e-30));
    turn_columns(span, matrix, rows, diagonal);
}

static void copy_rows(const float *from, uint32_t wide, uint32_t terms, uint32_t dims, float *rows)
{
    for (uint32_t term = 0; term < terms; term++) {
        float *row = rows + (size_t)term * dims;
        const float *source = from + (size_t)term * wide;
        float length = sqrtf(row_dot(source, source, dims));
        if (length > 1e-12F) memcpy(row, source, dims * sizeof *row);
        length = sqrtf(row_dot(row, row, dims));
        if (length > 0) row_scale(row, 1 / length, dims);
    }
}

void svd_rows(Ctx *cx, Pool *pool, const PairFile *file, const uint32_t *pairs, uint32_t count,
              const float *idf, uint32_t dims, uint64_t seed, float *rows)
{
    Arena arena = {0};
    uint32_t wide = dims + MORE, terms = file->term_count;
    Sparse matrix = sparse_make(&arena, file, pairs, count, idf);
    size_t square = (size_t)wide * wide;
    float *of_terms = ARENA_ARRAY(&arena, float, (size_t)terms *wide);
    float *of_pairs = ARENA_ARRAY(&arena, float, (size_t)count *wide);
    double *diagonal = ARENA_ARRAY(&arena, double, wide);
    Span span = {.wide = wide,
                 .gram = ARENA_ARRAY(&arena, double, square),
                 .values = ARENA_ARRAY(&arena, double, wide),
                 .vectors = ARENA_ARRAY(&arena, double, square),
                 .change = ARENA_ARRAY(&arena, float, square),
                 .room = ARENA_ARRAY(&arena, float, (size_t)MAX(terms, count) * wide)};
    Product down = {&matrix, of_terms, of_pairs, wide}, up = {&matrix, of_pairs, of_terms, wide};
    random_rows(seed, (size_t)terms * dims, rows);
    random_rows(seed + 1, (size_t)terms * wide, of_terms);
    for (int i = 0; i < ITERATIONS; i++) {
        make_orthonormal(&span, of_terms, terms, diagonal);
        pool_each(pool, cx, count, 64, multiply_row, &down);
        pool_each(pool, cx, terms, 64, multiply_column, &up);
    }
    make_orthonormal(&span, of_terms, terms, diagonal);
    pool_each(pool, cx, count, 64, multiply_row, &down);
    take_gram(&span, of_pairs, count); // values: squares of the singular values
    for (uint32_t i = 0; i < wide; i++) diagonal[i] = pow(MAX(span.values[i], 0), 0.25);
    turn_columns(&span, of_terms, terms, diagonal);
    copy_rows(of_terms, wide, terms, dims, rows);
    arena_fini(&arena);
}
