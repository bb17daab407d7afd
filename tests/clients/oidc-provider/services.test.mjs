// The example services of the client library, unchanged, with tokens of node-oidc-provider.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { SignJWT, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { freePort, startExample } from './programs.mjs';

const SECRET = 'a secret that both sides know: long enough, with % and +';

let issuer;
let asked;
let photos;
let archive;
let stock;
const ends = [];

async function listen(answer) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => { server.closeAllConnections(); server.close(); });
  return server;
}

async function startProvider() {
  const server = await listen();
  issuer = `http://127.0.0.1:${server.address().port}`;
  const machine = (id, more) => ({ client_id: id, client_secret: SECRET, redirect_uris: [], response_types: [], grant_types: ['client_credentials'], ...more });
  const provider = new Provider(issuer, {
    clients: [machine('orders'), machine('archive', { grant_types: [] }), machine('proving', { dpop_bound_access_tokens: true })],
    scopes: ['photos:read', 'stock:count'],
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      dPoP: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({
          scope: 'photos:read stock:count',
          audience: resource,
          accessTokenTTL: 600,
          accessTokenFormat: resource === archive ? 'opaque' : 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  asked = { '/token': 0, '/token/introspection': 0 };
  const serve = provider.callback();
  server.on('request', (request, answer) => {
    if (request.url in asked) asked[request.url] += 1;
    return serve(request, answer);
  });
}

const basic = (id) => `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(SECRET)}`).toString('base64')}`;

async function post(path, id, form, headers = {}) {
  const answer = await fetch(`${issuer}${path}`, { method: 'POST', headers: { authorization: basic(id), ...headers }, body: new URLSearchParams(form) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return path === '/token' ? (await answer.json()).access_token : undefined;
}

const given = (resource, scope = 'photos:read', id = 'orders', headers = {}) =>
  post('/token', id, { grant_type: 'client_credentials', resource, scope }, headers);

async function call(service, path, headers) {
  const answer = await fetch(new URL(path, service), { headers });
  const body = await answer.json();
  return { status: answer.status, body, check: body.check, challenge: answer.headers.get('www-authenticate') ?? '' };
}

const bearer = (token) => ({ authorization: `Bearer ${token}` });

before(async () => {
  const ports = [await freePort(), await freePort()];
  [photos, archive] = ports.map((port) => `http://localhost:${port}/`);
  await startProvider();
  const asking = { CLIENT_ID: 'archive', CLIENT_SECRET: SECRET };
  for (const [at, settings] of [[0, { RESOURCE: photos }], [1, { RESOURCE: archive, ...asking }]]) {
    const program = await startExample('service', ports[at], { ISSUER: issuer, ...settings });
    ends.push(() => program.kill());
  }
});

after(() => ends.reverse().forEach((end) => end()));

test('a signed token opens the service that it is for, as far as it goes', async () => {
  const token = await given(photos);
  assert.equal(decodeProtectedHeader(token).typ, 'at+jwt');
  assert.deepEqual(await call(photos, '/photos', bearer(token)).then(({ status, body }) => [status, body.of]), [200, 'orders']);
  const machine = await call(photos, '/profile', bearer(token));
  assert.deepEqual([machine.status, machine.check], [403, 'PersonNeeded']);
  const narrow = await call(photos, '/photos', bearer(await given(photos, 'stock:count')));
  assert.deepEqual([narrow.status, narrow.check], [403, 'Scope']);
  assert.match(narrow.challenge, /^Bearer error="insufficient_scope".*, scope="photos:read"/);
  const [header, , signature] = token.split('.');
  const eve = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: 'eve' })).toString('base64url');
  assert.equal((await call(photos, '/photos', bearer(`${header}.${eve}.${signature}`))).check, 'Signature');
  // Law: what was given for another service is nothing here.
  const foreign = await call(photos, '/photos', bearer(await given('https://elsewhere.example/')));
  assert.deepEqual([foreign.status, foreign.check], [401, 'Audience']);
});

test('an opaque token is asked about once, and a revoked one opens nothing', async () => {
  const token = await given(archive);
  assert.equal(token.split('.').length, 1);
  for (let number = 0; number < 5; number += 1) assert.equal((await call(archive, '/photos', bearer(token))).status, 200);
  assert.equal(asked['/token/introspection'], 1);
  const revoked = await given(archive);
  await post('/token/revocation', 'orders', { token: revoked });
  assert.equal((await call(archive, '/photos', bearer(revoked))).check, 'Inactive');
  // Law: a service that doesn't ask believes nothing that it can't read.
  assert.equal((await call(photos, '/photos', bearer(token))).check, 'TokenMalformed');
});

test('a token bound to a key opens with a new proof of that key for each request', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const prove = (htm, htu, more = {}) => new SignJWT({ htm, htu, jti: randomUUID(), ...more })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).setIssuedAt().sign(privateKey);
  const token = await given(photos, 'photos:read', 'proving', { dpop: await prove('POST', `${issuer}/token`) });
  const ath = createHash('sha256').update(token).digest('base64url');
  const with_ = (proof) => call(photos, '/photos', { authorization: `DPoP ${token}`, dpop: proof });
  const proof = await prove('GET', `${photos}photos`, { ath });
  assert.equal((await with_(proof)).status, 200);
  assert.equal((await with_(proof)).check, 'ProofReplayed');
  assert.equal((await with_(await prove('GET', `${photos}token`, { ath }))).check, 'ProofAddress');
  assert.equal((await with_(await prove('GET', `${photos}photos`))).check, 'ProofToken');
  // Law: whoever has the token alone has nothing.
  assert.equal((await call(photos, '/photos', bearer(token))).check, 'BoundSentAsBearer');
});

test('a service gets a token of its own for the next one, keeps it, and another when that one is refused', async () => {
  const came = [];
  let status = 200;
  const next = await listen((request, answer) => {
    came.push(request.headers.authorization);
    answer.writeHead(status).end('42');
  });
  stock = `http://localhost:${next.address().port}/`;
  const port = await freePort();
  const settings = { ISSUER: issuer, RESOURCE: `http://localhost:${port}/`, CLIENT_ID: 'orders', CLIENT_SECRET: SECRET, STOCK: stock };
  const program = await startExample('calls', port, settings);
  ends.push(() => program.kill());
  const health = () => fetch(`http://localhost:${port}/health`).then(async (answer) => [answer.status, await answer.text()]);
  const before = asked['/token'];
  assert.deepEqual([await health(), await health()], [[200, '42'], [200, '42']]);
  assert.deepEqual([asked['/token'] - before, came[0] === came[1]], [1, true]);
  const claims = decodeJwt(came[0].slice('Bearer '.length));
  assert.deepEqual([claims.aud, claims.scope, claims.client_id], [stock, 'stock:count', 'orders']);
  status = 401;
  assert.equal((await health())[0], 502);
  status = 200;
  // Law: a token that was refused isn't sent twice.
  assert.equal((await health())[0], 200);
  assert.notEqual(came[3], came[2]);
});
