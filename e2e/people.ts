// Steps that many journeys share. signUp, signIn, write and comment go through the pages that a person would
// use; join, enter and post send the same forms without drawing the pages, for what a test only needs to be there.
import { expect, type Page } from '@playwright/test';
import { linkIn, mailTo } from './mailbox.ts';
import type { Visitor } from './test.ts';

/** A person who has, or will have, an account. */
export interface Person {
  name: string;
  email: string;
  password: string;
}

/** The administrator that setup.ts makes in each deployment. */
export const ADMIN: Person = { name: '첫관리자', email: 'first@example.com', password: '푸른 바다 위의 조용한 등대' };

/** A person whose name and address no other test uses, in no other run. */
export function newPerson(): Person {
  const tail = Date.now().toString(36).slice(-5) + Math.random().toString(36).slice(2, 6);
  return { name: `이웃${tail}`, email: `${tail}@example.com`, password: `노란 우산 셋과 ${tail} 자전거` };
}

/** A title that no other test uses. */
export const unique = (text: string) => `${text} ${Math.random().toString(36).slice(2, 8)}`;

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

/** The main part of the page, without its frame. */
export const main = (page: Page) => page.getByRole('main');

/** Makes an account and signs in with it, as a newcomer does. */
export async function signUp(who: Visitor, person = newPerson()): Promise<Person> {
  const { page, t } = who;
  await sendSignUp(who, person);
  await page.goto(await confirmLink(person));
  await finishSignUp(who, person);
  await expect(done(page)).toContainText(t('가입이 끝났습니다', 'You are a member now'));
  return person;
}

/** Fills in the sign-up form and sends it. */
export async function sendSignUp(who: Visitor, person: Person) {
  const { page, t } = who;
  await page.goto('/signup');
  await fillSignUp(who, person);
  await page.getByRole('button', { name: t('가입하기', 'Create account') }).click();
  await expect(heading(page, t('메일을 확인해 주세요', 'Please look at your mail'))).toBeVisible();
}

/** The link in the nth mail to a newcomer; it leads to the first instance, whichever sent it, so its origin is left out. */
export async function confirmLink({ email }: Person, nth = 0): Promise<string> {
  const { pathname, search } = new URL(linkIn(await mailTo(email, nth)));
  return pathname + search;
}

/** Fills in the form behind the link of a sign-up and sends it. */
export async function finishSignUp({ page, t }: Visitor, { password }: Person) {
  await main(page).getByRole('textbox', { name: t('비밀번호', 'Password'), exact: true }).fill(password);
  await page.getByRole('button', { name: t('가입 마치기', 'Finish signing up') }).click();
}

/** Makes an account and signs in with it, without drawing the pages. */
export async function join(who: Visitor, person = newPerson()): Promise<Person> {
  await send(who, '/signup', { ...person, terms: '1', privacy: '1' });
  const link = await confirmLink(person);
  const token = new URLSearchParams(link.split('?')[1]).get('token') ?? '';
  await send(who, '/signup/confirm', { token, password: person.password }, link);
  return person;
}

/** Signs in, without drawing the page. */
export const enter = (who: Visitor, { email, password }: Person) => send(who, '/login', { email, password });

/** Signs in to the admin panel, without drawing the page. */
export const enterAsStaff = (who: Visitor, { email, password } = ADMIN) => send(who, `${who.admin}/login`, { email, password });

/** Writes a post, without drawing the page; the answer is its path. */
export const post = (who: Visitor, title: string, body = '본문입니다.', board = 'free') =>
  send(who, `/community/${board}/write`, { title, body });

/** Fetches a form for its one-time key and sends it as the browser would; the answer is where it leads. */
async function send({ page, site, admin, t }: Visitor, path: string, fields: Record<string, string>, from = path): Promise<string> {
  const { request } = page.context();
  const language = { 'accept-language': t('ko', 'en') };
  const form = await (await request.get(from, { headers: language })).text();
  const once = /name="once" value="([^"]*)"/.exec(form)?.[1] ?? '';
  const headers = { ...language, origin: path.startsWith(admin) ? admin : site, 'sec-fetch-site': 'same-origin' };
  const answer = await request.post(path, { form: { ...fields, once }, headers, maxRedirects: 0 });
  expect(answer.status(), `${path} is taken`).toBe(303);
  return answer.headers().location;
}

export async function fillSignUp({ page, t }: Visitor, person: Person) {
  await page.getByLabel(t('이메일', 'E-mail')).fill(person.email);
  await page.getByLabel(t('이름(별명)', 'Name or nickname')).fill(person.name);
  await page.getByRole('textbox', { name: t('비밀번호', 'Password'), exact: true }).fill(person.password);
  await page.getByLabel(t('이용약관에 동의합니다', 'I agree to the terms')).check();
  await page.getByLabel(t('개인정보 수집과 이용에 동의합니다', 'I agree to the collection')).check();
}

/** Signs in; goes to the form unless it is open. */
export async function signIn(who: Visitor, person: Person, { stay = false } = {}) {
  const { page, t } = who;
  if (!new URL(page.url(), who.site).pathname.startsWith('/login')) await page.goto('/login');
  await fillSignIn(who, person);
  if (stay) await page.getByLabel(t('로그인 유지', 'Stay signed in')).check();
  await signInButton(who).click();
  await expect(bell(who)).toBeVisible();
}

export const signInButton = ({ page, t }: Visitor) => main(page).getByRole('button', { name: t('로그인', 'Sign in'), exact: true });

export async function fillSignIn({ page, t }: Visitor, { email, password }: Pick<Person, 'email' | 'password'>) {
  await main(page).getByLabel(t('이메일', 'E-mail')).fill(email);
  await main(page).getByRole('textbox', { name: t('비밀번호', 'Password'), exact: true }).fill(password);
}

/** The bell, which only members have. */
export const bell = ({ page, t }: Visitor) => page.getByRole('banner').getByRole('link', { name: t('알림', 'Notifications') });

/** Writes a post and stays on its page; the answer is its path. */
export async function write(who: Visitor, title: string, body = '본문입니다.', board = 'free'): Promise<string> {
  const { page, t } = who;
  await page.goto(`/community/${board}/write`);
  await page.getByLabel(t('제목', 'Title')).fill(title);
  await page.getByLabel(t('내용', 'Text')).fill(body);
  await page.getByRole('button', { name: t('등록', 'Publish') }).click();
  await expect(heading(page, title)).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Writes a comment on the open post. */
export async function comment(who: Visitor, text: string) {
  const { page, t } = who;
  await page.getByLabel(t('댓글 쓰기', 'Write a comment')).fill(text);
  await page.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();
  await expect(said(page, text)).toBeVisible();
  // The stream may be faster than the answer, which empties the form for the next comment.
  await expect(page.getByLabel(t('댓글 쓰기', 'Write a comment'))).toHaveValue('');
}

/** A comment on the open page, found by what it says. */
export const said = (page: Page, text: string) => page.locator('article.comment-body').filter({ has: page.getByText(text, { exact: true }) });

/** Signs in to the admin panel. */
export async function signInAsStaff(who: Visitor, person = ADMIN) {
  const { page } = who;
  await page.goto(`${who.admin}/login`);
  await fillSignIn(who, person);
  await signInButton(who).click();
}

/** What a page says when an action worked. */
export const done = (page: Page) => main(page).getByRole('status').first();

/** What a page says when a form came back. */
export const problems = (page: Page) => main(page).getByRole('alert');
