# So does one that never ends.
CQ_TEST_WORKER_MS=1000 CQ_TEST_CRASH_ON='hang:app.py' cq outline app.py crlf.py --isolate
