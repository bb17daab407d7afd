// The main job, from the app's front page to logged out of both: with and without JavaScript, in both languages.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { albums, albumsMissing, photos, signInControl, signOutControl, startSignIn } from './lib/app.mjs';
import { launch, visitor } from './lib/browser.mjs';
import { startDemo } from './lib/demo.mjs';
import {
  assertIs, assertLanguage, consentForm, decide, decision, follow, loginForm, logIn, textOf, whereAmI, WRONG_PASSWORD,
} from './lib/pages.mjs';

for (const js of [true, false]) {
  for (const locale of ['en', 'zh-CN']) {
    describe(`with JavaScript ${js ? 'on' : 'off'}, in ${locale}`, () => {
      let demo;
      let browser;
      let person;
      let page;
      let allScopes;

      before(async () => {
        demo = await startDemo();
        browser = await launch();
        person = await visitor(browser, demo, { js, locale });
        page = person.page;
      });
      after(async () => {
        await browser?.close();
        await demo?.stop();
      });

      test('the app leads to the login page, which names the app', async () => {
        await startSignIn(page, demo);
        await assertIs(page, 'login');
        await assertLanguage(page, locale);
        assert.ok(page.url().startsWith(demo.issuer), 'it is Doorward that asks for the password');
        assert.equal(await loginForm(page).locator('button[type=submit]').count(), 1);
      });

      test('a wrong password is said at the field and gives nothing away', async () => {
        const refusal = await logIn(page, demo.username, WRONG_PASSWORD);
        assert.ok(refusal.status() >= 400 && refusal.status() < 500, `answer ${refusal.status()}`);
        await assertIs(page, 'login');
        await assertLanguage(page, locale);
        assert.equal(await loginForm(page).locator('input[name=password]').inputValue(), '', 'the password is not sent back');

        const marked = loginForm(page).locator('input[aria-invalid=true]');
        assert.ok(await marked.count(), 'a field is marked as wrong');
        const described = await marked.first().evaluate((input) => (
          `${input.getAttribute('aria-errormessage') ?? ''} ${input.getAttribute('aria-describedby') ?? ''}`
            .split(' ').filter(Boolean).map((id) => document.getElementById(id)?.innerText ?? '').join(' ').trim()));
        assert.ok(described, 'the field names its error');

        await logIn(page, 'nobody-of-this-name', WRONG_PASSWORD);
        const unknown = await loginForm(page).locator('input[aria-invalid=true]').first().evaluate((input) => (
          `${input.getAttribute('aria-errormessage') ?? ''} ${input.getAttribute('aria-describedby') ?? ''}`
            .split(' ').filter(Boolean).map((id) => document.getElementById(id)?.innerText ?? '').join(' ').trim()));
        assert.equal(unknown, described, 'an unknown name is answered like a wrong password');
      });

      test('the right password leads to consent, with the values and where they go', async () => {
        await logIn(page, demo.username, demo.password);
        await assertIs(page, 'consent');
        await assertLanguage(page, locale);
        const text = await textOf(page.locator('main'));
        assert.ok(text.includes(new URL(demo.app).hostname), `the redirect host is shown: ${text}`);
        assert.ok(text.toLowerCase().includes(demo.username.toLowerCase()), `the account in use is shown: ${text}`);
        assert.match(text, /[\w.+-]+@[\w-]+\.\w+/, 'the very e-mail address is shown');
        assert.equal(await decision(page, 'deny').count(), 1, 'denying is offered beside allowing');
        assert.equal(await consentForm(page).locator('input[type=checkbox][name=scope][value=openid]').count(), 0);
        allScopes = await consentForm(page).locator('input[type=checkbox][name=scope]').evaluateAll(
          (boxes) => boxes.map((box) => box.value));
        assert.ok(allScopes.length > 0, 'there is a scope to untick');
      });

      test('with the albums unticked, the app shows photos and knows what it lacks', async () => {
        await consentForm(page).locator('input[name=scope][value="albums:read"]').uncheck();
        const answer = await decide(page, 'allow');
        assert.ok(page.url().startsWith(demo.app), `back at the app, not at ${page.url()}`);
        assert.equal(answer.status(), 200);
        assert.ok(await photos(page).count(), `photos are shown: ${await textOf(page.locator('body'))}`);
        const drawn = await photos(page).evaluateAll((images) => images.every((image) => image.complete && image.naturalWidth > 0));
        assert.ok(drawn, 'every photo arrived through the token');
        assert.equal(await albums(page).count(), 0, 'what was not granted did not arrive');
        assert.equal(await albumsMissing(page).count(), 1, 'and the app says so');
      });

      test('a second sign-in asks nothing, and what was unticked stays so', async () => {
        await page.goto(`${demo.app}/login`);
        assert.ok(page.url().startsWith(demo.app), `straight back at the app, not at ${page.url()}`);
        assert.ok(await photos(page).count());
        assert.equal(await albums(page).count(), 0);
      });

      test('the app can ask again, and what is ticked then arrives', async () => {
        await follow(page, () => albumsMissing(page).click());
        await assertIs(page, 'consent');
        await consentForm(page).locator('input[name=scope][value="albums:read"]').check();
        await decide(page, 'allow');
        assert.equal(await albums(page).count(), 1, `the albums are shown now: ${await textOf(page.locator('body'))}`);
      });

      test('the account page shows the session and the app', async () => {
        await openAccount(page, demo);
        await assertLanguage(page, locale);
        const text = await textOf(page.locator('main'));
        assert.ok(text.toLowerCase().includes(demo.username.toLowerCase()), `the account is named: ${text}`);
        assert.equal(await revokeApp(page).count(), 1, `the app can be revoked: ${text}`);
        assert.equal(await page.locator('section[aria-labelledby=sessions] li.row').count(), 1, `the session is shown: ${text}`);
      });

      test('revoked on the account page, the app stays honest', async () => {
        const before = await revokeApp(page).count();
        const answer = await follow(page, () => revokeApp(page).first().click());
        assert.ok(answer.status() < 400, `revoking is answered with ${answer.status()}`);
        await openAccount(page, demo);
        assert.equal(await revokeApp(page).count(), before - 1, 'the app is gone from the list');

        const shown = await page.goto(demo.app);
        assert.ok(shown.status() < 500, `the app answers ${shown.status()}`);
        assert.ok((await textOf(page.locator('body'))).length > 0);
      });

      test('logging out at the app ends the session at Doorward as well', async () => {
        // After the revocation the app needs a new permission, and so a new consent, but no password.
        await startSignIn(page, demo);
        await assertIs(page, 'consent');
        await decide(page, 'allow');
        await follow(page, () => signOutControl(page).click());
        if (await whereAmI(page) === 'logout') {
          await assertLanguage(page, locale);
          assert.equal(await decision(page, 'stay').count(), 1, 'staying is offered');
          await decide(page, 'logout');
        }
        assert.ok(page.url().startsWith(demo.app), `back at the app, not at ${page.url()}`);
        await page.goto(demo.app);
        assert.ok(await signInControl(page).count(), 'the app asks to sign in');
        assert.equal(await photos(page).count(), 0);
        await startSignIn(page, demo);
        await assertIs(page, 'login');
      });

      test('nothing forbidden happened on the way, and the log holds no password', () => {
        person.assertClean();
        assert.ok(!demo.log().includes(demo.password), 'the log does not hold the password');
        assert.ok(!demo.log().includes(WRONG_PASSWORD), 'nor a wrong one');
      });
    });
  }
}

async function openAccount(page, demo) {
  const answer = await page.goto(`${demo.issuer}/account`);
  assert.equal(answer.status(), 200, 'the account page opens');
}

/** The control that takes an app's access away: a form of its own per app, never a link. */
function revokeApp(page) {
  return page.locator('section[aria-labelledby=apps] form button');
}
