from src.keys import build_key


def test_build_key():
    assert build_key("a", "b") == "a/b"
