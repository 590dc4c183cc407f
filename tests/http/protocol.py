#!/usr/bin/python3
"""tests/http/protocol.py CQ - HTTP/1.1 itself: framing, what is refused, limits, slow clients.

After each malformed request the connection must be closed: nothing behind it may be taken for a
request (that would be request smuggling). Each is followed by a well-formed one, which must not be
answered.
"""
import os
import socket
import time

import support
from support import Reader, Server, problem, request

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /v1/op/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
HOST = b"Host: localhost\r\n"

# Status and bytes; each is refused, and the connection closed.
MALFORMED = [
    (400, b"GET\r\n\r\n"),
    (400, b"GET /healthz\r\n" + HOST + b"\r\n"),
    (400, b"GET  /healthz HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET /healthz  HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET /healthz HTTP/1.1 \r\n" + HOST + b"\r\n"),
    (400, b" GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET /heal thz HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"G@T /healthz HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET healthz HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET /healthz#a HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET /h\xc3\xa4 HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET * HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET http:// HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET http://other/healthz HTTP/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET /healthz HTTP/1.1\n" + HOST + b"\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: localhost\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\n"),
    (400, b"GET /healthz HTTP/1.1\r\r\n" + HOST + b"\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + b"\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\r\n\tc\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n B: c\r\n" + HOST + b"\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A : b\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b": b\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\0c\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\rc\r\n\r\n"),
    (400, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: \x01\r\n\r\n"),
    (400, b"GET /healthz HTTPS/1.1\r\n" + HOST + b"\r\n"),
    (400, b"GET /healthz HTTP/1.10\r\n" + HOST + b"\r\n"),
    (505, b"GET /healthz HTTP/2.0\r\n" + HOST + b"\r\n"),
    (505, b"GET /healthz HTTP/0.9\r\n" + HOST + b"\r\n"),
    (505, b"GET /healthz HTTP/1.2\r\n" + HOST + b"\r\n"),
    (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
    (431, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: " + b"b" * 20000 + b"\r\n\r\n"),
    (431, b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 70 + b"\r\n"),
    (417, POST + b"Content-Length: 2\r\nExpect: a-miracle\r\n\r\n{}"),
    # lengths
    (400, POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
    (400, POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    (400, POST + b"Content-Length: 2, 2\r\n\r\n{}"),
    (400, POST + b"Content-Length: +2\r\n\r\n{}"),
    (400, POST + b"Content-Length: -2\r\n\r\n{}"),
    (400, POST + b"Content-Length: 0x2\r\n\r\n{}"),
    (400, POST + b"Content-Length: 2 2\r\n\r\n{}"),
    (400, POST + b"Content-Length: \r\n\r\n{}"),
    (400, POST + b"Content-Length: 2.0\r\n\r\n{}"),
    (400, POST + b"Content-Length: 99999999999999999999999999\r\n\r\n{}"),
    (400, POST + b"Content-Length : 2\r\n\r\n{}"),
    (400, POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
    (400, POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (501, POST + b"Transfer-Encoding: identity\r\n\r\n{}"),
    (501, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    (501, POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    (501, POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    (501, POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n".replace(b"\x0b", b'"')),
    (400, POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    # chunks
    (400, CHUNKED + b"x\r\n"),
    (400, CHUNKED + b"\r\n"),
    (400, CHUNKED + b" 2\r\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"2 \r\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"+2\r\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"2\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"2\r{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"2\r\n{}0\r\n\r\n"),
    (400, CHUNKED + b"2\r\n{}\n0\r\n\r\n"),
    (400, CHUNKED + b"2\r\n{ }\r\n0\r\n\r\n"),
    (400, CHUNKED + b"2;a=\x01\r\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"2;" + b"a" * 300 + b"\r\n{}\r\n0\r\n\r\n"),
    (400, CHUNKED + b"ffffffffffffffff1\r\n{}\r\n0\r\n\r\n"),
    (413, CHUNKED + b"fffffff\r\n{}"),
    (400, CHUNKED + b"2\r\n{}\r\n0\r\nbad trailer\r\n\r\n"),
    (400, CHUNKED + b"2\r\n{}\r\n0\r\nA: b\n\r\n"),
    (431, CHUNKED + b"2\r\n{}\r\n0\r\n" + b"A: b\r\n" * 1000 + b"\r\n"),
    (413, POST + b"Content-Length: 5000000\r\n\r\n"),
]


def malformed(server):
    for status, bytes_ in MALFORMED:
        with server.connect() as connection:
            connection.sendall(bytes_ + GET)
            reader = Reader(connection)
            try:
                reply = reader.reply()
                problem(reply, status)
                assert reply.ended, "the connection must be closed"
                assert reader.at_end(), "something behind it was answered"
            except (AssertionError, EOFError) as failure:
                raise AssertionError(f"{bytes_[:200]!r}: {failure!r}") from failure


def byte_by_byte(server):
    body = b'{"pattern":"alpha_1"}'
    wholes = [GET, POST + b"Content-Length: %d\r\n\r\n" % len(body) + body,
              CHUNKED + b"%x;ext\r\n%s\r\n1\r\n \r\n0\r\nTrailer: yes\r\n\r\n" % (len(body), body)]
    for whole in wholes:
        with server.connect() as connection:
            for i in range(len(whole)):
                connection.sendall(whole[i:i + 1])
            assert Reader(connection).reply().status == 200


def pipelining(server):
    search = request("POST", "/v1/op/search", {"pattern": "alpha_2"})
    with server.connect() as connection:
        connection.sendall(b"\r\n" + GET + search + GET.replace(b"GET", b"HEAD") + search + GET * 200)
        reader = Reader(connection)
        assert reader.reply().body == b"ok\n"
        assert reader.reply().json()["schema"] == "cq.search.v1"
        assert reader.reply("HEAD").status == 200
        assert reader.reply().json()["schema"] == "cq.search.v1"
        for _ in range(200):
            assert reader.reply().body == b"ok\n"
    with server.connect() as connection:
        connection.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + GET)
        reader = Reader(connection)
        assert reader.reply().ended and reader.at_end()


def old_clients(server):
    with server.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        reader = Reader(connection)
        assert reader.reply().ended and reader.at_end()
    with server.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" * 2)
        reader = Reader(connection)
        assert reader.reply().headers["connection"] == "keep-alive" and reader.reply().status == 200
    with server.connect() as connection:
        connection.sendall(b"GET http://LOCALHOST/healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert Reader(connection).reply().status == 200


def expecting(server):
    body = b'{"pattern":"alpha_1"}'
    head = POST + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body)
    with server.connect() as connection:
        connection.sendall(head)
        reader = Reader(connection)
        assert reader.head() == (100, {})
        connection.sendall(body)
        assert reader.reply().status == 200
    with server.connect() as connection:  # refused before the body is sent
        connection.sendall(head.replace(b"/search", b"/search/x"))
        reply = Reader(connection).reply()
        assert reply.status == 404 and reply.ended


def half_closed(server):
    """A client that ends its side after a request in full still gets what is answered at once."""
    with server.connect() as connection:
        connection.sendall(GET)
        reader = Reader(connection)
        assert reader.reply().status == 200
        connection.shutdown(socket.SHUT_WR)
        assert reader.at_end()
    for rest in (b"", GET[:20], POST + b"Content-Length: 10\r\n\r\n{"):  # ends within the request behind others
        with server.connect() as connection:
            connection.sendall(GET * 3 + rest)
            connection.shutdown(socket.SHUT_WR)
            reader = Reader(connection)
            assert [reader.reply().status for _ in range(3)] == [200] * 3
            assert reader.at_end()


def unread(server):
    """A client that sends on and reads late gets every answer, in order."""
    with server.connect() as connection:
        connection.setblocking(False)
        sent, asked = 0, request("GET", "/openapi.json") + GET
        for _ in range(500):
            try:
                sent += connection.send(asked)
            except BlockingIOError:
                break
        connection.settimeout(support.PATIENCE_S)
        reader = Reader(connection)
        assert sent > 20 * len(asked), sent
        for _ in range(20):
            assert reader.reply().json()["openapi"] and reader.reply().body == b"ok\n"


def slow_clients():
    with Server("--head-timeout", "0.5", "--body-timeout", "0.5", "--idle-timeout", "0.5",
                "--write-timeout", "0.5") as server:
        for start in (GET[:10], POST + b"Content-Length: 10\r\n\r\n{", CHUNKED + b"2\r\n{"):
            with server.connect() as connection:  # slow loris: a byte now and then does not help
                connection.sendall(start)
                connection.settimeout(0.1)
                reader, begin = Reader(connection), time.monotonic()
                while True:
                    try:
                        reader.fill()
                        break
                    except TimeoutError:
                        assert time.monotonic() - begin < support.PATIENCE_S
                        connection.sendall(b"x" if start is not GET[:10] else b"")
                connection.settimeout(support.PATIENCE_S)
                problem(reader.reply(), 408, "request-timeout")
                assert reader.at_end()
        for start in (b"", GET):  # idle before and after a request: closed without a word
            with server.connect() as connection:
                reader = Reader(connection)
                if start:
                    connection.sendall(start)
                    reader.reply()
                assert reader.at_end()
        with server.connect() as connection:  # asks and never reads
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(request("GET", "/openapi.json") * 100)
            support.wait_until("the slow reader was dropped",
                               lambda: b"cq_http_connections 1\n" in server.get("/metrics").body)


def slow_reader():
    """Who reads slowly, but does read, is not given up. Takes six seconds: with CQ_LONG=1."""
    if not os.environ.get("CQ_LONG"):
        return
    with Server("--write-timeout", "2") as server, server.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(request("GET", "/openapi.json") * 1000)
        for _ in range(60):
            assert connection.recv(20000)
            time.sleep(0.1)


def limits():
    slow = {"document": {"version": 1, "max_concurrency": 1,
                         "cells": [{"id": f"c{i}", "op": "search", "params": {"pattern": f"alpha_{i}"}}
                                   for i in range(3000)]}}
    with Server("--work-threads", "1", "--queue", "1", "--streams", "1", "--body-bytes", "400000",
                "--answer-bytes", "4K") as server:
        problem(server.post("/v1/op/search", {"pattern": "x" * 400001}), 413, "too-large")
        problem(server.post("/v1/op/search", {"pattern": "alpha_0"}), 413, "too-large")
        busy = [server.connect(), server.connect()]
        for connection in busy:
            connection.sendall(request("POST", "/v1/op/run", slow))
        support.wait_until("both wait", lambda: b"cq_http_in_work 2\n" in server.get("/metrics").body)
        reply = server.post("/v1/op/search", {"pattern": "x"})
        problem(reply, 429, "busy")
        assert reply.headers["retry-after"] == "1"
        assert server.get("/healthz").status == 200 and server.get("/readyz").status == 200
        for connection in busy:  # a client that goes away cancels its request
            connection.close()
        support.wait_until("both were cancelled", lambda: b"cq_http_in_work 0\n" in server.get("/metrics").body)
        place = server.post("/runtime/runs", slow["document"]).headers["location"]
        with server.connect() as stream:
            stream.sendall(request("GET", place + "/events"))
            Reader(stream).head()
            problem(server.get(place + "/events"), 429, "busy")
        support.wait_until("the stream was closed", lambda: server.get(place).status == 200)
        server.ask("DELETE", place)
    with Server("--held-bytes", "1000", "--body-bytes", "800") as server:
        with server.connect() as one:
            one.sendall(POST + b"Content-Length: 700\r\n\r\n")
            support.wait_until("it is counted", lambda: server.post("/v1/op/search", b"{}" + b" " * 400,
                                                                    Content_Type="application/json").status == 429)
            problem(server.ask("POST", "/v1/op/search", b"{}" + b" " * 400), 415)
        support.wait_until("it is not counted any more", lambda: server.post(
            "/v1/op/search", {"pattern": "x" * 400}).status == 200)
    with Server("--per-client", "1", listen=("127.0.0.1:0", "unix:HOME/s")) as server:
        with server.connect() as one:
            one.sendall(request("POST", "/v1/op/run", slow))
            support.wait_until("it works", lambda: b"cq_http_in_work 1\n" in server.ask(
                "GET", "/metrics", address=server.addresses[1]).body)  # as another client
            problem(server.post("/v1/op/search", {"pattern": "x"}), 429, "busy")


def connections():
    with Server("--connections", "600") as server:
        idle = [server.connect() for _ in range(500)]
        assert server.get("/healthz").status == 200
        for connection in idle[::50]:
            connection.sendall(GET)
            assert Reader(connection).reply().status == 200
        more = [server.connect() for _ in range(150)]  # the longest idle ones make room
        assert server.get("/healthz").status == 200
        for connection in more[::50]:
            connection.sendall(GET)
            assert Reader(connection).reply().status == 200
        for connection in idle + more:
            connection.close()


def one_server():
    with Server() as server:
        for test in (malformed, byte_by_byte, pipelining, old_clients, expecting, half_closed, unread):
            print("  " + test.__name__, flush=True)
            test(server)


support.run([one_server, slow_clients, slow_reader, limits, connections])
