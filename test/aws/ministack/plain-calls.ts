/** Calls to services of which the project needs no client: signed by nobody, which MiniStack believes. */
export interface PlainCalls {
  /** A path of a service with REST paths. */
  send(service: string, path: string, request?: { readonly method: string; readonly body?: object }): Promise<Response>;
  /** An operation of a service that takes a form, and answers in XML. */
  submit(service: string, form: Readonly<Record<string, string>>): Promise<string>;
  /** An operation of a service that speaks JSON; throws when it is refused. */
  ask(service: string, operation: string, input: object): Promise<any>;
}

/** Says which service is meant, and whose access key has signed. */
export const meant = (service: string, accessKey = 'any') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=any`,
});

export const plainCallsTo = (endpoint: string): PlainCalls => {
  return {
    send: (service, path, { method, body } = { method: 'GET' }) =>
      fetch(endpoint + path, { method, headers: meant(service), ...(body && { body: JSON.stringify(body) }) }),
    submit: async (service, form) => {
      const reply = await fetch(endpoint, { method: 'POST', headers: meant(service), body: new URLSearchParams(form) });
      return reply.text();
    },
    ask: async (service, operation, input) => {
      const headers = { ...meant(service), 'x-amz-target': operation, 'content-type': 'application/x-amz-json-1.1' };
      const reply = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${operation}: ${text}`);
      return JSON.parse(text);
    },
  };
};
