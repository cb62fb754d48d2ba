// Holds events against their committed JSON Schemas with Ajv.
import { readFileSync } from 'node:fs'
import addFormats from 'ajv-formats'
import Ajv from 'ajv/dist/2020.js'
import { answer, asked } from './asked.mjs'

const ajv = new Ajv({ allErrors: true, strictTypes: false, strictRequired: false })
addFormats(ajv)
for (const word of ['x-topic', 'x-key', 'x-subject', 'x-source']) ajv.addKeyword(word)
const compiled = {}
const problems = []
for (const { schema, instance } of asked) {
  compiled[schema] ??= ajv.compile(JSON.parse(readFileSync(schema, 'utf8')))
  if (!compiled[schema](instance)) problems.push({ schema, errors: compiled[schema].errors })
}
answer(problems)
