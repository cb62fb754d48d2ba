// Reads a topic from its beginning to its end with @platformatic/kafka.
import { randomUUID } from 'node:crypto'
import { Consumer, ListOffsetTimestamps, MessagesStreamModes, stringDeserializers } from '@platformatic/kafka'
import { answer, asked } from './asked.mjs'

const consumer = new Consumer({
  groupId: `outsider-${randomUUID()}`,
  clientId: 'outsider',
  bootstrapBrokers: [asked.bootstrap],
  deserializers: stringDeserializers
})
const topics = [asked.topic]
const total = async (timestamp) =>
  (await consumer.listOffsets({ topics, timestamp })).get(asked.topic).reduce((sum, offset) => sum + Number(offset), 0)
let missing = (await total(ListOffsetTimestamps.LATEST)) - (await total(ListOffsetTimestamps.EARLIEST))

const records = []
const stream = await consumer.consume({ autocommit: false, topics, mode: MessagesStreamModes.EARLIEST, maxWaitTime: 500 })
for await (const { partition, offset, key, headers, value } of stream) {
  records.push({ partition, offset: Number(offset), key, headers: Object.fromEntries(headers), value: value ?? null })
  if (--missing === 0) break
}
await stream.close()
await consumer.close()
answer(records)
