// The staff's side: who gets in, and what staff do about members, roles and sessions.
import { ADMIN, bell, done, enter, enterAsStaff, fillSignIn, heading, join, main, problems, signInButton, newPerson } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

/** Opens a member's page in the panel through the search. */
async function find({ page, admin, t }: Visitor, name: string) {
  await page.goto(`${admin}/users`);
  await page.getByRole('searchbox', { name: t('이름이나 이메일', 'Name or e-mail') }).fill(name);
  await page.getByRole('button', { name: t('검색', 'Search') }).click();
  await expect(main(page).getByRole('row')).toHaveCount(2);
  await main(page).getByRole('link', { name }).click();
  await expect(heading(page, name)).toBeVisible();
}

async function giveRole(staff: Visitor, label: string) {
  await staff.page.getByLabel(staff.t('역할', 'Role'), { exact: true }).selectOption({ label });
  await staff.page.getByRole('button', { name: staff.t('역할 저장', 'Save role') }).click();
  await expect(done(staff.page).first()).toContainText(staff.t('역할을 바꾸었습니다', 'The role is changed'));
}

/** Looks for as long as a second whether a page leads to the sign-in form. */
async function isSentAway(who: Visitor, path: string) {
  const answer = await who.page.context().request.get(path);
  expect(new URL(answer.url()).pathname).toBe('/login');
}

test('the panel lets staff in and nobody else', async ({ visitor, another }) => {
  const { page, admin, t } = visitor;
  const member = await join(await another());
  await page.goto(`${admin}/users`);
  await expect(heading(page, t('관리자 로그인', 'Staff sign-in'))).toBeVisible();

  await fillSignIn(visitor, { ...ADMIN, password: '이것은 틀린 비밀번호' });
  await signInButton(visitor).click();
  await expect(problems(page)).toContainText(t('이메일이나 비밀번호가 맞지 않습니다', 'The e-mail or the password is not right'));
  await fillSignIn(visitor, member);
  await signInButton(visitor).click();
  await expect(problems(page)).toContainText(t('운영 권한이 없는 계정입니다', 'This account has no staff rights'));
  await fillSignIn(visitor, ADMIN);
  await signInButton(visitor).click();
  await expect(heading(page, t('회원', 'Members'))).toBeVisible();

  await page.getByRole('banner').getByRole('button', { name: t('로그아웃', 'Sign out') }).click();
  await page.goto(`${admin}/audit`);
  await expect(heading(page, t('관리자 로그인', 'Staff sign-in'))).toBeVisible();
});

test('after signing out of the panel, "back" shows no member', async ({ visitor, another }) => {
  const { page, admin, t } = visitor;
  const member = await join(await another());
  await enterAsStaff(visitor);
  await find(visitor, member.name);
  await page.getByRole('banner').getByRole('button', { name: t('로그아웃', 'Sign out') }).click();
  await expect(main(page)).toBeVisible();
  await expect(heading(page, member.name)).toHaveCount(0);

  await page.goBack();

  await expect(heading(page, t('관리자 로그인', 'Staff sign-in'))).toBeVisible();
  await expect(page.getByText(member.name)).toHaveCount(0);
  await expect(page.getByText(member.email)).toHaveCount(0);
});

test('no page of the panel is open to a member who signed in to the site', async ({ visitor }) => {
  await join(visitor);
  const { request } = visitor.page.context();
  for (const path of ['', 'users', 'users/1', 'roles', 'roles/new', 'boards', 'boards/new', 'boards/1/edit', 'posts', 'comments', 'sessions', 'audit', 'jobs', 'mail']) {
    const answer = await request.get(`${visitor.admin}/${path}`);
    expect(new URL(answer.url()).pathname, path).toBe('/login');
  }
});

test('a role opens the panel, and closes it at once when it is taken', async ({ visitor, another }) => {
  const { t } = visitor;
  const member = await another(1);
  const person = await join(member);
  await member.page.goto('/');
  await expect(member.page.getByRole('link', { name: t('관리', 'Admin'), exact: true })).toHaveCount(0);
  await enterAsStaff(visitor);
  await find(visitor, person.name);

  await giveRole(visitor, t('운영자', 'Moderator'));
  await expect(async () => {
    await member.page.goto('/');
    await expect(member.page.locator('summary')).toBeVisible({ timeout: 200 });
    await member.page.locator('summary').click();
    await expect(member.page.getByRole('link', { name: t('관리', 'Admin'), exact: true })).toBeVisible({ timeout: 200 });
  }).toPass();
  await enterAsStaff(member, person);
  await member.page.goto(`${member.admin}/posts`);
  await expect(heading(member.page, t('글', 'Posts'))).toBeVisible();

  await giveRole(visitor, t('회원', 'Member'));
  await expect(() => isSentAway(member, `${member.admin}/posts`)).toPass({ timeout: 2_000 });
});

