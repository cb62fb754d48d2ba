// Makes TypeScript of OpenAPI documents in an empty folder, compiles it strictly with the client beside this program,
// and lets that client work.
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import { answer, asked } from './asked.mjs'

const there = (name) => join(asked.folder, name)
for (const [name, document] of Object.entries(asked.documents)) {
  writeFileSync(there(`${name}.ts`), astToString(await openapiTS(document)))
}
writeFileSync(there('package.json'), '{"type": "module"}')
symlinkSync(join(import.meta.dirname, '..', 'node_modules'), there('node_modules'))
copyFileSync(join(import.meta.dirname, 'typed-client.ts'), there('typed-client.ts'))

const files = [...Object.keys(asked.documents), 'typed-client'].map((name) => there(`${name}.ts`))
const program = ts.createProgram(files, {
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: []
})
const diagnostics = ts.getPreEmitDiagnostics(program).map((found) =>
  `${found.file?.fileName}:${found.start}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`)
const { play } = await import(there('typed-client.ts'))
answer({ diagnostics, played: diagnostics.length === 0 ? await play(asked.client) : null })
