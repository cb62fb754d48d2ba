// An OpenID provider where people sign in, by oidc-provider. Reads one line that says which clients and people there
// are, prints one line with its issuer, and ends with its input.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { Provider } from 'oidc-provider'

console.info = console.warn = () => {} // its words on being for development only

const lines = createInterface({ input: process.stdin })
const asked = JSON.parse((await lines[Symbol.asyncIterator]().next()).value)
const server = createServer()
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  clients: asked.clients,
  pkce: { required: () => true },
  // Many providers of offices put roles into the ID token and have no endpoint that tells them.
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name', 'roles'] },
  findAccount: (_context, id) => asked.people[id] && {
    accountId: id,
    claims: () => ({ sub: id, ...asked.people[id] })
  },
  features: { devInteractions: { enabled: true }, userinfo: { enabled: true } },
  cookies: { keys: ['only for tests'] }
})
server.on('request', provider.callback())
process.stdout.write(JSON.stringify({ issuer }) + '\n')
lines.on('close', () => process.exit(0))