test('a suspended member is signed out everywhere within a second and reads why', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const member = await another(2);
  const person = await join(member);
  await enterAsStaff(visitor);
  await find(visitor, person.name);

  await page.getByRole('button', { name: t('이용 정지하기', 'Suspend member') }).click();
  await expect(problems(page)).toContainText(t('사유를 적어 주세요', 'Enter a reason'));
  await page.getByLabel(t('사유', 'Reason')).fill('광고 글을 거듭 올림');
  await page.getByRole('button', { name: t('이용 정지하기', 'Suspend member') }).click();
  await expect(done(page).first()).toContainText(t('이용을 정지했습니다', 'The member is suspended'));
  await expect(() => isSentAway(member, '/my/profile')).toPass({ timeout: 1_000, intervals: [50] });

  await member.page.goto('/login');
  await fillSignIn(member, person);
  await signInButton(member).click();
  await expect(problems(member.page)).toContainText(t('사유: 광고 글을 거듭 올림', 'Reason: 광고 글을 거듭 올림'));

  await page.getByRole('button', { name: t('정지 풀기', 'Lift suspension') }).click();
  await expect(done(page).first()).toContainText(t('정지를 풀었습니다', 'The suspension is lifted'));
  await enter(member, person);
  await member.page.goto('/');
  await expect(bell(member)).toBeVisible();

  await page.getByRole('link', { name: t('감사 기록', 'Audit log'), exact: true }).click();
  const entry = main(page).getByRole('row').filter({ hasText: person.name }).filter({ hasText: t('이용 정지', 'Member suspended') });
  await expect(entry).toContainText(ADMIN.name);
  await expect(entry).toContainText('광고 글을 거듭 올림');
});

test('staff end a member’s sessions, one or all', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const [first, second] = [await another(1), await another(2)];
  const person = await join(first);
  await enter(second, person);
  await enterAsStaff(visitor);
  await find(visitor, person.name);
  const sessions = main(page).getByRole('table').getByRole('row');
  await expect(sessions).toHaveCount(3);

  await main(page).getByRole('button', { name: t(`${person.name}님의`, `End the session of ${person.name}`) }).first().click();
  await expect(done(page).first()).toContainText(t('세션을 끝냈습니다', 'The sessions are ended'));
  await find(visitor, person.name);
  await expect(sessions).toHaveCount(2);
  await page.getByRole('button', { name: t('모든 기기에서 로그아웃시키기', 'Sign out everywhere') }).click();
  await expect(done(page).first()).toContainText(t('세션을 끝냈습니다', 'The sessions are ended'));

  for (const device of [first, second]) await expect(() => isSentAway(device, '/my/profile')).toPass({ timeout: 1_000, intervals: [50] });
});

test('a role is made, allowed something, and deleted', async ({ visitor }) => {
  const { page, admin, t } = visitor;
  const name = newPerson().name;
  await enterAsStaff(visitor);
  await page.goto(`${admin}/roles`);
  await page.getByRole('link', { name: t('역할 만들기', 'New role') }).click();

  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  await expect(problems(page)).toContainText(t('이름을 적어 주세요', 'Enter a name'));
  await page.getByLabel(t('역할 이름', 'Role name')).fill(name);
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  const grid = page.getByRole('region', { name: t(`${name} 권한`, `Permissions of ${name}`) });
  const box = grid.getByRole('checkbox', { name: t(`${name}: 댓글 조치`, `${name}: Comments Moderate`) });
  await expect(box).not.toBeChecked();
  await box.check();
  await page.getByRole('button', { name: t(`${name} 권한 저장`, `Save ${name}`) }).click();
  await expect(done(page).first()).toContainText(t('저장했습니다', 'Saved'));
  await expect(box).toBeChecked();

  await page.getByRole('button', { name: t(`${name} 역할 삭제`, `Delete ${name}`) }).click();
  await expect(done(page).first()).toContainText(t('삭제했습니다', 'Deleted'));
  await expect(grid).toHaveCount(0);
  await expect(page.getByRole('checkbox', { name: t('관리자: 글 쓰기', 'Administrator: Posts Write') })).toBeDisabled();
});
