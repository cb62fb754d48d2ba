"""Kafka's jars: whole and as listed, or a clear line."""

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from deploy.local import kafka_jars
from deploy.local.kafka_jars import Jar, fetch_jars, jar_folder, listed_jars, missing_jars
from deploy.local.ports import HOST, free_port
from deploy.local.problems import HubProblem
from deploy.local.progress import SilentReporter

CONTENT = b"the jar"
JAR = Jar("org.example:thing:1.0", "thing-1.0.jar", len(CONTENT), sha256(CONTENT).hexdigest())


@dataclass
class Repository:
    """A Maven repository of one file."""

    url: str
    answers: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def repository() -> Iterator[Repository]:
    port = free_port()
    made = Repository(f"http://{HOST}:{port}")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"" if self.path.endswith(".sha1") else made.answers.pop(0)
            if not self.path.endswith(".sha1"):
                made.asked.append(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOST, port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _one_jar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps([JAR.__dict__]))
    monkeypatch.setattr(kafka_jars, "LIST", listed)


def test_a_jar_is_downloaded_once(repository: Repository, tmp_path: Path) -> None:
    repository.answers = [CONTENT]
    for _ in range(2):
        (path,) = fetch_jars(tmp_path, SilentReporter(), repository.url)
        assert path.read_bytes() == CONTENT
    assert repository.asked == ["/org/example/thing/1.0/thing-1.0.jar"]
    assert [entry.name for entry in jar_folder(tmp_path).iterdir()] == ["thing-1.0.jar"]


def test_a_spoilt_jar_is_fetched_again_and_a_cut_one_replaced(repository: Repository, tmp_path: Path) -> None:
    jar_folder(tmp_path).mkdir(parents=True)
    (jar_folder(tmp_path) / JAR.file).write_bytes(CONTENT[:3])
    assert missing_jars(tmp_path) == [JAR]
    repository.answers = [b"not it!", CONTENT]
    (path,) = fetch_jars(tmp_path, SilentReporter(), repository.url)
    assert path.read_bytes() == CONTENT


def test_a_jar_with_another_digest_is_never_kept(repository: Repository, tmp_path: Path) -> None:
    repository.answers = [b"not it!"] * 3
    with pytest.raises(HubProblem, match="is not the file that was expected"):
        fetch_jars(tmp_path, SilentReporter(), repository.url)
    assert list(jar_folder(tmp_path).iterdir()) == []


def test_a_missing_index_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        HubProblem, match=r"cannot download org\.example:thing:1\.0 from the Maven index .*SIMPUL_MAVEN"
    ):
        fetch_jars(tmp_path, SilentReporter(), f"http://{HOST}:{free_port()}")


@pytest.mark.usefixtures("_one_jar")
def test_the_committed_list_names_kafka_at_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_jars, "LIST", Path(kafka_jars.__file__).with_name("kafka_jars.json"))
    named = {jar.coordinate for jar in listed_jars()}
    assert named >= set(kafka_jars.COORDINATES)
    ours = {name.rpartition(":")[2] for name in named if name.startswith("org.apache.kafka:")}
    assert ours == {kafka_jars.KAFKA_VERSION}
