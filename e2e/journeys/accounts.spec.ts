// Joining, signing in and out, staying signed in.
import { bell, fillSignIn, heading, join, main, problems, signIn, signInButton, signUp } from '../people.ts';
import { expect, test } from '../test.ts';

test('a sign-up with faults comes back with all that was typed but the password', async ({ visitor }) => {
  const { page, t } = visitor;
  await page.goto('/signup');
  await page.getByLabel(t('이메일', 'E-mail')).fill('아무렇게나');
  await page.getByLabel(t('이름(별명)', 'Name or nickname')).fill('가');
  await page.getByRole('textbox', { name: t('비밀번호', 'Password'), exact: true }).fill('123');
  await page.getByLabel(t('이용약관에 동의합니다', 'I agree to the terms')).check();
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');

  await page.getByRole('button', { name: t('가입하기', 'Create account') }).click();

  expect((await answer).status()).toBe(422);
  await expect(page).toHaveTitle(new RegExp(`^${t('오류:', 'Error:')}`));
  await expect(problems(page).getByRole('link')).toHaveCount(4);
  await expect(page.getByLabel(t('이메일', 'E-mail'))).toHaveValue('아무렇게나');
  await expect(page.getByLabel(t('이름(별명)', 'Name or nickname'))).toHaveValue('가');
  const password = page.getByRole('textbox', { name: t('비밀번호', 'Password'), exact: true });
  await expect(password).toHaveValue('');
  await expect(password).toHaveAccessibleDescription(new RegExp(t('10자 이상이어야 합니다', 'at least 10 characters')));
  await expect(page.getByLabel(t('이용약관에 동의합니다', 'I agree to the terms'))).toBeChecked();
  if (visitor.scripts) await expect(page.locator(':focus')).toContainText(t('입력한 내용을 확인해 주세요', 'There is a problem'));
  await problems(page).getByRole('link').first().click();
  await expect(page.getByLabel(t('이메일', 'E-mail'))).toBeFocused();
});

test('a newcomer joins, signs in, signs out', async ({ visitor }) => {
  const { page, t } = visitor;
  const person = await signUp(visitor);
  await expect(page.getByRole('banner').getByText(person.name)).toBeVisible();

  await page.getByRole('banner').locator('summary').click();
  await page.getByRole('banner').getByRole('button', { name: t('로그아웃', 'Sign out') }).click();

  await expect(main(page).getByRole('status')).toContainText(t('로그아웃했습니다', 'You are signed out'));
  await expect(bell(visitor)).toBeHidden();
  await page.goto('/my/profile');
  await expect(heading(page, t('로그인', 'Sign in'))).toBeVisible();
});

test('after signing out, "back" shows nothing of one\'s own', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await page.goto('/my/profile');
  await expect(main(page).locator('[name=name]')).toBeVisible();
  await page.getByRole('banner').locator('summary').click();
  await page.getByRole('banner').getByRole('button', { name: t('로그아웃', 'Sign out') }).click();
  await expect(main(page).getByRole('status')).toContainText(t('로그아웃했습니다', 'You are signed out'));

  await page.goBack();

  await expect(heading(page, t('로그인', 'Sign in'))).toBeVisible();
  await expect(main(page).locator('[name=name]')).toHaveCount(0);
});

test('a wrong password and an unknown address get the same answer', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = await join(await another());
  const answers: string[] = [];

  for (const email of [person.email, `not-${person.email}`]) {
    await page.goto('/login');
    await fillSignIn(visitor, { email, password: '이것은 틀린 비밀번호' });
    await signInButton(visitor).click();
    await expect(problems(page)).toContainText(t('이메일이나 비밀번호가 맞지 않습니다', 'The e-mail or the password is not right'));
    await expect(main(page).getByLabel(t('이메일', 'E-mail'))).toHaveValue(email);
    answers.push(await main(page).innerText());
  }

  expect(answers[0]).toBe(answers[1]);
});

test('who stays signed in is known after the browser was closed', async ({ visitor }) => {
  const { page } = visitor;
  const person = await signUp(visitor);
  const ends = async () => (await page.context().cookies()).find((cookie) => cookie.name.endsWith('ms_site'))?.expires ?? 0;
  expect(await ends(), 'a session ends with the browser').toBe(-1);
  await page.context().clearCookies();

  await signIn(visitor, person, { stay: true });

  expect(await ends()).toBeGreaterThan(Date.now() / 1000 + 80 * 24 * 3600);
});

test('signed in on one instance is signed in on all', async ({ visitor, deployed }) => {
  const { page } = visitor;
  await signUp(visitor);

  for (const instance of deployed.instances) {
    await page.goto(`${instance.site}/my/sessions`);
    await expect(bell(visitor)).toBeVisible();
  }
});

test('a page that needs a member leads back to itself after signing in', async ({ visitor }) => {
  const { page, t } = visitor;
  const person = await signUp(visitor);
  await page.context().clearCookies();
  await page.goto('/my/reading');
  await page.goto('/notifications');
  await expect(main(page).getByRole('status')).toContainText(t('이 화면을 보려면 로그인해 주세요', 'Please sign in to see this page'));

  await signIn(visitor, person);

  await expect(page).toHaveURL(/\/notifications$/);
});
