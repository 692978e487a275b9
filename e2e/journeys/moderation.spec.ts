// What staff do about boards, posts and comments, and what the site then shows.
import { ADMIN, comment, done, enter, enterAsStaff, heading, join, main, post, problems, said, unique } from '../people.ts';
import { expect, test, type Visitor } from '../test.ts';

/** Lists what a search finds, under "posts" or "comments". */
async function search({ page, admin, t }: Visitor, list: 'posts' | 'comments', query: string) {
  await page.goto(`${admin}/${list}`);
  await page.getByRole('searchbox').fill(query);
  await page.getByRole('button', { name: t('검색', 'Search') }).click();
  await expect(main(page).getByRole('row')).toHaveCount(2);
}

/** Ticks what was found and does something to it. */
async function decide({ page, t }: Visitor, task: string, reason: string, board?: string) {
  await main(page).getByRole('row').getByRole('checkbox').check();
  await page.getByLabel(t('할 일', 'Action'), { exact: true }).selectOption({ label: task });
  if (board) await page.getByLabel(t('옮길 게시판', 'Board to move to')).selectOption({ label: board });
  await page.getByLabel(t('사유', 'Reason')).fill(reason);
  await page.getByRole('button', { name: t('처리하기', 'Apply') }).click();
}

const isDone = ({ page, t }: Visitor) => expect(done(page).first()).toContainText(t('고른 항목을 처리했습니다', 'The chosen items are done'));

test('a post is hidden with a reason, shown again, and moved', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const [writer, reader] = [await another(1), await another(2)];
  await join(writer);
  const title = unique('자리를 잘못 찾은 글');
  const address = await post(writer, title);
  await enterAsStaff(visitor);
  await search(visitor, 'posts', title);

  await decide(visitor, t('숨기기', 'Hide'), '');
  await expect(problems(page)).toContainText(t('사유를 적어 주세요', 'Enter a reason'));
  await expect(main(page).getByRole('row').getByRole('checkbox')).toBeChecked();
  await decide(visitor, t('숨기기', 'Hide'), '게시판에 맞지 않음');
  await isDone(visitor);
  expect((await reader.page.goto(address))?.status()).toBe(404);
  await writer.page.goto(address);
  await expect(main(writer.page)).toContainText(t('숨겨진 글입니다', 'This post is hidden'));
  await expect(main(writer.page)).toContainText('게시판에 맞지 않음');

  await search(visitor, 'posts', title);
  await decide(visitor, t('다시 보이기', 'Show again'), '다시 살펴봄');
  await isDone(visitor);
  await search(visitor, 'posts', title);
  await decide(visitor, t('다른 게시판으로 옮기기', 'Move to another board'), '질문임', t('질문과 답변', 'Questions and answers'));
  await isDone(visitor);
  await reader.page.goto(address);
  await expect(heading(reader.page, title)).toBeVisible();
  expect(new URL(reader.page.url()).pathname).toBe(address.replace('/free/', '/qna/'));

  await page.getByRole('link', { name: t('감사 기록', 'Audit log'), exact: true }).click();
  for (const [action, reason] of [[t('글 숨김', 'Post hidden'), '게시판에 맞지 않음'], [t('글 이동', 'Post moved'), '질문임']]) {
    const entry = main(page).getByRole('row').filter({ hasText: action }).filter({ hasText: reason }).first();
    await expect(entry).toContainText(ADMIN.name);
  }
});

