// Saved searches: kept from the page of a search, listed, opened and removed.
import { done, heading, join, main, unique } from '../people.ts';
import { expect, test } from '../test.ts';

test('a search is kept, found among the own ones, and removed', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  const words = unique('바자회');
  await page.goto('/search');
  await main(page).getByRole('searchbox').fill(words);
  await main(page).locator('summary').click();
  await main(page).getByLabel(t('게시판', 'Board'), { exact: true }).selectOption('free');
  await main(page).getByRole('button', { name: t('찾기', 'Search') }).click();
  await expect(heading(page, t(`'${words}' 검색`, `Search: ${words}`))).toBeVisible();

  await main(page).getByRole('button', { name: t('이 검색 알림 받기', 'Notify me of new results') }).click();
  await expect(done(page)).toContainText(t('새 글이 올라오면 알려 드립니다', 'You will be notified'));
  await expect(page).toHaveURL(/\/search\?q=.*&board=free$/);
  await expect(main(page).getByRole('button', { name: t('알림 그만 받기', 'Stop notifying me') })).toBeVisible();

  await main(page).getByRole('link', { name: t('저장한 검색 보기', 'See saved searches') }).click();
  await expect(heading(page, t('저장한 검색', 'Saved searches'))).toBeVisible();
  const row = main(page).getByRole('listitem').filter({ hasText: words });
  await expect(row).toContainText(t('게시판: 자유게시판', 'Board: '));
  await row.getByRole('link', { name: words }).click();
  await expect(page).toHaveURL(/&board=free&sort=new$/);

  await page.goto('/my/searches');
  await row.getByRole('button', { name: t(`저장한 검색 지우기: ${words}`, `Remove the saved search: ${words}`) }).click();
  await expect(done(page)).toContainText(t('저장한 검색을 지웠습니다', 'The saved search is removed'));
  await expect(main(page)).toContainText(t('아직 저장한 검색이 없습니다', 'No saved searches yet'));
});
