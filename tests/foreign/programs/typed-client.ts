// A client whose types are generated from the hub's own descriptions: what it may not say does not compile.
import createClient from 'openapi-fetch'
import type { components, paths as Intake } from './intake.ts'
import type { paths as Verification } from './verification.ts'

export interface Asked {
  intake: string
  verification: string
  employer: string
  verifier: string
  key: string
  // openapi-fetch cannot say a member that is null or not there.
  report: Omit<components['schemas']['AccidentReport'], 'disease'>
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

/** Sends a report, reads it back, and looks at the work queue. */
export async function play(asked: Asked) {
  const intake = createClient<Intake>({ baseUrl: asked.intake, headers: bearer(asked.employer) })
  const verification = createClient<Verification>({ baseUrl: asked.verification, headers: bearer(asked.verifier) })
  const sent = await intake.POST('/v1/accident-reports', {
    params: { header: { 'Idempotency-Key': asked.key } },
    body: asked.report
  })
  if (!sent.data) throw new Error(JSON.stringify(sent.error))
  const path = { report_id: sent.data.report_id }
  const read = await intake.GET('/v1/accident-reports/{report_id}', { params: { path } })
  if (!read.data) throw new Error(JSON.stringify(read.error))
  const queue = await verification.GET('/v1/claims', { params: { query: { limit: 1 } } })
  if (!queue.data) throw new Error(JSON.stringify(queue.error))
  return { sent: sent.data.report_id, read: read.data.report_id, queued: queue.data.items.length }
}
