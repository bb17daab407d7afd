// Chromium, and a visitor in it whose every page is watched for what must never happen.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { repository } from './demo.mjs';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** A headless Chromium with a fresh user data folder of its own. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  });
}

/** The folder of kept screenshots; not committed. */
export function screenshotPath(name) {
  const folder = path.join(repository, 'artefacts', 'screenshots');
  mkdirSync(folder, { recursive: true });
  return path.join(folder, `${name}.png`);
}

/** Chromium may fetch the icon of the page before when the next one is already there, and then blames the next one. */
const isLateIcon = (text) => /\/(favicon|crane)\.svg(['"]|$)/.test(text);

/**
 * Whether a request may happen: pages of the server refer to nothing but the server, other pages (the apps under test)
 * to nothing outside this machine.
 */
function isExpected(issuer, request) {
  const { hostname, protocol, origin } = new URL(request.url());
  if (protocol !== 'http:' && protocol !== 'https:') return true;
  if (isLateIcon(request.url())) return hostname === new URL(issuer).hostname;
  const home = new URL(issuer).origin;
  if (!request.isNavigationRequest() && request.frame().url().startsWith(`${home}/`)) return origin === home;
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}

/**
 * A person with a browser profile of their own. `problems` collects violations of the content security policy,
 * requests to third parties, script errors and answers of 500 and above.
 */
export async function visitor(browser, demo, { js = true, locale = 'en', width = 1280, scheme = 'light' } = {}) {
  const context = await browser.newContext({
    javaScriptEnabled: js,
    locale,
    colorScheme: scheme,
    viewport: { width, height: 800 },
  });
  context.setDefaultTimeout(15_000);
  const problems = [];
  context.on('request', (request) => {
    if (!isExpected(demo.issuer, request)) problems.push(`third-party request: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) problems.push(`answer ${response.status()}: ${response.url()}`);
  });
  // Chromium reports a violation on the console whether or not the page may run scripts.
  context.on('console', (message) => {
    if (/content security policy|refused to|violates/i.test(message.text()) && !isLateIcon(message.text())) {
      problems.push(`on ${message.page()?.url()}: ${message.text()}`);
    }
  });
  context.on('weberror', (error) => problems.push(`script error: ${error.error()}`));
  const page = await context.newPage();
  return {
    context,
    page,
    problems,
    assertClean: () => assert.deepEqual(problems, [], 'nothing forbidden happened in the browser'),
    close: () => context.close(),
  };
}
