// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
import type { OptionsOf } from '@tallyman/sdk';

/** What a configuration can say about the sink. */
export const optionsSchema = {
  type: 'object',
  properties: {
    region: {
      type: 'string',
      pattern: '^[a-z]{2}[0-9]?$',
      description:
        'Region of the account; the host follows from it: `REGION.data.logs.insight.rapid7.com`. Without region and host: `data.logentries.com`.',
      examples: ['eu', 'us', 'us2'],
    },
    host: {
      type: 'string',
      minLength: 1,
      description: 'Name or address of the destination, e.g. of a DataHub. Instead of `region`.',
      examples: ['datahub.example.com'],
    },
    port: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description: 'Default 443; without TLS 80.',
      examples: [20_000],
    },
    tls: { type: 'boolean', default: true, description: 'Whether the connection is encrypted.' },
    ca: {
      type: 'string',
      pattern: '-----BEGIN [A-Z ]*CERTIFICATE-----',
      description:
        'Certificates, as PEM text, that are trusted besides the authorities of the system. The `file:` reference of the configuration brings in a file.',
      examples: ['${file:/certs/ca.pem}'],
    },
    format: {
      type: 'string',
      enum: ['json', 'kvp', 'text', 'docker-logentries'],
      default: 'json',
      description:
        'How records are written: `json` as documented for records, `kvp` as key=value pairs under the same names, `text` for people, `docker-logentries` in the shapes of that program, raw stats included.',
    },
    transport: {
      type: 'string',
      enum: ['tcp', 'webhook'],
      default: 'tcp',
      description:
        '`tcp`: one connection for all tokens. `webhook`: one HTTP request an event, each acknowledged by a status; slower, and the order is not kept.',
    },
    confirm: {
      type: 'string',
      enum: ['fin', 'none'],
      default: 'fin',
      description:
        'When records count as delivered over TCP, which knows no acknowledgement. `fin`: when the peer closed the connection in answer to our closing it. `none`: when the operating system has taken the bytes.',
    },
  },
} as const;

/** The options of the Logentries sink. */
export type LogentriesOptions = OptionsOf<typeof optionsSchema>;
