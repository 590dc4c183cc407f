# A parser that crashes costs its file: it is named, all others are there.
CQ_TEST_CRASH_ON='segv:app.py;abort:store.c' cq outline . --isolate
