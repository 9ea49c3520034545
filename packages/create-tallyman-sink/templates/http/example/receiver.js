// A destination to try the sink with: prints what arrives. PORT names another port than 8080.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);

createServer((request, response) => {
  request.pipe(process.stdout, { end: false });
  request.on('end', () => response.end());
}).listen(port, '127.0.0.1', () => console.error(`listening on http://127.0.0.1:${port}`));
