import { alarmRules } from './alarms.ts';
import { apiRules } from './api.ts';
import { eventRules } from './events.ts';
import { functionRules } from './functions.ts';
import { registryRules } from './registry.ts';
import { roleRules } from './roles.ts';
import { stackRules } from './stack.ts';

export const RULES = {
  ...stackRules,
  ...functionRules,
  ...roleRules,
  ...apiRules,
  ...eventRules,
  ...registryRules,
  ...alarmRules,
} as const;

export type RuleName = keyof typeof RULES;
