// One person's identity through several services: an order is placed, each hop has a token of its own, and what is not declared
// is refused by name. With and without JavaScript, in both languages.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, visitor } from './lib/browser.mjs';
import { startDemo } from './lib/demo.mjs';
import { assertFits, assertIs, assertLanguage, decide, follow, logIn, textOf, whereAmI } from './lib/pages.mjs';

const form = (page, action) => page.locator(`form[action="${action}"]`).first();
const press = (page, action) => follow(page, () => form(page, action).locator('button[type=submit], button').first().click());

/** The claims that the page of tokens shows of one call, by name. */
async function claims(page, number) {
  const rows = page.locator(`#hop-${number} tbody tr`);
  const pairs = await rows.evaluateAll((all) => all.map((row) => [
    row.querySelector('th').innerText.trim(), row.querySelector('td').innerText.trim(),
  ]));
  return Object.fromEntries(pairs);
}

for (const [js, locale, width] of [[true, 'en', 1280], [false, 'zh-CN', 320]]) {
  describe(`with JavaScript ${js ? 'on' : 'off'}, in ${locale}`, () => {
    let demo;
    let browser;
    let person;
    let page;
    let hops;

    before(async () => {
      demo = await startDemo();
      browser = await launch();
      person = await visitor(browser, demo, { js, locale, width });
      page = person.page;
    });
    after(async () => {
      await browser?.close();
      await demo?.stop();
    });

    test('the tea shop leads to Doorward, which names it', async () => {
      await page.goto(`${demo.gateway}/login`);
      await assertIs(page, 'login');
      await assertLanguage(page, locale);
      await logIn(page, demo.username, demo.password);
      assert.equal(await whereAmI(page), 'consent', 'a first visit is asked');
      await decide(page, 'allow');
      assert.equal(page.url(), `${demo.gateway}/`);
      await assertLanguage(page, locale);
    });

    test('an order is placed and goes through three services', async () => {
      const answer = await press(page, '/orders');
      assert.equal(answer.status(), 200);
      assert.match(new URL(page.url()).pathname, /^\/orders\/\d+$/);
      hops = `${page.url()}/hops`;
      await assertFits(page);
    });

    test('each hop has a token for itself alone, and says who acts', async () => {
      await page.goto(hops);
      await assertFits(page);
      const [, orders, stock, shipping] = demo.services;
      const [one, two, machine, last] = [await claims(page, 1), await claims(page, 2), await claims(page, 3), await claims(page, 4)];
      assert.deepEqual([one.aud, two.aud, machine.aud, last.aud], [orders, stock, shipping, shipping]);
      assert.deepEqual([one.scope, two.scope, machine.scope, last.scope],
        ['orders:place', 'stock:reserve', 'shipping:rates', 'shipping:book']);
      assert.ok(one.sub === two.sub && two.sub === last.sub, 'the person stays the person');
      assert.equal(machine.sub, 'stock', 'a machine is itself');
      assert.deepEqual(JSON.parse(two.act), { sub: 'orders' });
      assert.deepEqual(JSON.parse(last.act), { sub: 'stock', act: { sub: 'orders' } });
      assert.ok(!(await page.content()).includes('eyJ'), 'claims are shown, no token');
    });

    test('a token for orders is refused by stock, and the check is named', async () => {
      await press(page, '/tries/stock');
      const said = await textOf(page.locator('main .verdict'));
      assert.match(said, /stock/);
      assert.match(said, /Audience/);
      assert.match(said, /401 invalid_token/);
      await assertFits(page);
    });

    test('an edge that nobody declared is refused, and is named', async () => {
      await page.goto(hops);
      await press(page, '/tries/edge');
      const said = await textOf(page.locator('main .verdict'));
      assert.match(said, /invalid_target/);
      assert.ok(said.includes(`Missing: gateway, showing a token for ${demo.services[1]}, to ${demo.services[3]}`), said);
    });

    test('no other try gets through either', async () => {
      for (const what of ['wider', 'changed', 'bare']) {
        await page.goto(hops);
        await press(page, `/tries/${what}`);
        assert.equal(await page.locator('main .verdict').count(), 1, what);
        assert.equal(await page.locator('main [role=alert]').count(), 0, what);
      }
    });

    test('the map shows who did beside who may, and who was refused', async () => {
      await page.goto(`${demo.issuer}/learn/services`);
      assert.equal(await page.locator('html').getAttribute('lang'), locale);
      const rows = (await page.locator('main tbody tr').allInnerTexts()).map((row) => row.replace(/\s+/g, ' '));
      const row = (from, to) => rows.filter((text) => text.startsWith(`${from} ${to} `));
      for (const [from, to, edges] of [['gateway', 'orders', 1], ['orders', 'stock', 1], ['stock', 'shipping', 2]]) {
        assert.equal(row(from, to).length, edges, `${from} to ${to}: ${rows}`);
      }
      // Law: what was tried without being declared stands in the map, marked.
      assert.equal(row('gateway', 'shipping').length, 1, rows.join('\n'));
      assert.equal(await page.locator('main tbody .tag.bad').count(), 1);
      await assertFits(page);
    });

    test('nothing forbidden happened on the way', () => person.assertClean());
  });
}
