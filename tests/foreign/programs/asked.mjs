// What the test tells a program: one JSON value on standard input.
import { text } from 'node:stream/consumers'

export const asked = JSON.parse(await text(process.stdin))

/** The program's answer: the last line it prints. */
export function answer(value) {
  process.stdout.write(JSON.stringify(value) + '\n')
}