test('a comment is hidden for everybody, and shown again', async ({ visitor, another }) => {
  const { t } = visitor;
  const writer = await another(1);
  await join(writer);
  const address = await post(writer, unique('토론'));
  const text = unique('거친 말');
  await writer.page.goto(address);
  await comment(writer, text);
  await enterAsStaff(visitor);
  await search(visitor, 'comments', text);

  await decide(visitor, t('숨기기', 'Hide'), '서로 존중해 주세요');
  await isDone(visitor);
  const reader = await another(2);
  await reader.page.goto(address);
  await expect(main(reader.page)).toContainText(t('운영자가 숨긴 댓글입니다', 'This comment was hidden by staff'));
  await expect(reader.page.getByText(text)).toHaveCount(0);

  await search(visitor, 'comments', text);
  await decide(visitor, t('다시 보이기', 'Show again'), '오해였습니다');
  await isDone(visitor);
  await reader.page.reload();
  await expect(said(reader.page, text)).toBeVisible();
});

test('staff with rights act on a post from its own page', async ({ visitor, another }) => {
  const { page, t } = visitor;
  const writer = await another(1);
  await join(writer);
  const title = unique('글 화면에서 숨기는 글');
  const address = await post(writer, title);
  await enter(visitor, ADMIN);
  await page.goto(address);

  await main(page).getByRole('button', { name: t('숨기기', 'Hide') }).click();
  await expect(done(page).first()).toContainText(t('글을 숨겼습니다', 'The post is hidden'));
  expect((await (await another(2)).page.goto(address))?.status()).toBe(404);
  await main(page).getByRole('button', { name: t('복원', 'Restore') }).click();
  await expect(done(page).first()).toContainText(t('글을 복원했습니다', 'The post is restored'));
});

test('a board is made, changed, moved and archived', async ({ visitor, another }) => {
  const { page, admin, t } = visitor;
  const [member, guest] = [await another(1), await another(2)];
  await join(member);
  await enterAsStaff(visitor);
  const slug = unique('club').replace(' ', '-');
  const name = unique('모임');
  await page.goto(`${admin}/boards`);
  await page.getByRole('link', { name: t('게시판 만들기', 'New board') }).click();
  const save = page.getByRole('button', { name: t('저장', 'Save'), exact: true });

  await page.getByLabel(t('게시판 이름', 'Board name'), { exact: true }).fill(name);
  await page.getByLabel(t('주소 이름', 'Address')).fill('Nicht So!');
  await save.click();
  await expect(problems(page)).toContainText(t('영어 소문자, 숫자, 붙임표', 'lower-case letters, numbers and hyphens'));
  await page.getByLabel(t('주소 이름', 'Address')).fill(slug);
  await page.getByLabel(t('글 읽기', 'Read posts')).selectOption({ label: t('회원', 'Members') });
  await save.click();
  await expect(done(page).first()).toContainText(t('만들었습니다', 'Created'));

  const address = await eventuallyPosts(member, slug);
  await guest.page.goto(address);
  await expect(heading(guest.page, t('로그인', 'Sign in')).or(heading(guest.page, t('찾는 화면이 없습니다', 'Page not found')))).toBeVisible();

  await main(page).getByRole('button', { name: t(`${name} 위로`, `Move ${name} up`) }).click();
  await expect(done(page).first()).toContainText(t('저장했습니다', 'Saved'));
  await main(page).getByRole('link', { name, exact: true }).click();
  await page.getByLabel(t('보관하기', 'Archive')).check();
  await save.click();
  await expect(done(page).first()).toContainText(t('저장했습니다', 'Saved'));
  await expect(async () => {
    await member.page.goto(`/community/${slug}`);
    await expect(main(member.page)).toContainText(t('보관된 게시판입니다', 'This board is archived'), { timeout: 200 });
  }).toPass();
  await expect(member.page.getByRole('link', { name: t('글쓰기', 'Write a post') })).toHaveCount(0);
  await expect.poll(async () => (await member.page.goto(`/community/${slug}/write`))?.status()).toBe(403);
});

/** Another instance knows a new board within a second. */
async function eventuallyPosts(member: Visitor, slug: string): Promise<string> {
  let address = '';
  await expect(async () => {
    address = await post(member, unique('첫 글'), '본문', slug);
  }).toPass({ timeout: 5_000 });
  return address;
}
