// openid-client, from discovery to every grant, method and protection it knows. All it is told is the issuer's address.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import * as client from '../../browser/node_modules/openid-client/build/index.js';
import { Person } from './person.mjs';

const { ISSUER, EMAIL, APP_PORT, DOORWARD, DATABASE_FOLDER } = process.env;
const CALLBACK = `http://localhost:${APP_PORT}/callback`;
const ORDERS = 'https://orders.example';
const STOCK = 'https://stock.example';
const insecure = { execute: [client.allowInsecureRequests] };
const secret = (name) => `a-long-secret-of-the-${name}-0123456789`;

let key;
before(async () => {
  const jwk = JSON.parse(readFileSync(new URL('key.json', import.meta.url)));
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  key = { key: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']), kid: jwk.kid };
});

const configured = (id, authentication) => client.discovery(new URL(ISSUER), id, undefined, authentication, insecure);
const web = () => configured('web', client.ClientSecretBasic(secret('web-app')));
const signing = () => configured('key', client.PrivateKeyJwt(key));

/** A person allows what a request asks; `build` makes the request's address from its parameters. */
async function flow(config, build, more = {}, options = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const parameters = {
    redirect_uri: CALLBACK,
    scope: 'openid email',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  };
  const person = options.person ?? new Person();
  const landed = await person.allow(await build(config, parameters, options));
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(config, landed, checks, options.token, options);
  return { tokens, person, landed };
}

const plain = client.buildAuthorizationUrl;

test('discovery, code with PKCE, userinfo, refresh, introspection, revocation, logout', async () => {
  const config = await web();
  const { tokens, person } = await flow(config, plain, { scope: 'openid email offline_access' });
  const { sub } = tokens.claims();
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub)).email, EMAIL);
  const next = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal((await client.tokenIntrospection(config, next.access_token)).active, true);
  await client.tokenRevocation(config, next.refresh_token);
  assert.equal((await client.tokenIntrospection(config, next.access_token)).active, false);
  const bye = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: `http://localhost:${APP_PORT}/`, state: 'bye' });
  const left = await person.open(bye);
  assert.equal(left.left?.href, `http://localhost:${APP_PORT}/?state=bye`);
});

test('a denial is an error the library understands', async () => {
  const config = await web();
  const url = plain(config, { redirect_uri: CALLBACK, scope: 'openid', prompt: 'consent', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', state: 's' });
  const landed = await new Person().allow(url, 'deny');
  await assert.rejects(client.authorizationCodeGrant(config, landed, { expectedState: 's' }), (error) => error.error === 'access_denied');
});

test('form_post: the answer comes in a form', async () => {
  const config = await web();
  const verifier = client.randomPKCECodeVerifier();
  const person = new Person();
  const url = plain(config, { redirect_uri: CALLBACK, scope: 'openid', response_mode: 'form_post', state: 's', code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' });
  let page = await person.open(url);
  for (let pages = 0; pages < 3 && person.forms(page)[0]?.action !== CALLBACK; pages++) {
    page = page.html.includes('name="password"')
      ? await person.submit(page, (form) => form.html.includes('name="password"'), { username: process.env.USERNAME, password: process.env.PASSWORD })
      : await person.submit(page, (form) => form.html.includes('name="decision"'), { decision: 'allow' });
  }
  const [form] = person.forms(page);
  const request = new Request(CALLBACK, { method: 'POST', body: new URLSearchParams(form.fields) });
  const tokens = await client.authorizationCodeGrant(config, request, { pkceCodeVerifier: verifier, expectedState: 's' });
  assert.ok(tokens.id_token);
});

test('private_key_jwt with signed userinfo, signed introspection and an ID token in ES256', async () => {
  const config = await signing();
  const { tokens } = await flow(config, plain);
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).email, EMAIL);
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true);
});

test('a pushed request', async () => {
  const { tokens } = await flow(await web(), client.buildAuthorizationUrlWithPAR);
  assert.ok(tokens.claims().sub);
});

test('a signed request, alone and pushed', async () => {
  const config = await signing();
  const jar = (config, parameters) => client.buildAuthorizationUrlWithJAR(config, parameters, key);
  assert.ok((await flow(config, jar)).tokens.claims().sub);
  const pushed = async (config, parameters) => {
    const signed = await jar(config, parameters);
    return client.buildAuthorizationUrlWithPAR(config, { request: signed.searchParams.get('request') });
  };
  assert.ok((await flow(config, pushed)).tokens.claims().sub);
});

test('an answer that is a signed token (JARM)', async () => {
  const config = await signing();
  client.useJwtResponseMode(config);
  const { landed } = await flow(config, plain);
  assert.deepEqual([...landed.searchParams.keys()], ['response']);
});

test('tokens bound to a key by DPoP: code, userinfo, refresh', async () => {
  const config = await web();
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  const { tokens } = await flow(config, plain, { scope: 'openid email offline_access' }, { DPoP });
  assert.equal(tokens.token_type, 'dpop');
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP })).email, EMAIL);
  await assert.rejects(client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), 'a bound token is no bearer token');
  assert.equal((await client.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP })).token_type, 'dpop');
  assert.ok((await client.tokenIntrospection(config, tokens.access_token)).cnf.jkt);
});

