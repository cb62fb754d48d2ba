// Signs in as OpenID Connect clients do: by discovery, with openid-client; checks the access token with jose.
import { createRemoteJWKSet, importJWK, jwtVerify } from 'jose'
import * as openid from 'openid-client'
import { answer, asked } from './asked.mjs'

const answers = []
for (const { client_id: id, private_key_jwk: jwk } of asked.clients) {
  const key = { key: await importJWK(jwk, jwk.kty === 'EC' ? 'ES384' : 'RS384'), kid: jwk.kid }
  const configuration = await openid.discovery(new URL(asked.issuer), id, undefined, openid.PrivateKeyJwt(key), {
    execute: [openid.allowInsecureRequests]
  })
  const token = await openid.clientCredentialsGrant(configuration)
  const server = configuration.serverMetadata()
  const { payload, protectedHeader } = await jwtVerify(
    token.access_token,
    createRemoteJWKSet(new URL(server.jwks_uri)),
    { issuer: server.issuer, audience: 'urn:simpul:hub', typ: 'at+jwt' }
  )
  answers.push({ server, token, payload, protectedHeader })
}
answer(answers)
