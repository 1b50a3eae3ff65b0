"""A small server that answers like the Hugging Face Hub, for one dataset, on the loopback interface.

It models what `huggingface_hub` asks for: the dataset's info, its tree in pages, and its files with ranges.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

PAGE = 5


@dataclass
class Hub:
    """The dataset, the faults to make, and what was asked for.

    `cut` names files whose next download ends half-way; `broken` names files that answer 500 while they are in it.
    """

    repository: str
    files: Mapping[str, bytes]
    commit: str = "c0ffee" + "0" * 34
    cut: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def downloads(self, path: str) -> list[str]:
        """The Range header of each download of a file, empty where there was none."""
        return [
            wanted
            for method, asked, wanted in self.requests
            if method == "GET" and asked.endswith(f"/{path}")
        ]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer(has_body=False)

    def do_GET(self) -> None:
        self._answer(has_body=True)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, *, has_body: bool) -> None:
        hub = self.hub
        url = urlsplit(self.path)
        path = unquote(url.path)
        hub.requests.append((self.command, path, self.headers.get("Range", "")))
        api, files = f"/api/datasets/{hub.repository}", f"/datasets/{hub.repository}/resolve/{hub.commit}/"
        if path in {api, f"{api}/revision/main", f"{api}/revision/{hub.commit}"}:
            self._send_json(
                {"id": hub.repository, "sha": hub.commit, "siblings": [{"rfilename": p} for p in hub.files]}
            )
        elif path.startswith(f"{api}/revision/"):
            self._send_error(404, "RevisionNotFound")
        elif path == f"{api}/tree/{hub.commit}":
            self._send_tree(path, int(parse_qs(url.query).get("cursor", ["0"])[0]))
        elif path.startswith(files) and path.removeprefix(files) in hub.files:
            self._send_file(path.removeprefix(files), has_body=has_body)
        else:
            # The real one says 401 for a repository that does not exist, so as not to tell of private ones.
            self._send_error(401 if path.startswith("/api/datasets/") else 404, "RepoNotFound")

    def _send_tree(self, path: str, start: int) -> None:
        items = [
            {"type": "file", "path": name, "size": len(data), "oid": _object_id(data)}
            for name, data in self.hub.files.items()
        ]
        following = f"{self.hub.url}{path}?recursive=true&cursor={start + PAGE}"
        links = {"Link": f'<{following}>; rel="next"'} if start + PAGE < len(items) else {}
        self._send_json(items[start : start + PAGE], links)

    def _send_file(self, name: str, *, has_body: bool) -> None:
        data = self.hub.files[name]
        headers = {
            "ETag": f'"{_object_id(data)}"',
            "X-Repo-Commit": self.hub.commit,
            "Accept-Ranges": "bytes",
        }
        if not has_body:
            self._send(200, b"", {**headers, "Content-Length": str(len(data))})
            return
        if name in self.hub.broken:
            self._send_error(500, "")
            return
        wanted = self.headers.get("Range", "")
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        part = data[start:]
        headers["Content-Length"] = str(len(part))
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        if name in self.hub.cut:
            self.hub.cut.discard(name)
            part = part[: len(part) // 2]
            self.close_connection = True
        self._send(206 if wanted else 200, part, headers)

    def _send_json(self, value: object, headers: Mapping[str, str] = {}) -> None:
        data = json.dumps(value).encode()
        self._send(
            200, data, {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}
        )

    def _send_error(self, status: int, code: str) -> None:
        self._send(status, b"", {"X-Error-Code": code, "X-Error-Message": code, "Content-Length": "0"})

    def _send(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _object_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@contextmanager
def serve(repository: str, files: Mapping[str, bytes]) -> Iterator[Hub]:
    hub = Hub(repository, files)
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        hub.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
