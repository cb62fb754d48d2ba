// The load client: sends one template over and over, each time with another worker, as fast as the hub answers.
//   node load.mjs '{"url", "connections", "seconds", "partners": [{"token", "number"}], "contentType", "template", "first"}'
// Prints one JSON object. `first` is where the counter of made-up workers begins, so that runs never share a worker.
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'

const options = JSON.parse(process.argv[2])
const template = readFileSync(options.template, 'utf8')
let counter = options.first

// PPKKCC DDMMYY NNNN: the counter runs through serial, district and regency; the birth date stays that of the template.
function nik (number) {
  const serial = String(number % 9999 + 1).padStart(4, '0')
  const district = String(Math.floor(number / 9999) % 99 + 1).padStart(2, '0')
  const regency = String(Math.floor(number / 989901) % 79 + 1).padStart(2, '0')
  return `36${regency}${district}520390${serial}`
}

const instance = autocannon({
  url: options.url,
  connections: options.connections,
  duration: options.seconds,
  pipelining: 1,
  requests: [{
    method: 'POST',
    setupRequest: (request) => {
      counter += 1
      const partner = options.partners[counter % options.partners.length]
      request.body = template
        .replaceAll('@@EMPLOYER@@', partner.number)
        .replaceAll('@@NIK@@', nik(counter))
        .replaceAll('@@NUMBER@@', String(counter).padStart(11, '0'))
      request.headers = {
        authorization: `Bearer ${partner.token}`,
        'content-type': options.contentType,
        'idempotency-key': `bench-${options.first}-${counter}`
      }
      return request
    }
  }]
}, (error, result) => {
  if (error) throw error
  const { requests, latency, errors, timeouts, non2xx, statusCodeStats } = result
  console.log(JSON.stringify({
    seconds: result.duration,
    accepted: result['2xx'],
    accepted_per_second: result['2xx'] / result.duration,
    refused: non2xx,
    errors: errors + timeouts,
    statuses: statusCodeStats,
    requests_per_second_mean: requests.average,
    p50_ms: latency.p50,
    p97_5_ms: latency.p97_5,
    p99_ms: latency.p99
  }))
})
process.once('SIGINT', () => instance.stop())
