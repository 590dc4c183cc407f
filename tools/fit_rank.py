#!/usr/bin/env python3
"""Fits the weights of src/retrieve/features.def on judged queries. Needs numpy and scipy.

usage: cq eval ... --candidates > FILE; fit_rank.py FILE [--vectors] [--prior-weight X] [--clean] [--drop NAME]...

--vectors: begins with, and is pulled towards, the weights with vectors (the second ones).
--clean: pulled towards 0 instead, so that a half's weights owe nothing to the labels of the other one.

Listwise softmax over each query's candidates (the best 80 by the weights now in features.def), plus a pull
towards those weights, scaled by each feature's deviation; signs stay as they are, and what is fitted is rounded
to two digits. Prints NDCG@10 (mean over repositories, with its standard error over them) of the weights as they
are, fitted on all, and cross-fitted: each half of the repositories ranked with weights fitted on the other one,
which is the honest figure; and how much that differs from the weights as they are, repository by repository.
Where files that copy another one are put under it (rank_siblings.c) is not part of the score, so figures are a
little below those of `cq eval`.
"""
import argparse
import json
import math
import pathlib
import re
import sys
from collections import defaultdict

import numpy as np
from scipy.optimize import minimize

MOST = 80
table = (pathlib.Path(__file__).parent.parent / "src/retrieve/features.def").read_text()
COLUMN = 2 if "--vectors" in sys.argv else 1
FEATURES = [
    (m[0], float(m[COLUMN])) for m in re.findall(r'^FEATURE\(\w+, "(\w+)", ([-.\d]+), ([-.\d]+),', table, re.M)
]


def read(path, weights):
    queries = []
    for line in open(path):
        row = json.loads(line)
        rows = np.array(row["candidates"], dtype=float)
        if not len(rows):
            queries.append((row, None, None))
            continue
        queries.append((row, rows[:, 0].astype(int), rows[:, 1:]))
    return queries


def ndcg(masks, scores, targets):
    order = np.argsort(-scores, kind="stable")
    seen, gain = 0, 0.0
    for rank, i in enumerate(order[:10]):
        if masks[i] & ~seen:
            gain += 1 / math.log2(rank + 2)
            seen |= int(masks[i])
    return gain / sum(1 / math.log2(r + 2) for r in range(min(10, targets)))


def evaluate(queries, weights_of):
    repos = defaultdict(list)
    for row, masks, x in queries:
        repos[row["repo"]].append(ndcg(masks, x @ weights_of(row["repo"]), row["targets"]) if x is not None else 0.0)
    return repos


def mean(repos, names=None):
    values = [sum(v) / len(v) for r, v in repos.items() if names is None or r in names]
    return sum(values) / len(values)


def error(values):
    return float(np.std(values, ddof=1)) / math.sqrt(len(values))


def show(what, repos, sides):
    spread = error([sum(v) / len(v) for v in repos.values()])
    halves = f"dev {mean(repos, sides[0]):.4f}  test {mean(repos, sides[1]):.4f}"
    print(f"{what:12} all {mean(repos):.4f} +- {spread:.4f}  {halves}")


def show_difference(repos, others):
    values = [sum(others[r]) / len(v) - sum(v) / len(v) for r, v in repos.items()]
    print(f"{'':12} cross-fitted - now: {sum(values) / len(values):+.4f} +- {error(values):.4f}")


def rounded(weights):
    return np.array([float(f"{w:.2g}") for w in weights])


def fit(queries, start, names, pull, prior):
    data, rows = [], []
    for row, masks, x in queries:
        if x is None or row["repo"] not in names or not (masks > 0).any():
            continue
        keep = np.argsort(-(x @ start), kind="stable")[:MOST]
        keep = np.union1d(keep, np.nonzero(masks)[0])
        data.append((x[keep], masks[keep] > 0))
        rows.append(x[keep])
    scale = np.vstack(rows).std(axis=0)
    scale[scale == 0] = 1

    def loss(w):
        total, gradient = 0.0, np.zeros_like(w)
        for x, y in data:
            s = (x / scale) @ w
            s -= s.max()
            e = np.exp(s)
            p = e / e.sum()
            share = y / y.sum()
            total -= float(share @ (s - math.log(e.sum())))
            gradient += ((p - share) @ x) / scale
        n = len(data)
        away = w - prior * scale
        return total / n + pull * away @ away, gradient / n + 2 * pull * away

    bounds = [(None, 0) if s < 0 else (0, None) for s in start]
    found = minimize(loss, prior * scale, jac=True, method="L-BFGS-B", bounds=bounds)
    return rounded(found.x / scale)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file")
    arguments.add_argument("--prior-weight", type=float, default=0.02)
    arguments.add_argument("--vectors", action="store_true")
    arguments.add_argument("--clean", action="store_true")
    arguments.add_argument("--drop", action="append", default=[])
    options = arguments.parse_args()
    start = np.array([0.0 if n in options.drop else w for n, w in FEATURES])
    queries = read(options.file, start)
    names = sorted({row["repo"] for row, _, _ in queries})
    half = {r: i % 2 for i, r in enumerate(names)}
    sides = [{r for r in names if half[r] == side} for side in (0, 1)]
    now = evaluate(queries, lambda repo: start)
    show("now", now, sides)
    prior = np.zeros_like(start) if options.clean else start
    fitted = [fit(queries, start, side, options.prior_weight, prior) for side in sides]
    crossed = evaluate(queries, lambda repo: fitted[1 - half[repo]])
    show("cross-fitted", crossed, sides)
    show_difference(now, crossed)
    everything = fit(queries, start, set(names), options.prior_weight, prior)
    best = evaluate(queries, lambda repo: everything)
    show("fitted", best, sides)
    print(f"{'feature':14} {'now':>7} {'on dev':>7} {'on test':>7} {'on all':>7}")
    for i, (name, _) in enumerate(FEATURES):
        print(f"{name:14} {start[i]:7.2f} {fitted[0][i]:7.2f} {fitted[1][i]:7.2f} {everything[i]:7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
