import { creationRules } from './creation.ts';
import { eventRules } from './events.ts';
import { parameterRules } from './parameters.ts';
import { resourceRules } from './resources.ts';
import { roleRules } from './roles.ts';
import { serviceRules } from './services.ts';
import { taskRules } from './tasks.ts';

/** Of every template. */
export const SOURCE_RULES = {
  ...parameterRules,
  ...resourceRules,
  ...creationRules,
  ...eventRules,
  ...roleRules,
} as const;

/** Of every stack that an example makes. */
export const STACK_RULES = { ...taskRules, ...serviceRules } as const;

export type SourceRuleName = keyof typeof SOURCE_RULES;
export type StackRuleName = keyof typeof STACK_RULES;
