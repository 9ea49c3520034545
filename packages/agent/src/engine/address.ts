import { readFileSync } from 'node:fs';
import type { EngineAddress } from '@tallyman/core';
import type { EngineConfig } from '../config/model.ts';

/** The engine's address with its certificates read. Throws with the file's name where one cannot be read. */
export function engineAddress({ address }: EngineConfig): EngineAddress {
  if (address.kind === 'unix' || address.tls === undefined) {
    if (address.kind === 'unix') return address;
    return { kind: 'tcp', host: address.host, port: address.port };
  }
  const { ca, cert, key } = address.tls;
  const tls = {
    ...(ca === undefined ? {} : { ca: readPem('engine.tls.ca', ca) }),
    ...(cert === undefined ? {} : { cert: readPem('engine.tls.cert', cert) }),
    ...(key === undefined ? {} : { key: readPem('engine.tls.key', key) }),
  };
  return { kind: 'tcp', host: address.host, port: address.port, tls };
}

function readPem(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`reading ${option}: ${path} cannot be read; name a PEM file`, { cause });
  }
}
