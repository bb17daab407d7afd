// The demo app, a third-party client: what a person does there.
import assert from 'node:assert/strict';
import { decide, follow, logIn, whereAmI } from './pages.mjs';

export const signInControl = (page) => page.locator('main a[href^="/login"]').first();
export const signOutControl = (page) => page.locator('form[action="/logout"] button').first();
/** The photos that the app got from the photo service. */
export const photos = (page) => page.locator('main figure img');
/** The albums, and what stands in their place when they were not shared. */
export const albums = (page) => page.locator('main ul.albums');
export const albumsMissing = (page) => page.locator('main .note a[href^="/login"]');

/**
 * Opens the app and presses its sign-in button, where there is one: leads to Doorward, or straight back when nothing is
 * to be asked.
 */
export async function startSignIn(page, demo) {
  await page.goto(demo.app);
  if (await signInControl(page).count() === 0) return page.goto(`${demo.app}/login`);
  return follow(page, () => signInControl(page).click());
}

/** From the app's front page to its signed-in page, allowing everything that is asked. */
export async function signInCompletely(page, demo) {
  let answer = await startSignIn(page, demo);
  if (await whereAmI(page) === 'login') answer = await logIn(page, demo.username, demo.password);
  if (await whereAmI(page) === 'consent') answer = await decide(page, 'allow');
  assert.ok(page.url().startsWith(demo.app), `back at the app, not at ${page.url()}`);
  assert.ok(answer.status() < 400, `the app answers ${answer.status()}`);
}

/** The address of an authorization request as the app itself makes it, for variations. */
export async function authorizationRequest(page, demo) {
  const asked = page.waitForRequest((request) => request.isNavigationRequest()
    && request.url().startsWith(demo.issuer) && new URL(request.url()).searchParams.has('code_challenge'));
  await startSignIn(page, demo);
  return new URL((await asked).url());
}
