CQ_TEST_CRASH_ON='kill:app.py' cq outline app.py crlf.py --isolate --format json |
    sed -n 's/.*\("failed":\[[^]]*\]\).*/\1/p'
