/**
 * Stands in for the SDK's event streams in every bundle (esbuild.cjs): the S3 client brings them along for queries
 * over the contents of objects. It asks for the first of these when it is made, and for the rest when there is a
 * stream, which no function has.
 */
export const resolveEventStreamSerdeConfig = <T>(input: T): T => input;

const refuse = (): never => {
  throw new Error('event streams have been left out of this bundle');
};

export { refuse as EventStreamSerde, refuse as eventStreamSerdeProvider };
