import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEndpointWord, type EndpointWord } from '#shared/domain/lifecycle/endpoint-word.ts';

const fixed = (host: string, port: number, url: string | null = null): EndpointWord => ({
  kind: 'fixed',
  endpoint: { host, port, url },
});

describe('the policy word endpoint', () => {
  it.each<[string, EndpointWord]>([
    ['https://api.example.com', fixed('api.example.com', 443, 'https://api.example.com')],
    ['http://api.example.com', fixed('api.example.com', 80, 'http://api.example.com')],
    ['https://api.example.com:8443', fixed('api.example.com', 8443, 'https://api.example.com:8443')],
    ['https://api.example.com/', fixed('api.example.com', 443, 'https://api.example.com/')],
    ['https://a.b/v1/x_y-z=@+:1', fixed('a.b', 443, 'https://a.b/v1/x_y-z=@+:1')],
    ['http://10.0.0.1:1', fixed('10.0.0.1', 1, 'http://10.0.0.1:1')],
    ['game.example.com:25565', fixed('game.example.com', 25_565)],
    ['10.0.0.1:65535', fixed('10.0.0.1', 65_535)],
    ['localhost:80', fixed('localhost', 80)],
    ['publican:80', fixed('publican', 80)],
    ['public:8080', { kind: 'task', address: 'public', port: 8080 }],
    ['private:1', { kind: 'task', address: 'private', port: 1 }],
    ['private:65535', { kind: 'task', address: 'private', port: 65_535 }],
    ['none', { kind: 'none' }],
  ])('reads %s', (value, word) => {
    expect(parseEndpointWord(value)).toEqual(word);
  });

  it.each([
    '',
    ' ',
    'None',
    'no',
    'public',
    'public:',
    'public:0',
    'public:65536',
    'public:http',
    'public:80/path',
    'private:-1',
    'private:1.5',
    'private:999999',
    'Public :80',
    'host',
    'host:',
    'host:0',
    'host:65536',
    'host:80:81',
    'host:80/path',
    ':80',
    '-host:80',
    'host-:80',
    'a..b:80',
    'my_host:80',
    'user@host:80',
    'ftp://host',
    'HTTPS://host',
    'https://',
    'https:///path',
    'https://:443',
    'https://host:0',
    'https://host:65536',
    'https://host:',
    'https://user@host',
    'https://user:word@host/',
    'https://host/a b',
    'https://host?query',
    'https://host#part',
    'https://host\n',
    ' https://host',
    'https://[::1]',
    'http://a.0/',
    'a.0:80',
    'https://1.2.3.4.5',
    '256.0.0.1:443',
  ])('refuses %j', (value) => {
    expect(parseEndpointWord(value)).toBeUndefined();
  });

  it('never sends anybody anywhere but to the host that it names', () => {
    const text = fc.stringMatching(/^(https?:\/\/)?[a-z0-9@:/.+=_ -]{1,30}$/);
    fc.assert(
      fc.property(text, (value) => {
        const word = parseEndpointWord(value);
        if (word?.kind !== 'fixed' || word.endpoint.url === null) return;
        const url = new URL(word.endpoint.url);
        // The port of a URL is empty when it is the scheme's own. A host of digits is an address, in whatever spelling.
        expect(url.username + url.password).toBe('');
        if (/[a-z]/.test(word.endpoint.host)) expect(url.hostname).toBe(word.endpoint.host);
        expect(Number(url.port) || (url.protocol === 'https:' ? 443 : 80)).toBe(word.endpoint.port);
      }),
    );
  });
});
