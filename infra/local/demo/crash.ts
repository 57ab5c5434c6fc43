/**
 * A service that dies shortly after every start, as one with a broken configuration does. Shows restarts with
 * back-off, the breaker that ends them, and the last lines of output in the answer to whoever woke it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { reportActivity } from './metrics.ts';

const activity = reportActivity('crash', () => 0);
console.log('crash reads its configuration');

await sleep(500);

const error = new Error('connect ECONNREFUSED 127.0.0.1:5432');
console.error(`fatal: the database is not there\n${error.stack}`);
activity.end();
process.exitCode = 1;
