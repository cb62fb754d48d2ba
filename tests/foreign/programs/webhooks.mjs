// Verifies deliveries of Standard Webhooks with the standard's own library, with Svix's, and with Node's ed25519.
import { createPublicKey, verify } from 'node:crypto'
import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { answer, asked } from './asked.mjs'

// Subject public key info of an ed25519 key, up to its 32 bytes (RFC 8410).
const PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const raw = Buffer.from(asked.public_key.replace(/^whpk_/, ''), 'base64')
const publicKey = createPublicKey({ key: Buffer.concat([PREFIX, raw]), format: 'der', type: 'spki' })

const verifiers = {
  standardwebhooks: ({ headers, body }) => new Standard(asked.secret).verify(body, headers),
  svix: ({ headers, body }) => new Svix(asked.secret).verify(body, headers),
  ed25519: ({ headers, body }) => {
    const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    const given = headers['webhook-signature'].split(' ').filter((part) => part.startsWith('v1a,'))
    if (!given.some((part) => verify(null, signed, publicKey, Buffer.from(part.slice(4), 'base64')))) {
      throw new Error('no signature fits')
    }
  }
}

const accepts = (check, delivery) => {
  try {
    check(delivery)
    return true
  } catch {
    return false
  }
}
answer(asked.deliveries.map((delivery) =>
  Object.fromEntries(Object.entries(verifiers).map(([name, check]) => [name, accepts(check, delivery)]))))
