import { it } from 'vitest';
import { uploadUnderKills } from '../local/registry-crowd.ts';

it(
  '500 uploads by 50 developers at once, and a server that is killed 20 times: nothing is lost and nothing is twice',
  {
    timeout: 300_000,
  },
  (context) => uploadUnderKills(context, { developers: 50, kills: 20 }),
);
