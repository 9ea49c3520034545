// A destination to try the sink with: prints what arrives. PORT names another port than 8080.
import { createServer } from 'node:net';

const port = Number(process.env.PORT ?? 8080);

createServer((socket) => {
  socket.pipe(process.stdout, { end: false });
  socket.on('error', (error) => console.error(error.message));
}).listen(port, '127.0.0.1', () => console.error(`listening on 127.0.0.1:${port}`));
