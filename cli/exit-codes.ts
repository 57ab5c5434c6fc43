/** How a command can end. Numbers are promises to scripts: one may be added, none ever changes its meaning. */
export const EXITS = {
  done: { status: 0, means: 'It is done.' },
  failed: { status: 1, means: 'An outage or a bug: the server failed, or something nobody expected happened.' },
  usage: { status: 2, means: 'The command line, a setting or a file cannot be used.' },
  forbidden: { status: 3, means: 'The key is missing or wrong, or has no grant for it.' },
  absent: { status: 4, means: 'No such service, package, version, upload or address.' },
  refused: { status: 5, means: 'Not as things are: somebody holds the service, it is asleep, or the name is taken.' },
  failing: { status: 6, means: 'The service fails to start.' },
  rejected: { status: 7, means: 'The package is refused, or a newer upload has taken its place.' },
  late: { status: 8, means: 'The time that was allowed is over.' },
  unreachable: { status: 9, means: 'The server cannot be reached.' },
  interrupted: { status: 130, means: 'Ctrl-C.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly means: string }>>;

export type Exit = keyof typeof EXITS;
