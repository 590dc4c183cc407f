import app


class TestApp:
    def test_build(self):
        assert app.build_app("x")


def test_path():
    assert app.build_path("a")()
