import type { Socket } from 'node:net';

/** What an agent opens to say that it is there. */
export const HELLO = 'HELLO';

/** What it opens for each stream, with where to. */
export const connectTo = (target: string): string => `CONNECT ${target}`;

const LONGEST_LINE = 256;

/** The first line of a connection; what comes behind it is put back. Ends the connection when there is none. */
export const firstLine = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    let read = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      read = Buffer.concat([read, chunk]);
      const end = read.indexOf('\n');
      if (end < 0 && read.length <= LONGEST_LINE) return;
      socket.off('data', onData).pause();
      if (end < 0) return reject(new Error('a line that does not end'));
      if (end + 1 < read.length) socket.unshift(read.subarray(end + 1));
      resolve(read.subarray(0, end).toString());
    };
    socket.on('data', onData).once('close', () => reject(new Error('closed before it said anything')));
  });

/** Until either side has had enough. */
export const pipeBoth = (one: Socket, other: Socket): void => {
  one.pipe(other).pipe(one);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    from.once('error', () => to.destroy()).once('close', () => to.destroy());
};
