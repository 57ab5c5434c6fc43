import { pixellStory } from '../stories/pixell.ts';
import { TOOLS_FOLDER, toolsIn } from './support/python-tools.ts';

pixellStory(toolsIn(TOOLS_FOLDER).python);
