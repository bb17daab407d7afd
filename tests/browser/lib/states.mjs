// Every page of Doorward in every state that a person can meet, as one walk through the site.
import assert from 'node:assert/strict';
import { authorizationRequest, startSignIn } from './app.mjs';
import { assertIs, csrfField, decide, decision, follow, loginForm, logIn, WRONG_PASSWORD } from './pages.mjs';

const MOST_TRIES = 30;

/**
 * Walks through all pages with one visitor and calls `look(name, tab)` on each: on pages of Doorward only, `tab` being
 * the page itself where none is given.
 * A walk needs a demo of its own: it grants, registers a client and ends throttled.
 */
export async function walk(page, demo, look) {
  const open = async (address, status) => {
    const answer = await page.goto(address);
    assert.equal(answer.status(), status, `${address} answers ${answer.status()}`);
  };

  await open(`${demo.issuer}/`, 200);
  await look('home-stranger');
  await open(`${demo.issuer}/no-such-page`, 404);
  await look('error-not-found');

  const request = await authorizationRequest(page, demo);
  await assertIs(page, 'login');
  await look('login');
  await logIn(page, demo.username, WRONG_PASSWORD);
  await look('login-wrong');
  await csrfField(loginForm(page)).evaluate((field) => { field.value = 'stale'; });
  await logIn(page, demo.username, demo.password);
  await look('error-form-too-old');

  const unknown = new URL(request);
  unknown.searchParams.set('client_id', 'nobody');
  await page.goto(unknown.href);
  await look('error-unknown-client');
  const elsewhere = new URL(request);
  elsewhere.searchParams.set('redirect_uri', 'http://127.0.0.1:9/elsewhere');
  await page.goto(elsewhere.href);
  await look('error-redirect');

  await startSignIn(page, demo);
  await logIn(page, demo.username, demo.password);
  await assertIs(page, 'consent');
  await look('consent');
  const foreign = page.url();
  await decide(page, 'allow');
  await page.goto(foreign);
  if (page.url().startsWith(demo.issuer)) await look('error-interaction-over');

  for (const prompt of ['select_account', 'login', 'consent']) {
    const asked = new URL(request);
    asked.searchParams.set('prompt', prompt);
    await page.goto(asked.href);
    assert.ok(page.url().startsWith(demo.issuer), `prompt=${prompt} asks`);
    await look(`prompt-${prompt.replace('_', '-')}`);
  }
  await formPost(page, request, look);
  await nativeApp(page.context(), demo, request, look);

  await open(`${demo.issuer}/`, 200);
  await look('home');
  await open(`${demo.issuer}/account`, 200);
  await look('account');

  await device(page, demo, look);

  const logout = await endSession(page, demo);
  await open(`${logout}?client_id=${request.searchParams.get('client_id')}`, 200);
  await assertIs(page, 'logout');
  await look('logout-by-app');
  await open(logout, 200);
  await assertIs(page, 'logout');
  await look('logout');
  await decide(page, 'logout');
  await look('logged-out');

  await page.goto(request.href);
  await assertIs(page, 'login');
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const answer = await logIn(page, 'somebody-else', WRONG_PASSWORD);
    if (answer.status() === 429) break;
  }
  await look('login-throttled');
}

/** The page that hands the answer over as a form: looked at before its script sends it on. */
async function formPost(page, request, look) {
  const asked = new URL(request);
  asked.searchParams.set('response_mode', 'form_post');
  await page.route((url) => url.pathname.endsWith('.js'), (route) => route.abort());
  await page.goto(asked.href);
  assert.equal(await page.locator('form input[name=code]').count(), 1, `a form with the code at ${page.url()}`);
  await look('form-post');
  await page.unrouteAll();
}

/**
 * A native app that nobody vouches for: its consent warns, and its answer goes through a page of ours. In a tab of its
 * own, which is left waiting for a program that does not exist.
 */
async function nativeApp(context, demo, request, look) {
  demo.command(['client', 'add', '--file', '-'], JSON.stringify({
    client_id: 'pocket-album',
    client_name: 'Pocket Album',
    application_type: 'native',
    redirect_uris: ['org.example.album:/callback'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email phone address',
  }));
  const asked = new URL(request);
  asked.searchParams.set('client_id', 'pocket-album');
  asked.searchParams.set('redirect_uri', 'org.example.album:/callback');
  asked.searchParams.set('scope', 'openid profile email phone address');
  asked.searchParams.delete('resource'); // The photos are the shop's to ask for.
  const tab = await context.newPage();
  await tab.goto(asked.href);
  await assertIs(tab, 'consent');
  await look('consent-native', tab);
  await decision(tab, 'allow').click();
  await tab.locator('a[href^="org.example.album:"]').waitFor();
  await look('hand-over', tab);
  await tab.close();
}

/** Asked for without a hint, the logout page names no app and returns to none. */
async function endSession(page, demo) {
  const answer = await page.request.get(`${demo.issuer}/.well-known/openid-configuration`);
  return (await answer.json()).end_session_endpoint;
}

/** A television asks, and the visitor, who has just logged in, enters its code: wrong, right, allowed, refused. */
async function device(page, demo, look) {
  demo.command(['client', 'add', '--file', '-'], JSON.stringify({
    client_id: 'television',
    client_name: 'Living-room television',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile email offline_access',
  }));
  const code = async () => {
    const form = { client_id: 'television', scope: 'openid profile email offline_access' };
    const headers = { 'user-agent': 'Television/4.1 (Tizen)' };
    return (await (await page.request.post(`${demo.issuer}/device_authorization`, { form, headers })).json()).user_code;
  };
  const enter = async (text) => {
    await page.goto(`${demo.issuer}/device`);
    await page.locator('input[name=user_code]').fill(text);
    await follow(page, () => page.locator('form:has(input[name=user_code]) button[type=submit]').click());
  };
  await page.goto(`${demo.issuer}/device`);
  await look('device');
  await enter('BBBB-BBBB');
  await look('device-wrong');
  for (const [answer, state] of [['allow', 'device-done'], ['deny', 'device-refused']]) {
    await enter((await code()).toLowerCase());
    await assertIs(page, 'consent');
    if (answer === 'allow') await look('device-consent');
    await decide(page, answer);
    await look(state);
  }
}
