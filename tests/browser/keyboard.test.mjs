// Login and consent without a mouse: every stop can be seen, and the order makes sense.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSignIn } from './lib/app.mjs';
import { launch, visitor } from './lib/browser.mjs';
import { startDemo } from './lib/demo.mjs';
import { assertIs, consentForm, follow } from './lib/pages.mjs';

const MOST_STOPS = 40;
let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** The element that has the focus: what it is, and whether a person sees that it has it. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const shown = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const outlined = shown.outlineStyle !== 'none' && parseFloat(shown.outlineWidth) >= 2;
    return {
      tag: element.tagName.toLowerCase(),
      name: element.getAttribute('name'),
      value: element.getAttribute('value'),
      visible: outlined || shown.boxShadow !== 'none',
      inWindow: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    };
  });
}

/** Presses Tab until the wanted element has the focus; every stop on the way must be visible. */
async function tabTo(page, wanted, what) {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    const at = await focused(page);
    if (at) {
      assert.ok(at.visible, `the focus on ${JSON.stringify(at)} can be seen`);
      assert.ok(at.inWindow, `${JSON.stringify(at)} is in the window`);
      if (wanted(at)) return;
    }
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never reached ${what}`);
}

for (const width of [320, 1280]) {
  test(`login and consent by keyboard at ${width} px`, async (t) => {
    const demo = await startDemo();
    t.after(() => demo.stop());
    const person = await visitor(browser, demo, { width });
    const { page } = person;
    await startSignIn(page, demo);
    await assertIs(page, 'login');

    await tabTo(page, (at) => at.name === 'username', 'the name field');
    await page.keyboard.type(demo.username);
    await tabTo(page, (at) => at.name === 'password', 'the password field');
    await page.keyboard.type(demo.password);
    await follow(page, () => page.keyboard.press('Enter'));
    await assertIs(page, 'consent');

    const box = consentForm(page).locator('input[type=checkbox][name=scope]').first();
    const scope = await box.getAttribute('value');
    const ticked = await box.isChecked();
    await tabTo(page, (at) => at.name === 'scope' && at.value === scope, 'the first tick box');
    await page.keyboard.press('Space');
    assert.equal(await box.isChecked(), !ticked, 'the space bar turns the box');
    await page.keyboard.press('Space');
    await tabTo(page, (at) => at.name === 'decision' && at.value === 'allow', 'the allow button');
    await follow(page, () => page.keyboard.press('Enter'));
    assert.ok(page.url().startsWith(demo.app), `back at the app, not at ${page.url()}`);
    person.assertClean();
    await person.close();
  });
}
