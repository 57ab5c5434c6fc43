/** A number in [0, 1), as a port: jitter and nonces are chosen outside, so that a run can be repeated. */
export type Random = () => number;
