# Isolation as a setting: the crash costs the file, though nobody said --isolate.
export CQ_TEST_CRASH_ON='segv:app.py'
cq outline app.py crlf.py >/dev/null && echo not isolated
CQ_RUNTIME_ENABLE_PROCESS_POOL=1 cq outline app.py crlf.py
