// Every page of the staff's side in its main states.
import { ADMIN, enterAsStaff, heading, join, main, post, problems, sendSignUp, newPerson, unique } from '../people.ts';
import { look } from '../looks.ts';
import { expect, test, type Visitor } from '../test.ts';

async function lookAtAll({ page, admin }: Visitor, paths: string[]) {
  for (const path of paths) {
    await page.goto(`${admin}${path}`);
    await look(page, `admin ${path}`);
  }
}

test('the way in', async ({ visitor, t }) => {
  const { page, admin } = visitor;
  await lookAtAll(visitor, ['/login']);
  await page.getByRole('button', { name: t('로그인', 'Sign in') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'staff sign-in with faults');
  await enterAsStaff(visitor);
  await page.goto(`${admin}/`);
  await expect(heading(page, t('대시보드', 'Dashboard'))).toBeVisible();
  await look(page, 'dashboard');
  await lookAtAll(visitor, ['/logout', '/nowhere', '/audit']);
});

test('members, roles and sessions', async ({ visitor, another, t }) => {
  const { page } = visitor;
  const person = await join(await another());
  await enterAsStaff(visitor);
  const newcomer = await another();
  await sendSignUp(newcomer, newPerson());
  await page.goto(`${visitor.admin}/users`);
  await expect(page.getByRole('heading', { level: 2, name: t('가입 확인을 기다리는 사람', 'People who wait to be confirmed') })).toBeVisible();
  await look(page, 'members, and a newcomer who waits');
  await lookAtAll(visitor, ['/users?q=nobody-at-all', '/roles', '/roles/new', '/sessions', '/users/1']);
  await page.goto(`${visitor.admin}/users?q=${encodeURIComponent(person.name)}`);
  await main(page).getByRole('link', { name: person.name }).click();
  await page.getByRole('button', { name: t('이용 정지하기', 'Suspend member') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'a suspension with faults');
  await page.getByLabel(t('사유', 'Reason')).fill('살펴보기');
  await page.getByRole('button', { name: t('이용 정지하기', 'Suspend member') }).click();
  await expect(page.getByRole('button', { name: t('정지 풀기', 'Lift suspension') })).toBeVisible();
  await look(page, 'a suspended member');
  await page.goto(`${visitor.admin}/users?q=${encodeURIComponent(ADMIN.name)}`);
  await main(page).getByRole('link', { name: ADMIN.name }).click();
  await look(page, 'one’s own account');
});

test('the system and its runbook', async ({ visitor, browserErrors, t }) => {
  const { page } = visitor;
  // The page asks for its numbers by itself, and leaving it may cut such a question off.
  browserErrors.allow(/Failed to fetch/);
  await enterAsStaff(visitor);
  await lookAtAll(visitor, ['/system', '/system/runbook']);
  await page.goto(`${visitor.admin}/system?range=day&paused=1`);
  for (const numbers of await page.getByText(t(': 숫자로 보기', ': as numbers')).all()) await numbers.click();
  await look(page, 'the system standing still, with its numbers');
});

test('jobs', async ({ visitor }) => {
  await enterAsStaff(visitor);
  await lookAtAll(visitor, ['/jobs', '/mail']);
});

test('what the organisation says of itself, and the foot of a page', async ({ visitor, t }) => {
  const { page } = visitor;
  await enterAsStaff(visitor);
  await page.goto(`${visitor.admin}/organisation`);
  await page.getByLabel(t('다른 페이지 주소', 'Other pages')).fill('javascript:1');
  await page.getByRole('button', { name: t('저장', 'Save') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'the organisation with faults');
  await page.getByLabel(t('기관 이름', 'Name of the organisation')).fill('민들레장애인자립생활센터');
  await page.getByLabel(t('대표자', 'Representative')).fill('이두리');
  await page.getByLabel(t('주소', 'Address'), { exact: true }).fill('서울특별시 마포구 어울림로 12, 민들레빌딩 3층');
  await page.getByLabel(t('전화', 'Telephone')).fill('02-123-4567');
  await page.getByLabel(t('다른 페이지 주소', 'Other pages')).fill('https://www.youtube.com/@example');
  await page.getByRole('button', { name: t('저장', 'Save') }).click();
  await expect(main(page)).toContainText(t('저장했습니다', 'Saved'));
  await page.goto('/');
  await expect(page.getByRole('contentinfo')).toContainText('02-123-4567');
  await look(page, 'home with the organisation at its foot');
});

test('boards, posts and comments', async ({ visitor, another, t }) => {
  const { page, admin } = visitor;
  const member = await another();
  await join(member);
  await post(member, `${unique('아주 긴 제목')} ${'띄어쓰기없이'.repeat(12)}`);
  await enterAsStaff(visitor);
  await lookAtAll(visitor, ['/boards', '/boards/new', '/boards/1/edit', '/posts', '/comments', '/posts?q=nothing-like-it']);
  await page.goto(`${admin}/boards/new`);
  await page.getByRole('button', { name: t('저장', 'Save'), exact: true }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'a board with faults');
  await page.goto(`${admin}/posts`);
  await page.getByRole('button', { name: t('처리하기', 'Apply') }).click();
  await expect(problems(page)).toBeVisible();
  await look(page, 'posts with faults');
});
