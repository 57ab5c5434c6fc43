// Run as a process of its own: node session-child.ts <url> <key> <service> <holder>; holds a session until it is ended.
import { createClient } from '../../client/nightporter-client.ts';

const [url = '', apiKey = '', service = '', holder = ''] = process.argv.slice(2);
const leaving = new AbortController();
process.once('SIGINT', () => leaving.abort());

const client = createClient({ url, apiKey });
const session = await client.session(service, { holder, leaseSeconds: 10, signal: leaving.signal });
process.stdout.write(`${session.service.state}\n`);
const { how } = await session.ended;
process.stdout.write(`${how}\n`);
