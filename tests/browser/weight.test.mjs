// What a page costs on the wire, at a first visit with an empty cache.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, visitor } from './lib/browser.mjs';
import { startDemo } from './lib/demo.mjs';
import { walk } from './lib/states.mjs';

const PAGE_LIMIT = 30 * 1024;
const STYLE_LIMIT = 15 * 1024;

let demo;
let browser;
before(async () => {
  demo = await startDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** The bytes of the document, of what it refers to, and of the icon that a browser would fetch. */
async function weigh(page, documentBytes) {
  const references = await page.evaluate(() => [
    ...[...document.querySelectorAll('link[rel~=stylesheet], link[rel~=icon]')].map((link) => link.href),
    ...[...document.querySelectorAll('script[src], img[src]')].map((element) => element.src),
  ]);
  const parts = [['html', documentBytes]];
  for (const address of new Set(references)) {
    if (address.startsWith('data:')) continue;
    const answer = await page.request.get(address);
    assert.equal(answer.status(), 200, address);
    const size = (await answer.body()).length;
    parts.push([address, size]);
    if ((answer.headers()['content-type'] ?? '').startsWith('text/css')) {
      assert.ok(size < STYLE_LIMIT, `the stylesheet has ${size} bytes`);
    }
  }
  return parts;
}

test('every page weighs less than 30 KB with its stylesheet and icon, and calls no one else', async () => {
  const person = await visitor(browser, demo);
  const heavy = [];
  let shown;
  person.context.on('response', (response) => {
    const redirects = response.status() >= 300 && response.status() < 400;
    if (response.request().isNavigationRequest() && !redirects) shown = response;
  });
  await walk(person.page, demo, async (state, tab = person.page) => {
    const parts = await weigh(tab, (await shown.body()).length);
    const sum = parts.reduce((total, [, size]) => total + size, 0);
    if (sum >= PAGE_LIMIT) heavy.push(`${state}: ${sum} bytes: ${JSON.stringify(parts)}`);
  });
  assert.deepEqual(heavy, [], 'no page is too heavy');
  person.assertClean();
});
