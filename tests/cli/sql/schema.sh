# Needs no DuckDB.
cq sql --schema
