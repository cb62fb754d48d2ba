"""The event bus: a port (`bus`), Kafka behind it (`aiokafka_bus`), the same in memory (`in_memory`)."""
