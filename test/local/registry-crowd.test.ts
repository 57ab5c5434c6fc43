import { it } from 'vitest';
import { uploadUnderKills } from './registry-crowd.ts';

it(
  '100 uploads by 10 developers at once, and a server that is killed 6 times: nothing is lost and nothing is twice',
  {
    timeout: 120_000,
  },
  (context) => uploadUnderKills(context, { developers: 10, kills: 6 }),
);
