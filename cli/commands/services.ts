import { command } from '../command.ts';
import { table } from '../output.ts';
import { withServer } from '../server.ts';
import { endpointText, stateText, whyText } from '../service-text.ts';
import type { ServerOptions } from '../settings.ts';

export const servicesCommand = command<ServerOptions>({
  words: ['services'],
  summary: 'List every service with its state',
  groups: ['server', 'json'],
  examples: [
    { line: 'nightporter services', does: 'a table' },
    { line: 'nightporter services --json', does: '{"services": […]}, as the API shows them' },
  ],
  run: async (context, given) => {
    const { output } = context;
    const services = await withServer(context, given, (client, signal) => client.services({ signal }));
    const rows = services.map((service) => [
      service.service,
      stateText(output, service),
      endpointText(service),
      service.leases === null ? '-' : String(service.leases),
      whyText(service),
    ]);
    const head = ['SERVICE', 'STATE', 'ENDPOINT', 'LEASES', 'WHY'].map((word) => output.paint('bold', word));
    output.answer({ services }, rows.length === 0 ? 'no services' : table([head, ...rows]));
  },
});
