import fc from 'fast-check';

// The same cases every time: what turns red is then the change that was made, and not the luck of the draw.
fc.configureGlobal({ seed: 20_261_124 });
