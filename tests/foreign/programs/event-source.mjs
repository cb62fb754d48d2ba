// Follows the claim stream with the EventSource of npm. The first connection breaks after some events, as behind a
// proxy; what happens then is up to EventSource.
import { EventSource } from 'eventsource'
import { answer, asked } from './asked.mjs'

const events = []
const connections = []

/** The answer, ending after `count` events. */
function cut(response, count) {
  const decoder = new TextDecoder()
  const ending = new TransformStream({
    transform(chunk, controller) {
      const blocks = decoder.decode(chunk, { stream: true }).split('\n\n')
      const passed = blocks.slice(0, count + 1)
      count -= passed.length - 1
      if (count === 0) passed[passed.length - 1] = ''
      controller.enqueue(new TextEncoder().encode(passed.join('\n\n')))
      if (count === 0) controller.terminate()
    }
  })
  return new Response(response.body.pipeThrough(ending), { status: response.status, headers: response.headers })
}

// EventSource lets a program end while it waits to connect again.
const staying = setInterval(() => {}, 1000)
const source = new EventSource(asked.url, {
  fetch: async (input, init) => {
    const headers = { ...init.headers, Authorization: `Bearer ${asked.token}` }
    connections.push(init.headers['Last-Event-ID'] ?? null)
    const response = await fetch(input, { ...init, headers })
    return connections.length === 1 ? cut(response, asked.cut_after) : response
  }
})
source.onerror = (error) => {
  if (source.readyState === EventSource.CLOSED) throw new Error(`refused: ${error.code} ${error.message}`)
}
source.addEventListener('claim', (event) => {
  events.push({ id: event.lastEventId, data: JSON.parse(event.data) })
  const last = events.at(-1).data
  if (last.subject !== asked.case_number || last.data.claim_version !== asked.claim_version) return
  clearInterval(staying)
  source.close()
  answer({ events, connections })
})
