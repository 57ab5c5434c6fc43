/** One number that a service reported about itself. */
export interface Datapoint {
  readonly namespace: string;
  readonly name: string;
  /** The values of the dimensions, as one key: what is reported apart is kept apart. */
  readonly dimensions: string;
  /** The largest, where the line carries several. */
  readonly value: number;
  /** null: the line does not say. */
  readonly at: number | null;
}

type Json = Readonly<Record<string, unknown>>;

/** Whether a line is meant for CloudWatch rather than for people. Cheap: asked of every line. */
export const isMetricLine = (line: string): boolean => line.startsWith('{') && line.includes('"_aws"');

/**
 * Reads a line in CloudWatch's embedded metric format. Services print what they like: whatever is malformed, as a
 * whole or in part, is left out and never an error.
 */
export const parseMetricLine = (line: string): readonly Datapoint[] => {
  const document = isMetricLine(line) ? parseJson(line) : undefined;
  if (!isObject(document) || !isObject(document['_aws'])) return [];
  const { Timestamp: timestamp, CloudWatchMetrics: directives } = document['_aws'];
  const at = isNumber(timestamp) ? timestamp : null;
  return arrayOf(directives)
    .filter(isObject)
    .flatMap((directive) => datapoints(directive, document, at));
};

const datapoints = (directive: Json, document: Json, at: number | null): readonly Datapoint[] => {
  const { Namespace: namespace, Metrics: metrics, Dimensions: sets } = directive;
  if (!isString(namespace)) return [];
  const dimensions = JSON.stringify(
    arrayOf(sets).map((names) =>
      arrayOf(names)
        .filter(isString)
        .map((name) => [name, dimensionValue(document[name])]),
    ),
  );
  return arrayOf(metrics)
    .filter(isObject)
    .flatMap(({ Name: name }) => {
      const value = isString(name) ? largest(document[name]) : undefined;
      return isString(name) && value !== undefined ? [{ namespace, name, dimensions, value, at }] : [];
    });
};

/** Lists and objects are no values, and nested deeply enough they could not even be written down. */
const dimensionValue = (value: unknown): string | number | null => (isString(value) || isNumber(value) ? value : null);

const largest = (value: unknown): number | undefined => {
  const values = Array.isArray(value) ? value : [value];
  return values.length > 0 && values.every(isNumber) ? values.reduce((a, b) => Math.max(a, b)) : undefined;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
