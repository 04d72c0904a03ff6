import { readFileSync, statSync } from 'node:fs'
import { isHex, size } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

/** A key file that cannot be used; `message` is one line that says what to do and never holds the key. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  /** Configuration error: the operator must act before a restart helps. */
  readonly exitCode = 78
}

/**
 * The account of a key file: one line with a 32-byte hex key, readable by its owner alone.
 * @throws KeyFileError
 */
export function loadKeyFile(path: string): PrivateKeyAccount {
  const text = read(path)
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

function read(path: string): string {
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new KeyFileError(`key file ${path} can be read by others: chmod 600 ${path}`)
    }
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof KeyFileError) throw error
    throw new KeyFileError(`key file ${path} cannot be read: create it with mode 600 or correct the path`)
  }
}
