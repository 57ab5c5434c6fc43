import { pixellStory } from './pixell.ts';

pixellStory('');
