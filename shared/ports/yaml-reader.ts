import type { YamlReading } from '#shared/domain/registry/yaml-tree.ts';

/**
 * Takes a YAML text apart, by the rules of YAML 1.2. Total: whatever the text is, there is a reading of it, in time
 * and memory in proportion to it. Nesting deeper than `depthMax` is an error of the text.
 * An error quotes nothing of the text.
 */
export type YamlReader = (text: string, depthMax: number) => YamlReading;
