/** A process that sends transfers one after the other and can be told to die at a point. Used by kill.test.ts. */
import { connect } from '@headrace/chain'
import { isAddress } from 'viem'
import { loadKeyFile, type OnPoint, TxManager } from '../src/index.ts'

const [url = '', journal = '', keyFile = '', recipients = '', point = '', nth = '0'] = process.argv.slice(2)

let seen = 0
const onPoint: OnPoint = (reached) => {
  if (reached !== point) return
  if (seen === Number(nth)) process.kill(process.pid, 'SIGKILL')
  seen += 1
}
const print = (record: object, message: string) => console.log(message, JSON.stringify(record))

const txm = await TxManager.open({
  chain: connect({ urls: [url] }),
  chainId: 31337,
  account: loadKeyFile(keyFile),
  journal,
  errors: [],
  log: { debug: print, info: print, warn: print, error: print },
  pollMs: 25,
  onPoint,
})
txm.start()
for (const to of recipients.split(',')) {
  if (!isAddress(to)) throw new Error(`not an address: ${to}`)
  const outcome = await txm.send({ dedupeKey: to, label: 'transfer', to, value: 1n })
  if (outcome.status !== 'success') throw new Error(`${to}: ${outcome.status} ${outcome.reason}`)
}
await txm.stop()
