// What a person does on the pages, by the names that the outer interface fixes for scripts that drive a browser.
import assert from 'node:assert/strict';

export const WRONG_PASSWORD = 'certainly-not-the-right-one';

export const loginForm = (page) => page.locator('form:has(input[name=username]):has(input[name=password])');
export const consentForm = (page) => page.locator('form:has(button[name=decision][value=allow])');
export const logoutForm = (page) => page.locator('form:has(button[name=decision][value=logout])');
export const decision = (page, value) => page.locator(`button[name=decision][value=${value}]`);
export const csrfField = (form) => form.locator('input[type=hidden][name*=csrf i]');

/** Does something that leads to another document, and waits for it. Gives the answer of the last one. */
export async function follow(page, action) {
  const [response] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), action()]);
  return response;
}

/** Fills the login form and sends it. */
export async function logIn(page, username, password) {
  const form = loginForm(page);
  await form.locator('input[name=username]').fill(username);
  await form.locator('input[name=password]').fill(password);
  return follow(page, () => form.locator('button[type=submit]').click());
}

export const decide = (page, value) => follow(page, () => decision(page, value).click());

/** The text a person reads, without the runs of white space. */
export async function textOf(locator) {
  return (await locator.innerText()).replace(/\s+/g, ' ').trim();
}

/** Which of Doorward's pages is shown, by its form. */
export async function whereAmI(page) {
  if (await loginForm(page).count()) return 'login';
  if (await consentForm(page).count()) return 'consent';
  if (await logoutForm(page).count()) return 'logout';
  return 'other';
}

export async function assertIs(page, wanted) {
  const found = await whereAmI(page);
  assert.equal(found, wanted, `expected the ${wanted} page, at ${page.url()}: ${await textOf(page.locator('body'))}`);
}

/** Doorward's own pages speak the language that the browser prefers. */
export async function assertLanguage(page, locale) {
  assert.equal(await page.locator('html').getAttribute('lang'), locale);
  // By what is written on the buttons: names and values are in whatever script they are.
  const buttons = (await page.locator('main button, main .button').allInnerTexts()).join(' ');
  const chinese = /\p{Script=Han}/u.test(buttons);
  assert.equal(chinese, locale === 'zh-CN', `the buttons of ${page.url()} are in ${locale}: ${buttons}`);
}

/** Nothing sticks out sideways. */
export async function assertFits(page) {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `${page.url()} is ${scroll} px wide in a window of ${client} px`);
}
