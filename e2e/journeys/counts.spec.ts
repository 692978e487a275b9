// How many characters are left, near the limit of a field. This file is left out where there are no scripts: there the form says it when
// it is sent.
import { join, post, said, unique } from '../people.ts';
import { expect, test } from '../test.ts';

test('near the limit a field says how many characters are left', async ({ visitor, t }) => {
  const { page } = visitor;
  await join(visitor);
  await page.goto(await post(visitor, unique('글')));
  const field = page.getByLabel(t('댓글 쓰기', 'Write a comment'));
  await field.fill('가'.repeat(4_400));
  await field.press('End');
  await page.waitForTimeout(400);
  await expect(page.locator('.left')).toHaveCount(0);
  await field.fill('가'.repeat(4_990));
  await expect(page.locator('.left')).toHaveText(t('10자 더 쓸 수 있습니다.', '10 characters left.'));
  await expect(page.locator('#polite')).toHaveText(t('10자 더 쓸 수 있습니다.', '10 characters left.'));
  await field.fill('가'.repeat(5_003));
  await expect(page.locator('.left.fault')).toHaveText(t('3자를 줄여 주세요.', 'Please shorten it by 3 characters.'));
  await field.fill('짧은 댓글');
  await expect(page.locator('.left')).toHaveCount(0);
  await page.getByRole('button', { name: t('댓글 등록', 'Post comment') }).click();
  await expect(said(page, '짧은 댓글')).toBeVisible();

  await page.goto('/community/free/write');
  const title = page.getByLabel(t('제목', 'Title'));
  await title.pressSequentially('나'.repeat(95), { delay: 0 });
  await expect(page.locator('.left')).toHaveText(t('5자 더 쓸 수 있습니다.', '5 characters left.'));
});
