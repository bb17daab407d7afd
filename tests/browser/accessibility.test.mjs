// axe-core on every page and state, in both languages, narrow and wide, light and dark; a screenshot of each is kept.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, screenshotPath, visitor } from './lib/browser.mjs';
import { startDemo } from './lib/demo.mjs';
import { assertFits } from './lib/pages.mjs';
import { walk } from './lib/states.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), RULES);
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

for (const locale of ['en', 'zh-CN']) {
  test(`every page in ${locale} is without violations and without a sideways scroll bar`, async (t) => {
    const demo = await startDemo();
    t.after(() => demo.stop());
    const { page } = await visitor(browser, demo, { locale });
    const faults = [];
    await walk(page, demo, async (state, tab = page) => {
      for (const width of [320, 1280]) {
        await tab.setViewportSize({ width, height: 800 });
        for (const colorScheme of ['light', 'dark']) {
          await tab.emulateMedia({ colorScheme });
          // The colours as they stay, not on their way there.
          await tab.evaluate(() => document.getAnimations().forEach((transition) => transition.finish()));
          const name = `${state}-${locale}-${width}-${colorScheme}`;
          await tab.screenshot({ path: screenshotPath(name), fullPage: true });
          faults.push(...(await violations(tab)).map((fault) => `${name}: ${fault}`));
          if (await tab.locator('html').getAttribute('lang') !== locale) faults.push(`${name}: not in ${locale}`);
          await assertFits(tab).catch((error) => faults.push(`${name}: ${error.message}`));
        }
      }
    });
    assert.deepEqual(faults, [], 'no page has a fault');
  });
}
