import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Posted } from './notification-senders.js';

/** What the providers take for an answer that the notification arrived. */
export const TAKEN: Readonly<Record<string, string>> = {
  wallet: '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"Success."}}',
  yabandpay: 'ok',
  payermax: '{"code":"SUCCESS","msg":"Success"}',
};

export const HANG_UP = 'hang up';

export interface CallbackReceiver {
  /** The base address, to which `/<provider>/<account>` is added. */
  readonly url: string;
  /** Everything that was posted, in the order of arrival. */
  readonly received: Posted[];
  /** What is replied instead of the provider's word for success, while it isn't null; `HANG_UP` is no reply at all. */
  reply: string | null;
  close(): Promise<void>;
}

/** A merchant's side of notifications: takes what comes and says what its provider wants to hear. */
export async function receiveCallbacks(): Promise<CallbackReceiver> {
  const received: Posted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      received.push({ path, headers, body: Buffer.concat(chunks).toString('utf8') });
      const [, , provider = ''] = path.split('/');
      if (receiver.reply === HANG_UP) request.socket.destroy();
      else response.end(receiver.reply ?? TAKEN[provider]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: CallbackReceiver = {
    url: `http://127.0.0.1:${port}/notify`,
    received,
    reply: null,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
