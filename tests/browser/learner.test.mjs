// A learner: goes through the six steps with the apps of examples/, is checked after each, and is told of what they do wrong.
// Every row of the table of mistakes is tried over HTTP in tests/check_me.rs; here one or two a step go through the page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, screenshotPath, visitor } from './lib/browser.mjs';
import { startDemo } from './lib/demo.mjs';
import { assertLanguage, follow } from './lib/pages.mjs';
import { appPort, startApp, startSpoiler, STEPS, variables, WITH_THE_LIBRARY } from './lib/steps.mjs';

/** Registers the app that will be at this port; gives what the page says to tell it. */
async function register(page, demo, port) {
  await page.goto(`${demo.issuer}/learn/app`);
  await page.locator('#register input[name=origin]').fill(`http://localhost:${port}`);
  await follow(page, () => page.locator('#register button[type=submit]').click());
  return variables(await page.locator('#environment').innerText());
}

/** Presses "check me" of a step, and reads what comes of it. */
async function check(page, demo, step) {
  await page.goto(`${demo.issuer}/learn/app`);
  await follow(page, () => page.locator(`#check button[name=through][value="${step}"]`).click());
  const outcome = page.locator('#outcome');
  return {
    outcome: await outcome.getAttribute('data-outcome'),
    mistake: await outcome.getAttribute('data-mistake'),
    text: await outcome.innerText(),
  };
}

/** Changes a parameter of the address that a redirect leads to. */
const redirected = (change) => (headers) => {
  if (!headers.location?.startsWith('http')) return;
  const url = new URL(headers.location);
  change(url.searchParams);
  headers.location = url.href;
};

// What the learner does wrong: a variable, or something on the way that is not as the app had it.
const MISTAKES = [
  { step: 1, mistake: 'client-id-typo', env: { CLIENT_ID: 'another' } },
  { step: 3, mistake: 'redirect-host', env: (port) => ({ APP_URL: `http://127.0.0.1:${port}` }) },
  { step: 3, mistake: 'secret-wrong', env: { CLIENT_SECRET: 'not-the-one-that-was-shown-to-the-learner' } },
  { step: 3, mistake: 'state-missing', spoil: { answer: redirected((query) => query.delete('state')) } },
  { step: 4, mistake: 'photos-uncalled', spoil: { ask: (url) => { if (url.pathname === '/photos') url.pathname = '/me'; } } },
  { step: 5, mistake: 'logout-no-hint', spoil: { answer: redirected((query) => query.delete('id_token_hint')) } },
  {
    step: 6,
    mistake: 'iss-optional',
    spoil: (demo) => ({
      ask: (url) => {
        if (url.pathname === '/callback' && !url.searchParams.has('iss')) url.searchParams.set('iss', demo.issuer);
      },
    }),
  },
];

for (const { js, locale } of [{ js: true, locale: 'en' }, { js: false, locale: 'zh-CN' }]) {
  describe(`with JavaScript ${js ? 'on' : 'off'}, in ${locale}`, () => {
    let demo;
    let browser;
    let person;
    let page;

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

    test('the tutorial leads to the six steps', async () => {
      await page.goto(`${demo.issuer}/learn`);
      assert.equal(await page.locator('html').getAttribute('lang'), locale);
      const links = await page.locator('main a[href*="/learn/"]').evaluateAll((all) => all.map((link) => link.href));
      const chapters = links.filter((link) => !/\/learn\/(app|trace|lab|services)/.test(link));
      assert.ok(chapters.length >= STEPS.length, `there are chapters: ${chapters}`);
      for (const chapter of new Set(chapters)) {
        const answer = await page.goto(chapter);
        assert.equal(answer.status(), 200, chapter);
        assert.equal(await page.locator('html').getAttribute('lang'), locale, chapter);
      }
    });

    test('the app of each step passes its check', async () => {
      const port = await appPort();
      const told = await register(page, demo, port);
      for (const [index, step] of STEPS.entries()) {
        const app = await startApp(step, told);
        try {
          const { outcome, text } = await check(page, demo, index + 1);
          assert.equal(outcome, 'passed', `step ${step}: ${text}`);
          const tried = page.locator(`#step-${index + 1} [data-trial]:not([data-trial=lab])`);
          const verdicts = await tried.evaluateAll((trials) => trials.map((trial) => trial.dataset.verdict));
          assert.ok(verdicts.length > 0 && verdicts.every((verdict) => verdict === 'passed'), `step ${step}: ${verdicts}`);
        } finally {
          await app.stop();
        }
      }
      await assertLanguage(page, locale);
      await page.screenshot({ path: screenshotPath(`learner-passed-${locale}`), fullPage: true });
    });

    test('the app with the library passes all of it', async () => {
      const port = await appPort();
      const app = await startApp(WITH_THE_LIBRARY, await register(page, demo, port));
      try {
        const { outcome, text } = await check(page, demo, STEPS.length);
        assert.equal(outcome, 'passed', text);
      } finally {
        await app.stop();
      }
    });

    for (const { step, mistake, env = {}, spoil } of MISTAKES) {
      test(`step ${step}: ${mistake} is told`, async () => {
        const port = await appPort();
        const behind = spoil ? await appPort() : port;
        const told = { ...await register(page, demo, port), ROCKET_PORT: String(behind) };
        if (spoil) told.APP_URL = `http://localhost:${port}`;
        const wrong = typeof env === 'function' ? env(port) : env;
        const running = [await startApp(STEPS[step - 1], { ...told, ...wrong })];
        try {
          if (spoil) running.push(await startSpoiler(port, behind, typeof spoil === 'function' ? spoil(demo) : spoil));
          const answer = await check(page, demo, step);
          assert.equal(answer.outcome, 'mistake', answer.text);
          assert.equal(answer.mistake, mistake, answer.text);
          assert.ok(await page.locator('#hint').innerText(), 'with a hint');
          await assertLanguage(page, locale);
        } finally {
          for (const one of running) await one.stop();
        }
      });
    }

    test('nothing forbidden happened in the browser', () => person.assertClean());
  });
}
