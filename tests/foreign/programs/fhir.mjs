// Speaks to the hospital gateway with fhir-kit-client.
import { CapabilityTool, Client } from 'fhir-kit-client'
import { answer, asked } from './asked.mjs'

const client = new Client({ baseUrl: asked.base, bearerToken: asked.token })

/** What a refusal says, as the client parsed it. */
async function refusal(act) {
  try {
    await act()
  } catch (error) {
    return { status: error.response.status, outcome: error.response.data }
  }
  throw new Error('it was not refused')
}

const statement = await client.capabilityStatement()
const capabilities = new CapabilityTool(statement)
const smart = await client.smartAuthMetadata()
const transaction = await client.transaction({ body: asked.bundle })
const [, patientId] = transaction.entry[0].response.location.split('/')
const patient = await client.read({ resourceType: 'Patient', id: patientId })
const created = await client.create({ resourceType: 'Observation', body: asked.observation })
const read = await client.read({ resourceType: 'Observation', id: created.id })
const again = await client.vread({ resourceType: 'Observation', id: created.id, version: created.meta.versionId })
const changed = await client.update({ resourceType: 'Observation', id: created.id, body: { ...created, status: 'amended' } })
for (let count = 0; count < 2; count++) {
  await client.create({ resourceType: 'Observation', body: { ...asked.observation, subject: { reference: `Patient/${patientId}` } } })
}
await client.update({ resourceType: 'Observation', id: created.id, body: { ...created, subject: { reference: `Patient/${patientId}` } } })
const byNik = await client.search({ resourceType: 'Patient', searchParams: { identifier: asked.nik } })
const pages = [await client.search({ resourceType: 'Observation', searchParams: { patient: patientId, _count: 2 } })]
for (let page; (page = await client.nextPage({ bundle: pages.at(-1) }));) pages.push(page)
const stale = { headers: { 'If-Match': 'W/"1"' } }
answer({
  fhirVersion: statement.fhirVersion,
  creates: capabilities.resourceCan('Encounter', 'create'),
  deletes: capabilities.resourceCan('Encounter', 'delete'),
  transacts: capabilities.serverCan('transaction'),
  tokenUrl: String(smart.tokenUrl ?? ''),
  transaction, patient, created, read, again, changed, byNik, pages,
  refusals: {
    conditional: await refusal(() => client.update({ resourceType: 'Observation', id: created.id, body: changed, options: stale })),
    invalid: await refusal(() => client.create({ resourceType: 'Observation', body: { ...asked.observation, status: 'bogus' } })),
    missing: await refusal(() => client.read({ resourceType: 'Patient', id: 'nobody' })),
    deleted: await refusal(() => client.delete({ resourceType: 'Observation', id: created.id }))
  }
})
