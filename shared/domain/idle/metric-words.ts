/** What tells one series of a metric from another of the same name. */
export interface Dimension {
  readonly name: string;
  readonly value: string;
}

export interface MetricWord {
  readonly namespace: string;
  readonly name: string;
}

// What CloudWatch would refuse is refused here, where it concerns one service: there it would fail the whole question.
const NAMESPACE = /^(?!:)(?=.*\S)[A-Za-z0-9._/#: -]{1,255}$/;
const METRIC_NAME = /^(?=.*\S)[ -.0-~]{1,255}$/;
const DIMENSION = /^([!-9;-<>-~][!-<>-~]{0,254})=([!-~]{1,1024})$/;
const DIMENSIONS_MAX = 30;

export const parseNamespace = (value: string): string | undefined => (NAMESPACE.test(value) ? value : undefined);

/** `Namespace/Name`; the namespace may have slashes of its own (`AWS/SQS/…`). `undefined` for anything else. */
export const parseMetricWord = (value: string): MetricWord | undefined => {
  const slash = value.lastIndexOf('/');
  const namespace = parseNamespace(value.slice(0, Math.max(slash, 0)));
  const name = value.slice(slash + 1);
  return namespace !== undefined && METRIC_NAME.test(name) ? { namespace, name } : undefined;
};

/** `Name=value` pairs between spaces, at least one; a value may contain `=`. `undefined` for anything else. */
export const parseDimensions = (value: string): readonly Dimension[] | undefined => {
  const pairs = value.split(' ').filter((pair) => pair !== '');
  const dimensions = pairs.flatMap((pair) => {
    const [, name, text] = DIMENSION.exec(pair) ?? [];
    return name !== undefined && text !== undefined ? [{ name, value: text }] : [];
  });
  const names = new Set(dimensions.map(({ name }) => name));
  const isGood = dimensions.length === pairs.length && names.size === pairs.length;
  return isGood && pairs.length >= 1 && pairs.length <= DIMENSIONS_MAX ? dimensions : undefined;
};
