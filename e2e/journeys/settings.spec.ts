// A member's own things: who is here, name, language, reading aids, password, devices.
import { bell, done, enter, heading, join, main, problems, signIn, newPerson } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const save = ({ page, t }: Visitor) => page.getByRole('button', { name: t('저장', 'Save'), exact: true });

test('who is here is counted and named, unless they would rather not be', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const me = await join(visitor);
  const shy = await another(1);
  const them = await join(shy);
  const named = (name: string) => main(page).getByRole('link', { name });
  const seen = async (name: string, visible: boolean) => {
    await page.reload();
    await expect(named(name)).toBeVisible({ visible, timeout: 500 });
  };
  await shy.page.goto('/');
  await page.goto('/who');
  await expect(heading(page, t('지금 함께 있는 회원', 'Who is here'))).toBeVisible();
  await expect(() => seen(me.name, true)).toPass();
  await expect(() => seen(them.name, true)).toPass();
  await expect(page.getByRole('banner').getByRole('link', { name: t('접속', 'here') })).toHaveAccessibleName(/\d/);

  await shy.page.goto('/my/profile');
  await shy.page.getByLabel(t('접속 목록에 내 이름 보이기', 'Show my name in the list')).uncheck();
  await save(shy).click();
  await expect(done(shy.page)).toContainText(t('저장했습니다', 'Saved'));

  await expect(() => seen(them.name, false)).toPass();
  await expect(named(me.name)).toBeVisible();
});

test('a new name is shown everywhere; a faulty one comes back', async ({ visitor, another }) => {
  const { page, t } = visitor;
  await join(visitor);
  const other = await join(await another());
  const name = newPerson().name;
  await page.goto('/my/profile');

  await page.getByLabel(t('이름(별명)', 'Name or nickname')).fill(other.name);
  await save(visitor).click();
  await expect(problems(page)).toContainText(t('다른 회원이 쓰고 있는 이름입니다', 'Another member uses this name'));
  await expect(page.getByLabel(t('이름(별명)', 'Name or nickname'))).toHaveValue(other.name);

  await page.getByLabel(t('이름(별명)', 'Name or nickname')).fill(name);
  await save(visitor).click();
  await expect(done(page)).toContainText(t('저장했습니다', 'Saved'));
  await expect(page.getByRole('banner').getByText(name)).toBeVisible();
});

test('a member’s language goes with the member', async ({ visitor, another, lang }) => {
  const { page } = visitor;
  const person = await join(visitor);
  await page.goto('/my/profile');

  await page.getByLabel(lang === 'ko' ? 'English' : '한국어').check();
  await save(visitor).click();

  await expect(page.locator('html')).toHaveAttribute('lang', lang === 'ko' ? 'en' : 'ko');
  await expect(heading(page, lang === 'ko' ? 'My settings' : '내 정보')).toBeVisible();
  const second = await another(1);
  await enter(second, person);
  await second.page.goto('/my/profile');
  await expect(heading(second.page, lang === 'ko' ? 'My settings' : '내 정보')).toBeVisible();
});

test('a visitor changes the language where they are', async ({ visitor, lang }) => {
  const { page } = visitor;
  await page.goto('/community/free');

  await page.getByRole('button', { name: lang === 'ko' ? 'English' : '한국어' }).click();

  await expect(page).toHaveURL(visitor.scripts ? /\/community\/free$/ : /./);
  await expect(page.locator('html')).toHaveAttribute('lang', lang === 'ko' ? 'en' : 'ko');
  await page.goto('/login');
  await expect(heading(page, lang === 'ko' ? 'Sign in' : '로그인')).toBeVisible();
});

async function chooseAids({ page, t }: Visitor) {
  await page.goto('/my/reading');
  await page.getByLabel(t('고대비', 'High contrast')).check();
  await page.getByLabel('125%').check();
  await page.getByLabel(t('넓게', 'Wide')).check();
  await page.getByLabel(t('움직임 없애기', 'No motion')).check();
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
}

async function expectAids({ page }: Visitor) {
  for (const [name, value] of Object.entries({ theme: 'contrast', size: '125', spacing: 'wide', motion: 'reduced' })) {
    await expect(page.locator('html')).toHaveAttribute(`data-${name}`, value);
  }
}

test('reading aids stay in a visitor’s browser', async ({ visitor }) => {
  await chooseAids(visitor);

  await expectAids(visitor);
  await visitor.page.goto('/community');
  await expectAids(visitor);
  await expect(visitor.page.locator('body')).toHaveCSS('background-color', 'rgb(0, 0, 0)');
});

test('reading aids go with a member to every device', async ({ visitor, another }) => {
  const person = await join(visitor);
  await chooseAids(visitor);
  await expectAids(visitor);
  const second = await another(2);

  await signIn(second, person);

  await expectAids(second);
});

test('a new password ends the other sessions', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = await join(visitor);
  const second = await another(1);
  await enter(second, person);
  const [current, fresh] = [t('지금 비밀번호', 'Current password'), t('새 비밀번호', 'New password')].map((name) =>
    page.getByRole('textbox', { name, exact: true }),
  );
  const change = page.getByRole('button', { name: t('비밀번호 바꾸기', 'Change password') });
  await page.goto('/my/password');

  await current.fill('이것이 아닙니다');
  await fresh.fill('초록 의자 밑의 작은 고래');
  await change.click();
  await expect(problems(page)).toContainText(t('지금 비밀번호가 맞지 않습니다', 'The current password is not right'));
  await expect(fresh).toHaveValue('');

  await current.fill(person.password);
  await fresh.fill('초록 의자 밑의 작은 고래');
  await change.click();
  await expect(done(page)).toContainText(t('비밀번호를 바꾸었습니다', 'Your password has changed'));
  await expect(bell(visitor)).toBeVisible();
  await second.page.goto('/my/profile');
  await expect(heading(second.page, t('로그인', 'Sign in'))).toBeVisible();
  await signIn(second, { ...person, password: '초록 의자 밑의 작은 고래' });
});

test('a session is ended from another device, one or all', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = await join(visitor);
  const [second, third] = [await another(1), await another(2)];
  await enter(second, person);
  await enter(third, person);
  await page.goto('/my/sessions');
  const devices = main(page).getByRole('listitem').filter({ has: page.getByRole('heading') });
  await expect(devices).toHaveCount(3);
  await expect(devices.filter({ hasText: t('이 기기', 'This device') })).toHaveCount(1);

  await page.getByRole('button', { name: t('로그아웃시키기', 'Sign out') }).first().click();
  await expect(done(page)).toContainText(t('그 기기를 로그아웃시켰습니다', 'That device is signed out'));
  await expect(devices).toHaveCount(2);
  await page.getByRole('button', { name: t('다른 기기 모두 로그아웃시키기', 'Sign out all other devices') }).click();
  await expect(done(page)).toContainText(t('다른 기기를 모두 로그아웃시켰습니다', 'All other devices are signed out'));
  await expect(main(page)).toContainText(t('이 기기에서만 로그인되어 있습니다', 'You are signed in on this device only'));

  for (const device of [second, third]) {
    await device.page.goto('/my/sessions');
    await expect(heading(device.page, t('로그인', 'Sign in'))).toBeVisible();
  }
});
