import { createHmac } from 'node:crypto'

const step = 30

// counterAt is the number of the code that an authenticator app shows at a moment.
export const counterAt = (now = Date.now()) => Math.floor(now / 1000 / step)

// leftOf is for how many seconds more the code of a moment is shown.
export const leftOf = (now = Date.now()) => step - ((now / 1000) % step)

// totp is what an authenticator app shows for a secret in base 32 (RFC 6238).
export function totp(secret: string, counter: number): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', base32(secret)).update(message).digest()
  const at = mac[mac.length - 1]! & 0xf
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

function base32(text: string): Buffer {
  let bits = ''
  for (const c of text.replace(/=+$/, '')) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
}
