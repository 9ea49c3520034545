import { messageOf } from '@tallyman/sdk';
import { ReceiptBook } from '../ledger/received.ts';
import { HttpLedgerServer } from './http.ts';
import type { Order } from './orders.ts';
import { TcpLedgerServer } from './tcp.ts';

// A receiver in a process of its own; see child.ts for the other side. It ends with its parent.
const book = new ReceiptBook();
const server = process.argv[2] === 'http' ? new HttpLedgerServer(book) : new TcpLedgerServer(book);

process.once('disconnect', () => process.exit(0));
process.on('message', ({ order, number }: { order: Order; number: number }) => {
  void answer(order).then(
    (result) => process.send?.({ number, result }),
    (thrown: unknown) => process.send?.({ number, error: messageOf(thrown) }),
  );
});
process.send?.({ port: await server.listen() });

async function answer(order: Order): Promise<unknown> {
  switch (order.ask) {
    case 'fault':
      await server.fault(order.fault, order.number, order.lines);
      return { done: true };
    case 'clear':
      return { affected: await server.clear() };
    case 'counts':
      return {
        records: book.records,
        distinct: book.distinct(),
        affected: server.affectedCount,
      };
    case 'ledger':
      return book.ledger();
  }
}
