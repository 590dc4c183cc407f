# A gate: how well find ranks this project's own sources (tests/eval). Measured: 0.759; the machine
# and the number of workers change nothing, so a drop below is a change of ranking.
ln -s "$CQ_SOURCE" cq
cq eval --queries "$CQ_SOURCE/tests/eval/queries.jsonl" --repos "$CQ_SOURCE/tests/eval/repos.json" --checkouts . --results |
    sed -E 's/.*"ndcg":([0-9.]+).*/\1/' | awk '{ sum += $1 } END { if (sum / NR >= 0.70) print "NDCG@10 is at least 0.70"; else print "NDCG@10", sum / NR }'
