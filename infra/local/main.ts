/** Local mode. `npm start -- --help` tells how. */
import { readOptions } from './options.ts';
import { runServer } from './run-server.ts';

await runServer(readOptions(process.argv));
