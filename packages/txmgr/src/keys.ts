import { readFileSync, statSync } from 'node:fs'
import * as Keystore from 'ox/Keystore'
import { isHex, size } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

/** A key file that cannot be used; `message` is one line that says what to do and never holds the key. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  /** Configuration error: the operator must act before a restart helps. */
  readonly exitCode = 78
}

/** Where a key may be: a file with the key itself, or a keystore with a file that holds its password. */
export interface KeySource {
  keyFile: string | undefined
  keystore: string | undefined
  passwordFile: string | undefined
}

/**
 * The account of the one source that is set; undefined when none is.
 * @param prefix of the variables, e.g. `KEEPER`, for messages
 * @throws KeyFileError
 */
export function loadAccount(
  { keyFile, keystore, passwordFile }: KeySource,
  prefix: string,
): PrivateKeyAccount | undefined {
  if (keyFile !== undefined && keystore !== undefined) {
    throw new KeyFileError(`${prefix}_KEY_FILE and ${prefix}_KEYSTORE are both set: set one of them`)
  }
  if (keystore === undefined) return keyFile === undefined ? undefined : loadKeyFile(keyFile)
  if (passwordFile === undefined) {
    throw new KeyFileError(
      `${prefix}_KEYSTORE_PASSWORD_FILE is not set: set it to the path of a file with the keystore's password`,
    )
  }
  return loadKeystore(keystore, passwordFile)
}

/**
 * The account of a key file: one line with a 32-byte hex key, readable by its owner alone.
 * @throws KeyFileError
 */
export function loadKeyFile(path: string): PrivateKeyAccount {
  const text = readSecret(path, 'key file').trim()
  const key = text.startsWith('0x') ? text : `0x${text}`
  if (!isHex(key) || size(key) !== 32) {
    throw new KeyFileError(`key file ${path} must hold one line: a private key of 64 hex digits`)
  }
  try {
    return privateKeyToAccount(key)
  } catch {
    throw new KeyFileError(`key file ${path} holds no valid secp256k1 private key`)
  }
}

/**
 * The account of a v3 keystore (scrypt or pbkdf2). Both files readable by their owner alone; the first line of the
 * password file is the password.
 * @throws KeyFileError
 */
export function loadKeystore(path: string, passwordFile: string): PrivateKeyAccount {
  const keystore = parseKeystore(path, readSecret(path, 'keystore'))
  const [password = ''] = readSecret(passwordFile, 'password file').split(/\r?\n/, 1)
  try {
    // The asynchronous derivation of this release takes no notice of scrypt's r and p.
    return privateKeyToAccount(Keystore.decrypt(keystore, Keystore.toKey(keystore, { password })))
  } catch {
    throw new KeyFileError(
      `keystore ${path} does not open with the password in ${passwordFile}: correct the password or the path`,
    )
  }
}

const HEX = /^[0-9a-f]+$/i

/** Takes what it needs field by field: an odd file ends here and not inside the decryption. */
function parseKeystore(path: string, text: string): Keystore.Keystore {
  const malformed = new KeyFileError(`${path} is no v3 keystore: create one with cast wallet import or geth`)
  const parsed = parseJson(text)
  // geth writes `crypto`, some wallets `Crypto`.
  const crypto = record(record(parsed)?.crypto ?? record(parsed)?.Crypto)
  const [iv, params] = [record(crypto?.cipherparams)?.iv, record(crypto?.kdfparams)]
  const { ciphertext, mac, cipher, kdf } = crypto ?? {}
  const { salt, n, p, r, c, prf } = params ?? {}
  if (record(parsed)?.version !== 3 || cipher !== 'aes-128-ctr' || params?.dklen !== 32) throw malformed
  if (!isText(iv) || !isText(ciphertext) || !isText(mac) || !isText(salt)) throw malformed
  const common = { cipher, cipherparams: { iv }, ciphertext, mac } as const
  const rest = { id: '', version: 3 } as const
  if (kdf === 'scrypt' && isCount(n) && isCount(p) && isCount(r)) {
    return { crypto: { ...common, kdf, kdfparams: { dklen: 32, n, p, r, salt } }, ...rest }
  }
  if (kdf === 'pbkdf2' && isCount(c) && prf === 'hmac-sha256') {
    return { crypto: { ...common, kdf, kdfparams: { c, dklen: 32, prf, salt } }, ...rest }
  }
  throw malformed
}

const isText = (value: unknown): value is string => typeof value === 'string' && HEX.test(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readSecret(path: string, what: string): string {
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new KeyFileError(`${what} ${path} can be read by others: chmod 600 ${path}`)
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof KeyFileError) throw error
    throw new KeyFileError(`${what} ${path} cannot be read: create it with mode 600 or correct the path`)
  }
}
