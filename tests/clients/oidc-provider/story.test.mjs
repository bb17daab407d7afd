// The example app of the client library, unchanged, at node-oidc-provider.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './browser.mjs';
import { freePort, startExample } from './programs.mjs';
import { SECRET, startProvider } from './provider.mjs';

const startApp = (provider, base, port, more = {}) =>
  startExample('web', port, { ISSUER: provider.issuer, CLIENT_ID: 'shop', CLIENT_SECRET: SECRET, APP_URL: base, ...more });

for (const [keeps, more] of [['on the server', {}], ['in cookies', { COOKIE_KEY: '0123456789abcdef0123456789abcdef' }]]) {
  test(`with sessions ${keeps}`, async (t) => {
    let app;
    let provider;
    let base;
    before(async () => {
      const port = await freePort();
      base = `http://localhost:${port}`;
      provider = await startProvider(base);
      app = await startApp(provider, base, port, more);
    });
    after(() => {
      app?.kill();
      provider?.stop();
    });

    await t.test('somebody logs in and comes back to the page they wanted', async () => {
      const page = await new Browser().goAs('ada', `${base}/me`);
      assert.equal(page.status, 200, page.body);
      assert.equal(page.url, `${base}/me`);
      // The subject by the ID token, the name by userinfo.
      assert.match(page.body, /<h2>ada<\/h2>/);
      assert.match(page.body, /Ada Lovelace/);
    });

    await t.test('access is renewed with a new refresh token each time', async () => {
      const browser = new Browser();
      await browser.goAs('ada', `${base}/me`);
      const before = provider.seen.renewals;
      for (let number = 1; number <= 3; number += 1) {
        assert.equal((await browser.send(`${base}/me`)).status, 200);
        assert.ok(provider.seen.renewals > before);
      }
      // Law: a refresh token is used once; this provider would revoke all otherwise.
      assert.deepEqual(provider.seen.refused, []);
    });

    await t.test('a logout at the app ends both sessions and comes back', async () => {
      const browser = new Browser();
      await browser.goAs('ada', `${base}/me`);
      const asked = await browser.submit(await browser.send(`${base}/`));
      assert.ok(asked.url.startsWith(provider.issuer), asked.url);
      const back = await browser.submit(asked, { logout: 'yes' });
      assert.equal(new URL(back.url).origin, base);
      assert.match(back.body, /Log in/);
      assert.match((await browser.send(`${base}/me`)).url, /\/interaction\//);
    });

    await t.test('a logout at the provider is told to the app behind the browser', async () => {
      const browser = new Browser();
      await browser.goAs('ada', `${base}/me`);
      const { told } = provider.seen;
      await browser.submit(await browser.send(`${provider.issuer}/session/end`), { logout: 'yes' });
      assert.equal(provider.seen.told, told + 1, JSON.stringify(provider.seen.refused));
      assert.match((await browser.send(`${base}/`)).body, /Log in/);
    });

    await t.test('a login that is called off is told as such', async () => {
      const browser = new Browser();
      const page = await browser.send(`${base}/login`);
      const cancel = /href="([^"]*abort[^"]*)"/.exec(page.body)[1];
      const told = await browser.send(new URL(cancel, page.url));
      assert.equal(told.status, 403);
      assert.match(told.body, /<code>access_denied<\/code>/);
    });
  });
}
