// Writing, looking before publishing, changing and deleting a post; and not losing what was written.
import { done, enter, fillSignIn, heading, join, main, type Person, problems, unique, write } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

const publish = ({ page, t }: Visitor) => page.getByRole('button', { name: t('등록', 'Publish') });

async function begin({ page, t }: Visitor, title: string, body: string) {
  await page.goto('/community/free/write');
  await page.getByLabel(t('제목', 'Title')).fill(title);
  await page.getByLabel(t('내용', 'Text')).fill(body);
}

/** How many posts of this title the first page of the board lists. */
async function listed({ page }: Visitor, title: string): Promise<number> {
  await page.goto('/community/free');
  return page.getByRole('table').getByRole('link', { name: title }).count();
}

test('a post is written, changed and deleted', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const [first, second] = [unique('봄나들이'), unique('가을나들이')];

  const address = await write(visitor, first, '어디로 갈까요? **함께** 정해요.');
  await expect(done(page)).toContainText(t('글을 등록했습니다', 'Your post is published'));
  await expect(main(page).getByText('함께', { exact: true })).toHaveCSS('font-weight', '700');

  await main(page).getByRole('link', { name: t('수정', 'Edit'), exact: true }).click();
  await expect(heading(page, t('글 수정', 'Edit post'))).toBeVisible();
  await page.getByLabel(t('제목', 'Title')).fill(second);
  await page.getByRole('button', { name: t('수정 저장', 'Save changes') }).click();
  await expect(heading(page, second)).toBeVisible();
  await expect(done(page)).toContainText(t('수정한 내용을 저장했습니다', 'Your changes are saved'));

  await main(page).getByRole('link', { name: t('삭제', 'Delete'), exact: true }).click();
  await page.getByRole('button', { name: t('글 삭제', 'Delete post') }).click();
  await expect(done(page)).toContainText(t('글을 삭제했습니다', 'The post is deleted'));
  expect(await listed(visitor, second)).toBe(0);
  expect((await page.goto(address))?.status()).toBe(404);
});

test('a preview shows the text and publishes nothing', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const title = unique('미리 보는 글');
  await begin(visitor, title, '# 큰 제목\n\n- 하나\n- 둘');
  const preview = page.getByRole('region', { name: t('미리보기', 'Preview') });

  // By script it follows the typing; without, there is a button. The button works for both.
  if (visitor.scripts) await expect(preview.getByRole('listitem')).toHaveCount(2);
  await page.getByRole('button', { name: t('미리보기', 'Preview') }).click();

  await expect(preview.getByRole('heading', { name: '큰 제목' })).toBeVisible();
  await expect(page.getByLabel(t('제목', 'Title'))).toHaveValue(title);
  await expect(page.getByLabel(t('내용', 'Text'))).toHaveValue('# 큰 제목\n\n- 하나\n- 둘');
  await publish(visitor).click();
  await expect(heading(page, title)).toBeVisible();
  expect(await listed(visitor, title)).toBe(1);
});

test('a post without a title comes back with its text', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  await begin(visitor, '', '제목을 잊었습니다.');

  await publish(visitor).click();

  await expect(problems(page)).toContainText(t('제목을 적어 주세요', 'Enter a title'));
  await expect(page).toHaveTitle(new RegExp(`^${t('오류:', 'Error:')}`));
  await expect(page.getByLabel(t('내용', 'Text'))).toHaveValue('제목을 잊었습니다.');
  await expect(page).toHaveURL(/\/community\/free\/write$/);
});

test('a double click makes one post', async ({ visitor }) => {
  const { page } = visitor;
  await join(visitor);
  const title = unique('두 번 누른 글');
  await begin(visitor, title, '한 번만 올라와야 합니다.');

  await publish(visitor).dblclick();

  await expect(heading(page, title)).toBeVisible();
  expect(await listed(visitor, title)).toBe(1);
});

test('the same form sent again leads to the post that it made', async ({ visitor }) => {
  const { page } = visitor;
  await join(visitor);
  const title = unique('되돌아가 다시 보낸 글');
  await begin(visitor, title, '뒤로 갔다가 다시 눌렀습니다.');
  const fields = await page.locator('#editor').evaluate((form) => [...new FormData(form as HTMLFormElement)].map(([k, v]) => [k, v instanceof File ? v.name : v]));
  await publish(visitor).click();
  await expect(heading(page, title)).toBeVisible();
  const first = page.url();

  const again = await page.request.post('/community/free/write', {
    form: Object.fromEntries(fields),
    headers: { origin: visitor.site, 'sec-fetch-site': 'same-origin' },
  });

  expect(again.url()).toBe(first);
  expect(await listed(visitor, title)).toBe(1);
});

test('a stale form keeps the text and works the second time', async ({ visitor }) => {
  const { page, t } = visitor;
  await join(visitor);
  const title = unique('오래 열어 둔 글');
  await begin(visitor, title, '점심을 먹고 왔습니다.');
  await page.locator('input[name=once]').evaluateAll((keys) => keys.forEach((key) => ((key as HTMLInputElement).value = 'stale')));

  await publish(visitor).click();

  await expect(problems(page)).toContainText(t('오래 열어 둔 화면이라', 'This page was open for a long time'));
  await expect(page.getByLabel(t('내용', 'Text'))).toHaveValue('점심을 먹고 왔습니다.');
  await publish(visitor).click();
  await expect(heading(page, title)).toBeVisible();
});

test('a session that was ended meanwhile costs nothing that was written', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const person = await join(visitor);
  const title = unique('쓰는 동안 로그아웃된 글');
  await begin(visitor, title, '한 시간 동안 쓴 글입니다.');
  await endSessionsElsewhere(await another(1), person);

  await publish(visitor).click();

  await expect(heading(page, t('다시 로그인해 주세요', 'Please sign in again'))).toBeVisible();
  await expect(main(page)).toContainText('한 시간 동안 쓴 글입니다.');
  await fillSignIn(visitor, { ...person, password: '틀린 비밀번호입니다' });
  const goOn = page.getByRole('button', { name: t('로그인하고 등록', 'Sign in and send') });
  await goOn.click();
  await expect(problems(page)).toContainText(t('이메일이나 비밀번호가 맞지 않습니다', 'The e-mail or the password is not right'));
  await fillSignIn(visitor, person);
  await goOn.click();
  await expect(heading(page, title)).toBeVisible();
  await expect(main(page)).toContainText('한 시간 동안 쓴 글입니다.');
});

/** Signs in on another device and ends every other session from there. */
async function endSessionsElsewhere(device: Visitor, person: Person) {
  const { page, t } = device;
  await enter(device, person);
  await page.goto('/my/sessions');
  await page.getByRole('button', { name: t('다른 기기 모두 로그아웃시키기', 'Sign out all other devices') }).click();
  await expect(done(page)).toContainText(t('다른 기기를 모두 로그아웃시켰습니다', 'All other devices are signed out'));
}
