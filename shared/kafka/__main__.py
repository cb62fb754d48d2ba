"""`python -m shared.kafka` makes the topics that are missing on `SIMPUL_KAFKA_BOOTSTRAP`.

`SIMPUL_KAFKA_REPLICATION_FACTOR` (default 1) is for a broker of several nodes.
"""

import asyncio
import os

from shared.events import TOPICS
from shared.kafka.topics import ensure_topics

if __name__ == "__main__":
    replicas = int(os.environ.get("SIMPUL_KAFKA_REPLICATION_FACTOR", "1"))
    asyncio.run(ensure_topics(os.environ["SIMPUL_KAFKA_BOOTSTRAP"], TOPICS.values(), replication_factor=replicas))
