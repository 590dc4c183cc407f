sh "$CQ_CASES/languages/run.sh" haskell
