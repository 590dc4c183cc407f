#!/usr/bin/python3
"""tests/http/guard.py CQ - who may ask `cq serve` what: Host, Origin, the token, the unix socket."""
import os
import stat
import subprocess
import sys

import support
from support import Server, problem

TOKEN = "0123456789abcdef-token"
BEARER = "Bearer " + TOKEN


def hosts():
    with Server("--allow-host", "Build.example") as server:
        port = server.address.rsplit(":", 1)[1]
        for host in ("localhost", "LOCALHOST:" + port, "127.0.0.1", "127.0.0.1:" + port, "[::1]:80", "10.1.2.3",
                     "build.EXAMPLE:1"):
            assert server.get("/capz", Host=host).status == 200, host
        for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "1.2.3", "127.0.0.1:x",
                     "[::1", "[localhost]", "", "localhost:", "a@localhost", "1.2.3.256", "0x7f.1"):
            problem(server.get("/capz", Host=host), 421, "misdirected-request")
            problem(server.get("/healthz", Host=host), 421, "misdirected-request")


def origins():
    with Server("--allow-origin", "http://tool.example:3000") as server:
        port = server.address.rsplit(":", 1)[1]
        own = "localhost:" + port
        assert server.get("/capz", Host=own, Origin="http://" + own).status == 200
        assert server.get("/capz", Host=own, Origin="http://tool.example:3000").status == 200
        assert server.get("/capz", Host=own, Sec_Fetch_Site="same-origin").status == 200
        assert server.get("/capz", Host=own, Sec_Fetch_Site="none").status == 200
        for origin in ("http://evil.example", "null", "http://localhost:1", "https://" + own, "http://127.0.0.1:" + port,
                       "http://" + own + ".evil.example", "http://tool.example", ""):
            problem(server.get("/capz", Host=own, Origin=origin), 403, "forbidden")
            problem(server.ask("POST", "/v1/op/search", {"pattern": "x"}, {"Host": own, "Origin": origin}), 403)
        for site in ("cross-site", "same-site"):
            problem(server.get("/v1/op/search?pattern=x", Host=own, Sec_Fetch_Site=site), 403)
            assert server.get("/", Host=own, Sec_Fetch_Site=site).status == 200  # a link from elsewhere
        for method in ("GET", "POST", "OPTIONS"):
            assert "access-control-allow-origin" not in server.ask(method, "/healthz").headers


def tokens():
    with Server(env={"CQ_TOKEN": TOKEN}) as server:
        assert server.get("/capz").status == 200
        reply = server.post("/runtime/reload", {})
        problem(reply, 401, "unauthorized")
        assert reply.headers["www-authenticate"] == "Bearer", reply
        for wrong in ("Bearer x", "Bearer " + TOKEN[:-1], BEARER + "x", "Basic " + TOKEN, "Bearer", "Bearer  "):
            assert server.post("/runtime/reload", {}, Authorization=wrong).status == 401, wrong
        problem(server.get("/capz", Authorization="Bearer wrong"), 401)
        for right in (BEARER, "bearer " + TOKEN, "Bearer   " + TOKEN + " "):
            assert server.post("/runtime/reload", {}, Authorization=right).status == 200, right
        assert server.post("/v1/op/cache", {"action": "clear"}, Authorization=BEARER).status == 200
        refused = server.post("/runtime/cells/index/swap", {}, Authorization=BEARER)
        assert "CQ_ALLOW_RUNTIME_SWAP" in problem(refused, 400)["detail"], refused


def others_need_the_token():
    def refused(*options, **env):
        full = dict(os.environ, **env)
        full.pop("CQ_TOKEN", None) if "CQ_TOKEN" not in env else None
        done = subprocess.run([sys.argv[1], "serve", *options], env=full, capture_output=True, text=True, timeout=60)
        assert done.returncode != 0 and not done.stdout, (options, done)
        return done.stderr

    with Server(listen=("0.0.0.0:0", "[::]:0"), env={"CQ_TOKEN": TOKEN}) as server:
        address = server.address.replace("0.0.0.0", "127.0.0.1")
        assert server.ask("GET", "/healthz", address=address).status == 200
        assert server.ask("GET", "/readyz", address=address).status == 200
        problem(server.ask("GET", "/capz", address=address), 401)
        problem(server.ask("POST", "/v1/op/search", {"pattern": "x"}, address=address), 401)
        assert server.ask("GET", "/capz", headers={"Authorization": BEARER}, address=address).status == 200
        home = server.home
        server_env = dict(XDG_RUNTIME_DIR=os.path.join(home, "run2"))
        os.mkdir(server_env["XDG_RUNTIME_DIR"], 0o700)
        assert "--token-file" in refused(server.roots[0], "--listen", "0.0.0.0:0", **server_env)
        assert "--token-file" in refused(server.roots[0], "--listen", "[::]:0", **server_env)
        assert "at least" in refused(server.roots[0], "--listen", "0.0.0.0:0", CQ_TOKEN="short", **server_env)
        for wrong in ("localhost", "localhost:", "nope:80", "1.2.3.4:99999", "unix:", "http://127.0.0.1:80", ":80",
                      "unix:" + "x" * 200, "127.0.0.1:-1"):
            refused(server.roots[0], "--listen", wrong, **server_env)
        token = os.path.join(home, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write(TOKEN + "\n")
        refused(server.roots[0], "--listen", "127.0.0.1:0", "--token-file", token + "x", **server_env)
        os.chmod(server_env["XDG_RUNTIME_DIR"] + "/cq", 0o755)
        assert "0700" in refused(server.roots[0], **server_env)


def sockets():
    """The default: a socket in the runtime directory that only this user can open."""
    with Server(listen=()) as server:
        path = server.address.removeprefix("unix:")
        assert path.startswith(server.home + "/run/cq/"), path
        mode = os.stat(path)
        assert stat.S_ISSOCK(mode.st_mode) and stat.S_IMODE(mode.st_mode) == 0o600, oct(mode.st_mode)
        assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
        assert server.get("/capz", Host="whatever").status == 200
        assert server.post("/runtime/reload", {}).status == 200
        # A second server of these workspaces is refused; one of others is not.
        again = subprocess.run(server.command, env=server.env, capture_output=True, text=True, timeout=60)
        assert again.returncode == 6 and str(server.process.pid) in again.stderr, again
        assert server.get("/healthz").status == 200
    assert not os.path.exists(path)


support.run([hosts, origins, tokens, others_need_the_token, sockets])
