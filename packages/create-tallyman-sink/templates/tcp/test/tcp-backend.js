import { once } from 'node:events';
import { createServer } from 'node:net';

/** A destination on loopback that takes lines, and has accepted those of a connection once it has closed it. */
export class TcpBackend {
  #server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  #behaviour = 'accept';
  #connections = 0;
  #lines = [];
  #waiting = [];

  static async start() {
    const backend = new TcpBackend();
    await once(backend.#server.listen(0, '127.0.0.1'), 'listening');
    return backend;
  }

  get options() {
    return { host: '127.0.0.1', port: this.#server.address().port, tls: false };
  }

  behave({ kind }) {
    this.#behaviour = kind;
    if (kind === 'accept') for (const accept of this.#waiting.splice(0)) accept();
  }

  arrived(records) {
    const ids = new Set(records.map(({ id }) => id));
    const json = this.#lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    return json.map(({ id }) => id).filter((id) => ids.has(id));
  }

  contacts() {
    return this.#connections;
  }

  async [Symbol.asyncDispose]() {
    this.behave({ kind: 'accept' });
    this.#server.close();
  }

  #serve(socket) {
    this.#connections += 1;
    if (this.#behaviour === 'reset') {
      socket.resetAndDestroy();
      return;
    }
    let text = '';
    const accept = () => {
      this.#lines.push(...text.split('\n'));
      socket.end();
    };
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    socket.on('end', () => {
      if (this.#behaviour === 'silence') this.#waiting.push(accept);
      else accept();
    });
    socket.on('error', () => {});
  }
}
