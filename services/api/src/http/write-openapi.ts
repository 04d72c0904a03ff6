/** Writes services/api/openapi.json; a test fails while it differs from the routes. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderDocument } from './document.ts'

const target = join(import.meta.dirname, '../../openapi.json')
writeFileSync(target, renderDocument())
console.log(`written: ${target}`)
