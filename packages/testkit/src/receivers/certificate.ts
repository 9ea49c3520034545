import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { systemClock } from '@tallyman/sdk';
import * as der from './der.ts';
import type { CertificateKind, ReceiverOptions } from './receiver.ts';

/** Both in PEM. The certificate is its own issuer, so it is also what a client has to trust. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const dayMs = 86_400_000;
const ecdsaWithSha256 = der.sequence(der.objectId('1.2.840.10045.4.3.2'));
const commonName = der.objectId('2.5.4.3');
const subjectAltName = der.objectId('2.5.29.17');
const basicConstraints = der.objectId('2.5.29.19');

export function certificateFor({ tls }: ReceiverOptions): Certificate | undefined {
  return tls && makeCertificate(tls, systemClock.now());
}

/** Made anew at each start: a key that is nowhere on a disk cannot leak. */
function makeCertificate(kind: CertificateKind, nowMs: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serial = serialNumber();
  // Issuers are found by their names: a client that trusts two receivers has to tell them apart.
  const name = `tallyman test receiver ${serial.toString('hex')}`;
  const signed = der.sequence(
    der.element(0xa0, der.integer(Buffer.from([2]))), // version 3
    der.integer(serial),
    ecdsaWithSha256,
    distinguishedName(name),
    validity(kind, nowMs),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der.element(0xa3, der.sequence(alternativeNames(kind), authority())),
  );
  const signature = der.bitString(sign('sha256', signed, privateKey));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem(der.sequence(signed, ecdsaWithSha256, signature)),
  };
}

function serialNumber(): Buffer {
  // The first byte makes it positive, and no shorter than it is written (RFC 5280, 4.1.2.2).
  return Buffer.concat([Buffer.from([0x40]), randomBytes(8)]);
}

function distinguishedName(name: string): Buffer {
  return der.sequence(der.element(0x31, der.sequence(commonName, der.text(name))));
}

function validity(kind: CertificateKind, nowMs: number): Buffer {
  const ends = kind === 'expired' ? nowMs - dayMs : nowMs + 30 * dayMs;
  return der.sequence(der.utcTime(nowMs - 30 * dayMs), der.utcTime(ends));
}

function alternativeNames(kind: CertificateKind): Buffer {
  const names =
    kind === 'other-name'
      ? [dnsName('elsewhere.invalid')]
      : [
          dnsName('localhost'),
          address([127, 0, 0, 1]),
          address([...Array.from({ length: 15 }, () => 0), 1]),
        ];
  return der.sequence(subjectAltName, der.octetString(der.sequence(...names)));
}

function dnsName(name: string): Buffer {
  return der.element(0x82, Buffer.from(name));
}

function address(octets: readonly number[]): Buffer {
  return der.element(0x87, Buffer.from(octets));
}

function authority(): Buffer {
  return der.sequence(basicConstraints, der.isTrue(), der.octetString(der.sequence(der.isTrue())));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
