"""tests/embed.py CQ-EMBED - see embed.sh. `embed.py --serve` is the server.

The server's vector of a text: dims numbers from the text's SHA-256. Its manner is set by POST /manner
(JSON: see Server.manner); GET /seen tells what it was asked. Both are out of the tested protocol.
"""
import base64, hashlib, http.server, json, math, os, struct, subprocess, sys, threading, time, urllib.request

DIMS = 24


def vector(text, dims=DIMS):
    raw = b"".join(hashlib.sha256(f"{i} {text}".encode()).digest() for i in range(dims // 8 + 1))
    return [b / 127.5 - 1 for b in raw[:dims]]


class State:
    def __init__(self):
        self.lock = threading.Lock()
        self.reset({})

    def reset(self, manner):
        self.manner = manner
        self.faults = list(manner.get("faults", []))  # one for each next request, then well
        self.seen = []
        self.running = self.most_running = 0


state = State()


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with state.lock:
            self.reply(200, json.dumps({"seen": state.seen, "most": state.most_running}).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/manner":
            with state.lock:
                state.reset(json.loads(body))
            self.reply(200, b"{}")
            return
        request = json.loads(body)
        with state.lock:
            state.seen.append({"path": self.path, "auth": self.headers.get("Authorization"),
                               "at": time.monotonic(), **request})
            fault = state.faults.pop(0) if state.faults else None
            state.running += 1
            state.most_running = max(state.most_running, state.running)
            manner = state.manner
        time.sleep(manner.get("delay", 0))
        try:
            self.embed(request, manner, fault)
        except OSError:
            pass
        finally:
            with state.lock:
                state.running -= 1

    def embed(self, request, manner, fault):
        fault = fault or manner.get("always")
        kind, _, detail = (fault or "").partition(":")
        if kind == "status":
            status, _, after = detail.partition(":")
            message = json.dumps({"error": {"message": f"status {status} it is\nsecond line"}}).encode()
            self.reply(int(status), message, [("Retry-After", after)] if after else [])
            return
        if kind == "slow":
            time.sleep(float(detail))
        if kind == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b'{"data": [')
            self.wfile.flush()
            self.connection.shutdown(2)
            self.close_connection = True
            return
        if kind == "raw":
            self.reply(200, detail.encode())
            return
        if kind == "huge":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            block = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
            while True:
                self.wfile.write(block)
        dims = int(detail) if kind == "dims" else request.get("dimensions", DIMS)
        rows = [vector(text, dims) for text in request["input"]]
        if kind == "nan":
            rows[-1][3] = math.nan
        if kind == "short-row":
            rows[-1].pop()
        if kind == "zero":
            rows[-1] = [0.0] * dims
        encode = lambda row: base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode()
        if manner.get("floats") or kind == "floats":
            encode = lambda row: row
        data = [{"object": "embedding", "index": i, "embedding": encode(row)} for i, row in enumerate(rows)]
        if kind == "fewer":
            data.pop()
        if kind == "more":
            data.append(dict(data[0], index=len(data)))
        if kind == "twice":
            data[-1]["index"] = 0
        if kind == "far":
            data[-1]["index"] = len(data)
        if kind == "no-index":
            for item in data:
                del item["index"]
        if kind == "reversed" or manner.get("reversed"):
            data.reverse()
        self.reply(200, json.dumps({"object": "list", "data": data, "model": request["model"]}).encode())


if sys.argv[1] == "--serve":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()

program = sys.argv[1]
process = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
host = f"http://127.0.0.1:{int(process.stdout.readline())}"
TEXTS = ["def retry(self):", "int main(void)", "", "naïve \U0001f600 text", "x" * 40, "class Pool:"]


def ask(path, body=None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(host + path, None if body is None else json.dumps(body).encode(), timeout=10) as r:
        return json.loads(r.read())


def run(manner, texts=TEXTS, args=(), **settings):
    """What cq-embed says, what the server saw, and how long it took."""
    ask("/manner", manner)
    env = {k: v for k, v in os.environ.items() if not k.startswith("CQ_")}
    env["no_proxy"] = "127.0.0.1"
    key = settings.pop("api_key", None)
    if key:
        env["CQ_EMBED_API_KEY"] = key
    for name, value in {"backend": "http", "url": host + "/v1", "model": "test-model", "backoff_ms": "20",
                        "timeout_ms": "20000", **settings}.items():
        env["CQ_RUNTIME_EMBED_" + name.upper()] = str(value)
    start = time.monotonic()
    done = subprocess.run([program, *args], env=env, input=json.dumps(texts), capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done
    seen = ask("/seen")
    return json.loads(done.stdout), seen["seen"], seen["most"], time.monotonic() - start


def right(answer, texts=TEXTS, dims=DIMS, prefix=""):
    assert answer["limit"] == "" and answer["missing"] == 0, answer
    assert answer["dims"] == dims and len(answer["rows"]) == len(texts), answer
    for text, row in zip(texts, answer["rows"]):
        want = vector(prefix + text, dims)
        length = math.sqrt(sum(x * x for x in want))
        if not text:
            assert row == [0.0] * dims, row
        else:
            assert all(abs(a - b / length) < 1e-6 for a, b in zip(row, want)), (text, row, want)


def limited(answer, why, texts=TEXTS, missing=None):
    assert why in answer["limit"], answer["limit"]
    # While nobody knows the dimensions, the zero row of an empty text cannot be had either.
    want = len(texts) if not answer["dims"] else sum(1 for text in texts if text)
    want = want if missing is None else missing
    assert answer["missing"] == want, answer
    assert [r for r in answer["rows"] if r is not None] or answer["missing"] == len(texts), answer


def well():
    for manner in ({}, {"floats": True}, {"reversed": True}, {"floats": True, "reversed": True}):
        answer, seen, _, _ = run(manner)
        right(answer)
        assert len(seen) == 1 and seen[0]["path"] == "/v1/embeddings", seen
        assert seen[0]["encoding_format"] == "base64" and seen[0]["model"] == "test-model", seen
        assert seen[0]["auth"] is None and "dimensions" not in seen[0], seen
    right(run({"always": "no-index"})[0])
    right(run({}, url=host + "/v1/")[0])
    right(run({}, url=host + "/v1/embeddings")[0])
    answer, seen, _, _ = run({}, api_key="s3cret")
    assert seen[0]["auth"] == "Bearer s3cret", seen
    answer, seen, _, _ = run({}, dimensions=16)
    right(answer, dims=16)
    assert seen[0]["dimensions"] == 16, seen
    right(run({}, query_prefix="query: ", args=["--query"])[0], prefix="query: ")
    right(run({}, query_prefix="query: ", document_prefix="passage: ")[0], prefix="passage: ")
    assert run({}, texts=[])[0]["limit"] == ""
    answer, seen, _, _ = run({}, texts=["", ""])
    limited(answer, "not told its dimensions", texts=["", ""], missing=2)
    answer, seen, _, _ = run({"always": "zero"}, texts=["a", "b"])
    assert answer["rows"][1] == [0.0] * DIMS and answer["limit"] == "", answer


def batches():
    texts = [f"text {i} " + "y" * (i % 50) for i in range(200)]
    answer, seen, most, _ = run({"delay": 0.02}, texts=texts, batch_texts=7, concurrency=3)
    right(answer, texts)
    assert [len(s["input"]) for s in seen[:1]] == [7] and max(len(s["input"]) for s in seen) == 7, seen
    assert len(seen) == answer["requests"] == 29 and 2 <= most <= 3, (len(seen), most)
    first, second = seen[0]["at"], seen[1]["at"]
    assert second - first >= 0.02, "the first batch goes alone"
    answer, seen, most, _ = run({}, texts=texts, batch_tokens=64, concurrency=1)
    right(answer, texts)
    assert most == 1
    for request in seen:
        assert sum(len(t.encode()) // 3 + 1 for t in request["input"]) <= 64, request
    # Several calls share the limit; one in a pool whose only thread it holds does not hang.
    answer, seen, most, _ = run({"delay": 0.01}, texts=texts, args=["--calls", "6"], batch_texts=20, concurrency=4)
    right(answer, texts)
    assert answer["same"] and most <= 4 and len(seen) == 60, (most, len(seen))
    right(run({"delay": 0.01}, texts=texts, args=["--in-pool"], batch_texts=20)[0], texts)
    # Long texts are cut between characters, and counted.
    answer, seen, _, _ = run({}, texts=["é" * 100, "short"], max_tokens=17)
    assert answer["cut"] == 1 and seen[0]["input"] == ["é" * 25, "short"], (answer["cut"], seen)


def passing():
    for faults, tries in ((["status:500"], 2), (["status:503", "status:502", "status:429"], 4), (["status:408"], 2)):
        answer, seen, _, _ = run({"faults": faults})
        right(answer)
        assert len(seen) == tries == answer["requests"] and answer["retries"] == tries - 1, (answer, seen)
    answer, seen, _, took = run({"faults": ["status:429:1"]})
    right(answer)
    assert seen[1]["at"] - seen[0]["at"] >= 1.0, "Retry-After is honoured"
    answer, seen, _, _ = run({"faults": ["slow:3"]}, timeout_ms=300)
    right(answer)
    assert len(seen) == 2, seen
    # Waits grow.
    answer, seen, _, _ = run({"always": "status:500"}, backoff_ms=100, retries=3)
    limited(answer, "status 500: status 500 it is second line (tried 4 times)")
    waits = [b["at"] - a["at"] for a, b in zip(seen, seen[1:])]
    assert len(waits) == 3 and waits[0] >= 0.05 and waits[1] >= 0.1 and waits[2] >= 0.2, waits
    answer, seen, _, _ = run({"always": "status:503"}, retries=0)
    limited(answer, "(tried 1 times)")
    assert len(seen) == 1


def final():
    for status, why in ((400, "status 400"), (401, "CQ_EMBED_API_KEY is not set"), (403, "CQ_EMBED_API_KEY"),
                        (404, "status 404"), (413, "status 413"), (302, "status 302")):
        answer, seen, _, _ = run({"always": f"status:{status}"})
        limited(answer, why)
        assert len(seen) == 1, (status, seen)
    answer, _, _, _ = run({"always": "status:401"}, api_key="wr0ng")
    limited(answer, "the key is the one in CQ_EMBED_API_KEY")
    assert "wr0ng" not in json.dumps(answer)
    answer, seen, _, took = run({"always": "status:429:3600"})
    limited(answer, "it asks to wait 3600 s")
    assert len(seen) == 1 and took < 10
    wrong = {"cut": "no answer from", "raw:<html>": "not JSON", "raw:": "not JSON", "raw:[]": 'no "data" array',
             'raw:{"data": 3}': 'no "data" array', 'raw:{"data": [1,2,3,4,5]}': "no vector of numbers",
             "fewer": "4 vectors for 5 texts", "more": "6 vectors for 5 texts", "twice": "two items of index 0",
             "far": "an index outside 0 to 4", "nan": "not finite", "short-row": "has 23 dimensions, not 24",
             "dims:20000": "20000 dimensions", "huge": "is larger than"}
    for fault, why in wrong.items():
        answer, seen, _, _ = run({"always": fault})
        limited(answer, why)
        assert len(seen) == 1, (fault, "is not tried again", seen)
    nan = run({"always": "nan", "floats": True})[0]  # json.dumps writes NaN, which is no JSON
    limited(nan, "not JSON")
    limited(run({"always": "dims:12"}, dimensions=16)[0], "has 12 dimensions, not 16")
    # What came before is kept.
    texts = [f"t{i}" for i in range(10)]
    answer, seen, _, _ = run({"faults": [None, None, "dims:8"]}, texts=texts, batch_texts=2, concurrency=1)
    limited(answer, "has 8 dimensions, not 24", texts, missing=6)
    assert "for 6 of 10 texts" in answer["limit"] and answer["rows"][3] and not answer["rows"][4], answer
    assert len(seen) == 3, "nothing is sent after a failure that is final"


def dead():
    answer, _, _, took = run({}, url="http://127.0.0.1:1/v1")
    limited(answer, "127.0.0.1:1", missing=6)
    assert took < 5
    limited(run({}, url="")[0], "embed.url is not set", missing=6)
    answer, seen, _, took = run({"always": "slow:30"}, args=["--deadline", "300"], texts=["a"])
    limited(answer, "time limit", texts=["a"])
    assert took < 10
    answer, seen, _, took = run({"always": "status:429:5"}, args=["--deadline", "2000"], texts=["a"])
    limited(answer, "leaves no other try", texts=["a"])
    assert took < 10 and len(seen) == 1
    assert "no vectors" in run({}, backend="none")[0]["limit"]
    answer = run({}, backend="hash", texts=["a1", "", "the same", "the same"])[0]
    assert answer["limit"] == "" and answer["dims"] == 256 and answer["rows"][2] == answer["rows"][3], answer


try:
    for part in (well, batches, passing, final, dead):
        part()
        print("ok", part.__name__)
finally:
    process.terminate()
    process.wait()
