// A single-page app with oidc-client-ts: login, userinfo by CORS, refresh, revocation, logout.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { launch, visitor } from '../../browser/lib/browser.mjs';
import { assertIs, decide, decision, follow, logIn, whereAmI } from '../../browser/lib/pages.mjs';

const { ISSUER, USERNAME, PASSWORD, EMAIL, APP_PORT } = process.env;
const APP = `http://localhost:${APP_PORT}`;
const LIBRARY = new URL('../../browser/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url);

const files = {
  '/oidc-client-ts.js': ['text/javascript', readFileSync(LIBRARY)],
  '/settings.js': ['text/javascript', `const settings = ${JSON.stringify({ issuer: ISSUER, clientId: 'spa' })};`],
};
const page404 = ['text/html; charset=utf-8', readFileSync(new URL('index.html', import.meta.url))];

let server;
let browser;
let person;
let page;

before(async () => {
  // Every other address is the app's one page, as in any single-page app.
  server = http.createServer((request, response) => {
    const [type, body] = files[new URL(request.url, APP).pathname] ?? page404;
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise((resolve) => server.listen(Number(APP_PORT), 'localhost', resolve));
  browser = await launch();
  person = await visitor(browser, { issuer: ISSUER });
  page = person.page;
});
after(async () => {
  await browser?.close();
  server?.close();
});

/** Runs in the page; an error of the library becomes its text. */
const inApp = (body, argument) => page.evaluate(body, argument);

test('a person logs in, and the app reads who it is from userinfo', async () => {
  await page.goto(APP);
  await follow(page, () => inApp(() => { manager.signinRedirect(); }));
  await assertIs(page, 'login');
  await logIn(page, USERNAME, PASSWORD);
  // Nobody vouches for a public client on the loopback: the person is always asked.
  await assertIs(page, 'consent');
  await decide(page, 'allow');
  assert.equal(new URL(page.url()).origin, APP);

  const user = await inApp(async () => {
    const { profile, scopes, refresh_token: refresh } = await manager.signinRedirectCallback();
    return { profile, scopes, refresh: Boolean(refresh) };
  });
  assert.equal(user.profile.iss, ISSUER);
  assert.equal(user.profile.email, EMAIL, 'a claim of userinfo, fetched by CORS');
  assert.equal(user.profile.name, 'Ada Lovelace');
  assert.ok(user.refresh, 'offline_access gave a refresh token');
});

test('the callback can\'t be used a second time', async () => {
  const refusal = await inApp(() => manager.signinRedirectCallback().then(() => null, (error) => String(error)));
  assert.match(refusal, /state/i);
});

test('the refresh token gives a new access token and is itself replaced', async () => {
  const [before, now] = await inApp(async () => {
    const old = await manager.getUser();
    const fresh = await manager.signinSilent();
    return [old, fresh].map((user) => ({
      access: user.access_token, refresh: user.refresh_token, sub: user.profile.sub,
    }));
  });
  assert.notEqual(now.access, before.access);
  assert.notEqual(now.refresh, before.refresh);
  assert.equal(now.sub, before.sub);
});

test('a revoked access token is refused by userinfo, readably for the app', async () => {
  const status = await inApp(async () => {
    const { access_token: access } = await manager.getUser();
    const endpoint = await manager.metadataService.getUserInfoEndpoint();
    const ask = async () => (await fetch(endpoint, { headers: { authorization: `Bearer ${access}` } })).status;
    const before = await ask();
    await manager.revokeTokens(['access_token']);
    return [before, await ask()];
  });
  assert.deepEqual(status, [200, 401]);
});

test('a revoked refresh token gives nothing any more', async () => {
  const refusal = await inApp(async () => {
    const { refresh_token: refresh } = await manager.getUser();
    await manager.revokeTokens(['refresh_token']);
    const endpoint = await manager.metadataService.getTokenEndpoint();
    const answer = await fetch(endpoint, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh, client_id: 'spa' }),
    });
    return [answer.status, (await answer.json()).error];
  });
  assert.deepEqual(refusal, [400, 'invalid_grant']);
});

test('the app can\'t read pages of the server from another site', async () => {
  const outcomes = await inApp(async (issuer) => Promise.all(['/', '/account', '/authorize'].map(
    (path) => fetch(issuer + path, { credentials: 'include' }).then(() => `${path} is readable`, () => 'refused'))), ISSUER);
  assert.deepEqual(outcomes, ['refused', 'refused', 'refused']);
});

test('logging out ends the session at the server and comes back to the app', async () => {
  await follow(page, () => inApp(() => { manager.signoutRedirect(); }));
  if (await whereAmI(page) === 'logout') {
    assert.equal(await decision(page, 'stay').count(), 1);
    await decide(page, 'logout');
  }
  assert.equal(new URL(page.url()).origin, APP);
  assert.equal(await inApp(() => manager.getUser()), null);

  await follow(page, () => inApp(() => { manager.signinRedirect(); }));
  await assertIs(page, 'login');
});
