#!/bin/bash
LIMIT=1
source ./b.sh
make() { echo "$LIMIT"; }
test_make() { make; }