test('the FAPI 2.0 profile: pushed, signed, answered by a signed token, bound to a key', async () => {
  const config = await configured('bank', client.PrivateKeyJwt(key));
  client.useJwtResponseMode(config);
  client.enableNonRepudiationChecks(config);
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
  const build = async (config, parameters, options) => {
    const signed = await client.buildAuthorizationUrlWithJAR(config, parameters, key, {
      [client.modifyAssertion]: (_, claims) => { claims.nbf ??= claims.iat; },
    });
    return client.buildAuthorizationUrlWithPAR(config, { request: signed.searchParams.get('request') }, options);
  };
  const { tokens } = await flow(config, build, { redirect_uri: 'https://bank.example/callback', scope: 'openid offline_access' }, { DPoP });
  assert.equal(tokens.token_type, 'dpop');
  const again = await client.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP });
  assert.equal(again.refresh_token, undefined, 'it is not rotated');
  assert.ok(await client.refreshTokenGrant(config, tokens.refresh_token, {}, { DPoP }));
  // What the profile forbids is refused: nothing is asked past the pushed request.
  const bare = await new Person().open(plain(config, { redirect_uri: 'https://bank.example/callback', scope: 'openid' }));
  assert.ok(bare.left ? bare.left.searchParams.has('response') || bare.left.searchParams.has('error') : bare.status >= 400);
});

test('client_secret_jwt, and a machine\'s own token for an API', async () => {
  const config = await configured('hmac', client.ClientSecretJwt(secret('hmac-app-that-signs')));
  const tokens = await client.clientCredentialsGrant(config, { scope: 'orders:read', resource: ORDERS });
  assert.equal(tokens.scope, 'orders:read');
});

test('a device without a browser', async () => {
  const config = await configured('tv', client.None());
  const started = await client.initiateDeviceAuthorization(config, { scope: 'openid email' });
  const polling = client.pollDeviceAuthorizationGrant(config, started);
  const [page, tokens] = await Promise.all([new Person().allowDevice(started.verification_uri, started.user_code), polling]);
  assert.equal(page.status, 200);
  assert.equal((await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)).email, EMAIL);
});

test('token exchange: a service goes on to the next one for the person', async () => {
  const { tokens } = await flow(await web(), plain, { scope: 'openid orders:read', resource: ORDERS });
  const config = await configured('orders', client.ClientSecretPost(secret('orders-service')));
  client.allowInsecureRequests(config);
  const type = 'urn:ietf:params:oauth:token-type:access_token';
  const basic = await configured('orders', client.ClientSecretBasic(secret('orders-service')));
  const exchange = (more) => client.genericGrantRequest(basic, 'urn:ietf:params:oauth:grant-type:token-exchange', { subject_token: tokens.access_token, subject_token_type: type, ...more });
  const next = await exchange({ resource: STOCK, scope: 'stock:read' });
  const claims = JSON.parse(Buffer.from(next.access_token.split('.')[1], 'base64url'));
  assert.deepEqual([claims.aud, claims.act.sub, claims.sub], [STOCK, 'orders', tokens.claims().sub]);
  await assert.rejects(exchange({ resource: ORDERS, scope: 'orders:write' }), 'an edge that nobody declared');
});

test('authorization details: a transaction is allowed once and carried by the token', async () => {
  const details = [{ type: 'order', item: 'book', count: 2 }];
  const { tokens } = await flow(await web(), plain, { scope: 'openid', authorization_details: JSON.stringify(details) });
  assert.deepEqual(tokens.authorization_details, details);
});

test('a client that registers itself, changes nothing of the operator\'s, and logs a person in', async () => {
  const token = execFileSync(DOORWARD, ['registration-token', 'add', '--uses', '1', '--json'], { cwd: DATABASE_FOLDER, encoding: 'utf8' });
  const initialAccessToken = Object.values(JSON.parse(token)).find((value) => String(value).startsWith('dwi_'));
  const metadata = { client_name: 'Newcomer', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'client_secret_post' };
  const register = () => client.dynamicClientRegistration(new URL(ISSUER), metadata, client.ClientSecretPost(), { ...insecure, initialAccessToken });
  const config = await register();
  const { tokens } = await flow(config, plain);
  assert.ok(tokens.claims().sub);
  await assert.rejects(register(), 'a token for one use');
});
