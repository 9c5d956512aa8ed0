// Makes src/api/operations.gen.ts, the operations' types, out of the service's
// model, which the server is made of too. Timestamps are seconds since 1970.
import { readFileSync, writeFileSync } from 'node:fs'

const model = JSON.parse(readFileSync(new URL('../../internal/api/model/cloudtrail.json', import.meta.url), 'utf8'))
const { shapes, operations } = model

const lines = ['// Made by scripts/operations.mjs out of the service model. Do not edit.', '']
const named = new Set()

// typeOf is the TypeScript of a shape; structures and enumerations have names.
function typeOf(name) {
  const shape = shapes[name]
  switch (shape.type) {
    case 'structure':
      named.add(name)
      return name
    case 'list':
      return `${wrap(typeOf(shape.member.shape))}[]`
    case 'map':
      return `Record<string, ${typeOf(shape.value.shape)}>`
    case 'string':
      return shape.enum ? shape.enum.map((v) => `'${v}'`).join(' | ') : 'string'
    case 'boolean':
      return 'boolean'
    case 'blob':
      return 'string'
    default:
      return 'number'
  }
}

const wrap = (type) => (type.includes(' | ') ? `(${type})` : type)

for (const [, operation] of Object.entries(operations)) {
  for (const side of ['input', 'output']) if (operation[side]) named.add(operation[side].shape)
}
const done = new Set()
while (done.size < named.size) {
  for (const name of [...named]) {
    if (done.has(name)) continue
    done.add(name)
    const shape = shapes[name]
    const required = new Set(shape.required ?? [])
    lines.push(`export interface ${name} {`)
    for (const [member, ref] of Object.entries(shape.members ?? {})) {
      lines.push(`  ${member}${required.has(member) ? '' : '?'}: ${typeOf(ref.shape)}`)
    }
    lines.push('}', '')
  }
}
lines.push('export interface Operations {')
for (const [name, operation] of Object.entries(operations)) {
  const input = operation.input?.shape ?? 'Record<string, never>'
  const output = operation.output?.shape ?? 'Record<string, never>'
  lines.push(`  ${name}: { input: ${input}; output: ${output} }`)
}
lines.push('}', '')
writeFileSync(new URL('../src/api/operations.gen.ts', import.meta.url), lines.join('\n'))
