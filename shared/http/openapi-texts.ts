/** What the document says of all calls at once. */
export const ABOUT = `Wakes services when somebody rings, and puts them to sleep when everybody has left.

**Refusals** are \`application/problem+json\` (RFC 9457) with a stable \`code\`, and the \`field\` that was wrong where one
was. Besides those listed with a call, an unknown address is 404 \`route-not-found\` and an unknown method on a known
one 405 \`method-not-allowed\` with \`Allow\`.

**Waiting.** While a service is starting, every answer that shows it carries \`Location\` and a \`Retry-After\` computed
from how long this service took to boot before. Ask with \`?wait=25\` to hear of it at once.

**Behind API Gateway** some requests are answered by the gateway itself: an unknown address or method, a missing or
wrong key, a request that is throttled or too large, and one that took too long. Those answers have the same shape and
codes, with two exceptions: an unknown method is 404 there, and \`Retry-After\` is a constant, because the gateway
cannot compute one. A request is ended after 29 seconds, which is why \`wait\` ends at 25.`;
