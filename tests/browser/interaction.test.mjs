// Everything but the straight road: denying, going back, two tabs, and other people's links and tokens.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { authorizationRequest, photos, signInCompletely, startSignIn } from './lib/app.mjs';
import { launch, visitor } from './lib/browser.mjs';
import { startDemo } from './lib/demo.mjs';
import {
  assertIs, assertLanguage, consentForm, csrfField, decide, decision, follow, loginForm, logIn, textOf, whereAmI,
} from './lib/pages.mjs';

describe('off the straight road', () => {
  let demo;
  let browser;
  let person;
  let page;

  before(async () => { browser = await launch(); });
  after(async () => { await browser?.close(); });
  // A server for each test: what one test allows must not be remembered in the next.
  beforeEach(async () => {
    demo = await startDemo();
    person = await visitor(browser, demo);
    page = person.page;
  });
  afterEach(async () => {
    try {
      person?.assertClean();
    } finally {
      await person?.close();
      await demo?.stop({ gently: false });
    }
  });

  const toConsent = async (tab = page) => {
    await startSignIn(tab, demo);
    await logIn(tab, demo.username, demo.password);
    await assertIs(tab, 'consent');
  };

  test('denying leads back to the app, which says so and gets nothing', async () => {
    await toConsent();
    const back = await waitForCallback(page, demo, () => decide(page, 'deny'));
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('iss'), demo.issuer);
    assert.equal(back.searchParams.get('code'), null);
    assert.ok(page.url().startsWith(demo.app));
    assert.equal(await photos(page).count(), 0);
  });

  test('leaving every box unticked is no login without consent', async () => {
    await toConsent();
    for (const box of await consentForm(page).locator('input[type=checkbox][name=scope]').all()) await box.uncheck();
    const answer = await decide(page, 'allow');
    assert.ok(answer.status() < 500);
    assert.ok(page.url().startsWith(demo.app) || await whereAmI(page) === 'consent');
  });

  test('cancelling on the login page leads back to the app', async () => {
    await startSignIn(page, demo);
    const back = await waitForCallback(page, demo, () => follow(page, () => page.locator('form.quiet button').click()));
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('code'), null);
  });

  test('using another account on the consent page asks for the password again', async () => {
    await toConsent();
    await follow(page, () => page.locator('form.account button').click());
    await assertIs(page, 'login');
    await logIn(page, demo.username, demo.password);
    await assertIs(page, 'consent');
    await decide(page, 'allow');
    assert.ok(page.url().startsWith(demo.app));
  });

  test('the language can be changed in mid-login and stays so', async () => {
    await startSignIn(page, demo);
    await follow(page, () => page.locator('a[hreflang="zh-CN"]').click());
    await assertIs(page, 'login');
    await assertLanguage(page, 'zh-CN');
    await logIn(page, demo.username, demo.password);
    await assertIs(page, 'consent');
    await assertLanguage(page, 'zh-CN');
    await follow(page, () => page.locator('a[hreflang="en"]').click());
    await assertIs(page, 'consent');
    await assertLanguage(page, 'en');
    await decide(page, 'allow');
    assert.ok(page.url().startsWith(demo.app));
  });

  test('the back button after login shows a page with a way on, and the way works', async () => {
    await toConsent();
    const answer = await page.goBack();
    assert.ok(!answer || answer.status() < 500);
    const place = await whereAmI(page);
    if (place === 'login') await logIn(page, demo.username, demo.password);
    else if (place === 'other') {
      assert.ok(await page.locator('main a[href], main button').count(), 'there is a way on');
      await page.goForward();
    }
    await assertIs(page, 'consent');
    await decide(page, 'allow');
    assert.ok(page.url().startsWith(demo.app));
  });

  test('a code is not given twice by going back to consent and allowing again', async () => {
    await toConsent();
    const first = await waitForCallback(page, demo, () => decide(page, 'allow'));
    const visitedConsent = page.waitForLoadState('load');
    await page.goBack();
    await visitedConsent;
    if (await whereAmI(page) !== 'consent') return;
    const answer = await decide(page, 'allow');
    assert.ok(answer.status() < 500);
    const code = new URL(page.url()).searchParams.get('code');
    assert.notEqual(code, first.searchParams.get('code'));
  });

  test('two tabs log in side by side', async () => {
    const other = await person.context.newPage();
    await startSignIn(page, demo);
    await startSignIn(other, demo);
    await assertIs(page, 'login');
    await assertIs(other, 'login');

    await logIn(page, demo.username, demo.password);
    await assertIs(page, 'consent');
    // The second tab's form is older than the session by now.
    const answer = await logIn(other, demo.username, demo.password);
    assert.ok(answer.status() < 400, `the second tab gets on, not ${answer.status()}: ${await textOf(other.locator('body'))}`);

    const first = await waitForCallback(page, demo, () => decide(page, 'allow'));
    assert.ok(first.searchParams.get('code'));
    if (await whereAmI(other) === 'consent') {
      const second = await waitForCallback(other, demo, () => decide(other, 'allow'));
      assert.ok(second.searchParams.get('code'));
    }
    assert.ok(other.url().startsWith(demo.app), `the second tab ends at the app, not at ${other.url()}`);
    assert.ok(await photos(other).count(), `both tabs are logged in at the app: ${await textOf(other.locator('body'))}`);
  });

  test('a link to somebody else\'s consent opens nothing', async () => {
    await toConsent();
    const stranger = await visitor(browser, demo);
    const answer = await stranger.page.goto(page.url());
    assert.ok(answer.status() >= 400 && answer.status() < 500, `answered with ${answer.status()} ${await whereAmI(stranger.page)}`);
    assert.equal(await consentForm(stranger.page).count(), 0);
    assert.ok(!(await textOf(stranger.page.locator('body'))).toLowerCase().includes(`${demo.username}@`));
    stranger.assertClean();
    await stranger.close();
    // And the owner is not hurt by the try.
    await decide(page, 'allow');
    assert.ok(page.url().startsWith(demo.app));
  });

  test('a link to somebody else\'s login opens nothing', async () => {
    await startSignIn(page, demo);
    const stranger = await visitor(browser, demo);
    const answer = await stranger.page.goto(page.url());
    assert.ok(answer.status() >= 400 && answer.status() < 500, `answered with ${answer.status()} ${await whereAmI(stranger.page)}`);
    assert.equal(await loginForm(stranger.page).count(), 0);
    await stranger.close();
  });

  test('somebody logged in elsewhere can\'t finish another\'s interaction', async () => {
    await startSignIn(page, demo);
    const stranger = await visitor(browser, demo);
    await signInCompletely(stranger.page, demo);
    const answer = await stranger.page.goto(page.url());
    assert.ok(answer.status() >= 400 && answer.status() < 500);
    assert.ok(stranger.page.url().startsWith(demo.issuer), 'no code is sent anywhere');
    await stranger.close();
  });

  for (const [what, value] of [['empty', ''], ['made up', 'A'.repeat(43)]]) {
    test(`the login form with a CSRF token that is ${what} is refused`, async () => {
      await startSignIn(page, demo);
      await csrfField(loginForm(page)).evaluate((field, text) => { field.value = text; }, value);
      const answer = await logIn(page, demo.username, demo.password);
      assert.ok(answer.status() >= 400 && answer.status() < 500, `answer ${answer.status()}`);
      await page.goto(`${demo.issuer}/account`);
      await assertIs(page, 'login');
    });
  }

  test('the login form without a CSRF field is refused', async () => {
    await startSignIn(page, demo);
    await csrfField(loginForm(page)).evaluate((field) => field.remove());
    const answer = await logIn(page, demo.username, demo.password);
    assert.ok(answer.status() >= 400 && answer.status() < 500, `answer ${answer.status()}`);
    await page.goto(`${demo.issuer}/account`);
    await assertIs(page, 'login');
  });

  test('another browser\'s CSRF token is refused on login and on consent', async () => {
    const stranger = await visitor(browser, demo);
    await startSignIn(stranger.page, demo);
    const foreignLogin = await csrfField(loginForm(stranger.page)).inputValue();
    await logIn(stranger.page, demo.username, demo.password);
    await assertIs(stranger.page, 'consent');
    const foreignConsent = await csrfField(consentForm(stranger.page)).inputValue();
    await stranger.close();

    await startSignIn(page, demo);
    await csrfField(loginForm(page)).evaluate((field, text) => { field.value = text; }, foreignLogin);
    const login = await logIn(page, demo.username, demo.password);
    assert.ok(login.status() >= 400 && login.status() < 500, `login answered with ${login.status()}`);

    await toConsent();
    await csrfField(consentForm(page)).evaluate((field, text) => { field.value = text; }, foreignConsent);
    const consent = await decide(page, 'allow');
    assert.ok(consent.status() >= 400 && consent.status() < 500, `consent answered with ${consent.status()}`);
    assert.ok(page.url().startsWith(demo.issuer), 'no code left the house');
  });

  for (const kind of ['another site', 'another port of this host']) {
    test(`${kind} can't send our forms, even with the right token`, async () => {
      await toConsent();
      const form = await consentForm(page).evaluate((element) => ({
        action: element.action,
        fields: [...new FormData(element)],
      }));
      const host = kind === 'another site' ? 'localhost' : '127.0.0.1';
      const trap = http.createServer((request, response) => response.setHeader('content-type', 'text/html').end('<title>trap</title>'));
      await new Promise((resolve) => trap.listen(0, host, resolve));
      try {
        const tab = await person.context.newPage();
        await tab.goto(`http://${host}:${trap.address().port}/`);
        const answer = await follow(tab, () => tab.evaluate(({ action, fields }) => {
          const forged = document.createElement('form');
          forged.method = 'post';
          forged.action = action;
          for (const [name, value] of [...fields, ['decision', 'allow']]) {
            const field = document.createElement('input');
            Object.assign(field, { type: 'hidden', name, value });
            forged.append(field);
          }
          document.body.append(forged);
          forged.submit();
        }, form));
        assert.ok(answer.status() >= 400 && answer.status() < 500, `answered with ${answer.status()} at ${tab.url()}`);
        assert.ok(tab.url().startsWith(demo.issuer), 'no code left the house');
      } finally {
        trap.close();
      }
      // And the owner's own page still works.
      await decide(page, 'allow');
      assert.ok(page.url().startsWith(demo.app));
    });
  }

  test('an unknown client and an unregistered redirect are a page, never a redirect', async () => {
    const request = await authorizationRequest(page, demo);
    for (const [name, value] of [['client_id', 'nobody'], ['redirect_uri', 'http://127.0.0.1:9/elsewhere']]) {
      const forged = new URL(request);
      forged.searchParams.set(name, value);
      const answer = await page.goto(forged.href);
      assert.ok(answer.status() >= 400 && answer.status() < 500, `${name}: ${answer.status()}`);
      assert.ok(page.url().startsWith(demo.issuer));
      assert.ok(await page.locator('main h1').count(), 'the page says what happened');
    }
  });

  test('no page can be framed by another site', async () => {
    await startSignIn(page, demo);
    const answer = await person.context.request.get(page.url());
    assert.match(answer.headers()['content-security-policy'] ?? '', /frame-ancestors 'none'/);
  });

  test('prompt=none without a session is login_required at the app', async () => {
    const request = await authorizationRequest(page, demo);
    request.searchParams.set('prompt', 'none');
    const back = await waitForCallback(page, demo, () => page.goto(request.href));
    assert.equal(back.searchParams.get('error'), 'login_required');
    assert.equal(back.searchParams.get('state'), request.searchParams.get('state'));
  });

  test('the response in a form reaches the app\'s address', async () => {
    const request = await authorizationRequest(page, demo);
    request.searchParams.set('response_mode', 'form_post');
    await page.goto(request.href);
    await logIn(page, demo.username, demo.password);
    const posted = page.waitForRequest((sent) => sent.method() === 'POST' && sent.url().startsWith(demo.app));
    await decision(page, 'allow').click();
    // A page without scripts waits for a click on its one button.
    page.locator(`form[action^="${demo.app}"] button`).first().click().catch(() => {});
    const body = new URLSearchParams((await posted).postData());
    assert.ok(body.get('code'), 'the code is in the form');
    assert.equal(body.get('iss'), demo.issuer);
  });
});

/** The address at the app to which an action leads first: the app itself redirects on from there. */
async function waitForCallback(page, demo, action) {
  const [request] = await Promise.all([
    page.waitForRequest((sent) => sent.isNavigationRequest() && sent.url().startsWith(demo.app)
      && /[?&](code|error)=/.test(sent.url())),
    action(),
  ]);
  return new URL(request.url());
}
