// Reads a topic from its beginning to its end with kafkajs.
import { randomUUID } from 'node:crypto'
import kafkajs from 'kafkajs'
import { answer, asked } from './asked.mjs'

const kafka = new kafkajs.Kafka({ clientId: 'outsider', brokers: [asked.bootstrap], logLevel: kafkajs.logLevel.ERROR })
const admin = kafka.admin()
await admin.connect()
const ends = await admin.fetchTopicOffsets(asked.topic)
await admin.disconnect()
let missing = ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)

const records = []
const consumer = kafka.consumer({ groupId: `outsider-${randomUUID()}` })
await consumer.connect()
await consumer.subscribe({ topics: [asked.topic], fromBeginning: true })
await new Promise((done) => consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]))
    const value = message.value === null ? null : message.value.toString()
    records.push({ partition, offset: Number(message.offset), key: message.key.toString(), headers, value })
    if (--missing === 0) done()
  }
}))
await consumer.disconnect()
answer(records)
