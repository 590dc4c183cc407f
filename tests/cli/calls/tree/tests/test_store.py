from pkg.store import Memo, open_store


def test_save():
    store = open_store("t")
    store.save(1)


def test_memo():
    Memo("t").save(2)
