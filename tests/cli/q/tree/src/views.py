from app import App, build_app

app = App(None)


@app.route("/")
def index():
    return build_app("index")


@app.route("/about")
def about():
    return [x for x in range(3)]
